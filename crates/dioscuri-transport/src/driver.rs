//! A carrier with a transport of its own.

use crate::{Carrier, Clock, Delivered, Directory, DriverConfig, Opened, Outgoing, Transport, Undelivered};
use dioscuri_engine::Engine;
use dioscuri_errors::Classify;
use std::{fmt, sync::Arc};

/// Runs calls of one engine over one transport. Cheap to clone.
///
/// A [`Carrier`] does the work; where each call brings a transport of its own, take that.
#[derive(Clone)]
pub struct Driver {
    carrier: Carrier,
    transport: Arc<dyn Transport>,
}

impl Driver {
    /// A driver of `engine` that sends to the addresses of `directory` over `transport`, and reads failures
    /// with `classify`.
    ///
    /// An engine has one driver: two would take each other's wake-ups, and number their calls alike. For other ways out
    /// there is its [`Driver::carrier`].
    pub fn new(
        engine: Engine,
        directory: Directory,
        transport: Arc<dyn Transport>,
        classify: Arc<dyn Classify>,
        clock: Clock,
        config: DriverConfig,
    ) -> Self {
        Self {
            carrier: Carrier::new(engine, directory, classify, clock, config),
            transport,
        }
    }

    /// What carries its calls: the same engine, for calls over other transports.
    #[must_use]
    pub fn carrier(&self) -> &Carrier {
        &self.carrier
    }

    /// The engine.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        self.carrier.engine()
    }

    /// The clock whose ticks the engine sees.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        self.carrier.clock()
    }

    /// Lets nothing more out: see [`Carrier::close`].
    pub fn close(&self) {
        self.carrier.close();
    }

    /// Carries one call to its end: see [`Carrier::carry`].
    ///
    /// # Errors
    ///
    /// [`Undelivered`] with the last failure and the receipt, when trying again cannot help or a limit is
    /// reached.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future gives the call up: a place that was kept goes to the next caller, what was sent
    /// stays charged.
    pub async fn run(&self, outgoing: &Outgoing) -> Result<Delivered, Undelivered> {
        self.carrier.carry(outgoing, &*self.transport).await
    }

    /// Carries one call until its answer may be read: see [`Carrier::open`].
    ///
    /// # Errors
    ///
    /// As [`Driver::run`].
    ///
    /// # Cancel safety
    ///
    /// As [`Driver::run`]; so does dropping what was opened.
    pub async fn open(&self, outgoing: &Outgoing) -> Result<Opened, Undelivered> {
        self.carrier.open(outgoing, &*self.transport).await
    }
}

impl fmt::Debug for Driver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Driver").field(&self.carrier).finish()
    }
}
