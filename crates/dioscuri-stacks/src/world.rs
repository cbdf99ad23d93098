//! The simulator, and everything it saw.

use crate::{Arrived, Home, Tap};
use dioscuri_sim::{Scenario, Server, ServerConfig, Stats};
use serde_json::Value;
use std::{
    io::{self, Write},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// A world of the simulator with a [`Tap`] before it, on a runtime of their own.
#[derive(Debug)]
pub struct World {
    home: Home,
    server: Server,
    tap: Tap,
    log: Log,
}

impl World {
    /// A world of the library.
    ///
    /// # Panics
    ///
    /// If there is none of that name.
    pub async fn named(name: &str) -> Self {
        Self::begin(Scenario::named(name).expect("a scenario of the library")).await
    }

    /// One project with one key and no limits, whose answers come at once, and in which `incidents` happen: tables of a
    /// scenario file.
    ///
    /// # Panics
    ///
    /// If the incidents are none.
    pub async fn with(incidents: &str) -> Self {
        let text = format!(
            r#"
            seed = 1
            {incidents}
            [[model]]
            name = "{model}"
            output_tokens = {{ min = 200, max = 200 }}
            [[project]]
            id = "castor"
            surface = "developer"
            key = [{{ secret = "{key}" }}]
            "#,
            model = crate::MODEL,
            key = crate::KEY,
        );
        Self::begin(Scenario::parse(&text).expect("incidents of the simulator")).await
    }

    async fn begin(scenario: Scenario) -> Self {
        let home = Home::new();
        let log = Log::default();
        let config = ServerConfig::default().with_log(log.clone());
        let (server, tap) = home
            .run(async move {
                let server = Server::start_with(scenario, config).await.expect("a free port");
                let tap = Tap::before(server.addr()).await.expect("a free port");
                (server, tap)
            })
            .await;
        Self {
            home,
            server,
            tap,
            log,
        }
    }

    /// What clients take for Google.
    #[must_use]
    pub fn url(&self) -> String {
        self.tap.url()
    }

    /// The same without anybody between: for HTTP/2, which the tap does not read.
    #[must_use]
    pub fn direct_url(&self) -> String {
        self.server.url()
    }

    /// Who writes down what clients send.
    #[must_use]
    pub fn tap(&self) -> &Tap {
        &self.tap
    }

    /// What the simulator has seen so far.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.server.stats()
    }

    /// Ends the world and tells what it saw.
    ///
    /// # Panics
    ///
    /// If the simulator writes no JSON.
    pub async fn end(self) -> Seen {
        let Self {
            home,
            server,
            tap,
            log,
        } = self;
        home.run(server.stop()).await;
        let lines = log.text();
        Seen {
            requests: tap.requests(),
            arrivals: lines.lines().map(Arrival::read).collect(),
        }
    }
}

/// Everything that a world saw.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Seen {
    /// What came over the wire.
    pub requests: Vec<Arrived>,
    /// What the simulator made of it.
    pub arrivals: Vec<Arrival>,
}

/// A line of the simulator's log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Arrival {
    /// When it came, after the world's beginning.
    pub at: Duration,
    /// The number of its key within the project, if it was a known one.
    pub key: Option<u64>,
    /// The HTTP status that answered it.
    pub status: u64,
    /// From its last byte to the answer's.
    pub takes: Duration,
}

impl Arrival {
    fn read(line: &str) -> Self {
        let line: Value = serde_json::from_str(line).expect("the log is JSON");
        let micros = |name: &str| Duration::from_micros(line[name].as_u64().unwrap_or_default());
        Self {
            at: micros("at_us"),
            key: line["key"].as_u64(),
            status: line["status"].as_u64().unwrap_or_default(),
            takes: micros("takes_us"),
        }
    }
}

#[derive(Clone, Debug, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
