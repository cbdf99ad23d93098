//! What a call cost, in words.

use crate::assembly::Names;
use dioscuri_engine::{self as engine, Rule, Waits};
use dioscuri_vocab::{Class, Phase};
use std::{fmt, time::Duration};

/// What a call cost: every request that went out for it, where it went, how long it waited, which rule decided.
///
/// Its `Display` is one line for logs. It never holds a key or a prompt.
#[derive(Clone, PartialEq, Debug, Default)]
#[non_exhaustive]
pub struct Receipt {
    /// The model that really answered, else the one that was last asked; `None` if nothing was sent.
    pub model: Option<String>,
    /// The endpoint of the last try: `project/location/model`.
    pub endpoint: Option<String>,
    /// The service tier that really answered, in the server's word.
    pub tier: Option<String>,
    /// Tries, refused ones included.
    pub attempts: u32,
    /// Time with nothing in flight: the sum of `waits`.
    pub waited: Duration,
    /// The same time by what was waited for.
    pub waits: Waits,
    /// Why the last try went where it went.
    pub rule: Option<Rule>,
    /// Every try in order.
    pub tries: Vec<Try>,
}

/// One try of a call.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Try {
    /// Where it went: `project/location/model`.
    pub endpoint: String,
    /// With which credential, by number: `project key 2`.
    pub credential: String,
    /// Why it went there.
    pub rule: Rule,
    /// How long the call had waited since the try before.
    pub waited: Duration,
    /// How long it took.
    pub took: Duration,
    /// What went wrong; `None` if it was answered.
    pub class: Option<Class>,
    /// Whether anything left for the server.
    pub sent: bool,
    /// How far it had come when it ended; `None` if it was answered.
    pub phase: Option<Phase>,
}

impl Receipt {
    pub(crate) fn new(receipt: &engine::Receipt, names: &Names) -> Self {
        let tries: Vec<_> = receipt.tries.iter().map(|one| Try::new(one, names)).collect();
        let asked = receipt
            .tries
            .last()
            .and_then(|last| names.endpoint(last.endpoint));
        let served = receipt.served.as_ref();
        let model = served
            .and_then(|served| served.model.as_deref())
            .or(asked.map(|place| place.model.as_str()));
        Self {
            model: model.map(str::to_owned),
            endpoint: asked.map(|place| place.name.clone()),
            tier: served
                .and_then(|served| served.tier.as_deref())
                .map(str::to_owned),
            attempts: u32::try_from(tries.len()).unwrap_or(u32::MAX),
            waited: receipt.waited,
            waits: receipt.waits,
            rule: receipt.rule(),
            tries,
        }
    }
}

impl Try {
    fn new(one: &engine::Try, names: &Names) -> Self {
        Self {
            endpoint: names.endpoint_name(one.endpoint),
            credential: names.credential_name(one.credential),
            rule: one.rule,
            waited: one.waited,
            took: one.ended.map_or(Duration::ZERO, |ended| ended.since(one.begun)),
            class: one.class,
            sent: one.timing.sent.is_some() && one.phase != Some(Phase::NotSent),
            phase: one.phase,
        }
    }
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            endpoint,
            attempts,
            waited,
            ..
        } = self;
        let plural = if *attempts == 1 { "" } else { "s" };
        let waited = waited.as_secs_f64();
        match endpoint {
            None => write!(f, "not sent, waited {waited:.1} s"),
            Some(endpoint) => {
                write!(f, "{endpoint}, {attempts} attempt{plural}, waited {waited:.1} s")?;
                self.rule.map_or(Ok(()), |rule| write!(f, ", {rule}"))
            }
        }
    }
}
