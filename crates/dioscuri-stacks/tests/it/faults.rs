//! Faults of the wire over real sockets: each ends in an answer or in an error that says how far it came and where,
//! and leaves nothing behind.

use crate::{
    at_once::at_once,
    leaks,
    setup::{Plug, Setup},
    told::Told,
};
use bytes::Bytes;
use dioscuri_stacks::{
    BODY, KEY, Tap, World,
    raw::{self, Nobody, Trick},
};
use dioscuri_vocab::Phase;
use std::fmt;

/// What goes wrong.
#[derive(Clone, Copy, Debug)]
enum Fault {
    /// An incident of the simulator.
    Simulated(&'static str),
    /// A server of our own.
    Raw(Trick),
    /// Nobody listens.
    Refused,
}

/// How often.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Often {
    Once,
    Always,
}

const FAULTS: &[Fault] = &[
    Fault::Refused,
    Fault::Simulated("reset_before"),
    Fault::Simulated("reset_after"),
    Fault::Simulated("stall_head"),
    Fault::Simulated("stall_body"),
    Fault::Simulated("truncated"),
    Fault::Simulated("wrong_length"),
    Fault::Simulated("goaway"),
    Fault::Raw(Trick::HugePage),
    Fault::Raw(Trick::TruncatedGzip),
    Fault::Raw(Trick::EarlyAnswer),
    Fault::Raw(Trick::EarlyRefusal),
    Fault::Raw(Trick::GoAwayUnseen),
    Fault::Raw(Trick::GoAwaySeen),
];

/// A request that no buffer between client and server holds: 8 MiB.
const LONG: usize = 8 << 20;

/// Has `plug` meet every fault, once and always, all at once and each on a runtime of its own.
pub(crate) fn check(plug: Plug) {
    let twice = |fault: &Fault| [(*fault, Often::Once), (*fault, Often::Always)];
    at_once(FAULTS.iter().flat_map(twice), |(fault, often)| {
        meet(plug, fault, often);
    });
}

#[tokio::main(flavor = "current_thread")]
async fn meet(plug: Plug, fault: Fault, often: Often) {
    let site = Site::of(fault, often).await;
    let before = leaks::tasks();
    let mut setup = Setup::quick(site.url());
    setup.http2 = matches!(fault, Fault::Raw(trick) if trick.is_http2());
    if fault.is_stall() && often == Often::Always {
        // Nothing comes, however long one waits.
        setup.patience /= 4;
    }
    let body = fault.body();
    let stack = plug(&setup);
    let told = stack.call(body.clone()).await;
    assert_eq!(stack.busy(), 0, "{fault:?} {often:?}");
    judge(fault, often, &told, &body);
    if let Some(tap) = site.tap() {
        assert!(tap.open() <= 2, "{fault:?} {often:?}: {} connections", tap.open());
        // What came whole came as it was.
        for request in tap.requests().iter().filter(|one| one.whole && !setup.http2) {
            assert!(request.body == body, "{fault:?} {often:?}: another body");
            assert_eq!(request.credentials(), ["x-goog-api-key"]);
            assert!(!request.line.contains(KEY));
        }
    }
    drop(stack);
    leaks::nothing(before, site.tap()).await;
}

fn judge(fault: Fault, often: Often, told: &Told, sent: &Bytes) {
    let at = format_args!("{fault:?} {often:?}");
    match &told.end {
        Ok(answer) => {
            let answer: serde_json::Value = serde_json::from_slice(answer).expect("half an answer is none");
            assert_eq!(answer["candidates"][0]["finishReason"], "STOP", "{at}");
            assert!(
                often == Often::Once || fault.is_harmless(),
                "{at}: an answer? {told:?}"
            );
        }
        Err(broken) => {
            assert!(broken.failure.is_some(), "{at}: {broken:?}");
            let phase = broken.phase.expect("an error says how far it came");
            assert!(fault.phases().contains(&phase), "{at}: {broken:?}");
            assert!(broken.endpoint.is_some(), "{at}: {broken:?}");
            let prompt = String::from_utf8_lossy(&sent[..sent.len().min(64)]).into_owned();
            assert!(
                !broken.text.contains(KEY) && !broken.text.contains(&prompt),
                "{at}: {broken:?}"
            );
            assert!(!fault.is_harmless(), "{at}: {told:?}");
            assert!(often == Often::Always || !fault.is_mended(), "{at}: {told:?}");
        }
    }
}

impl Fault {
    fn is_stall(self) -> bool {
        matches!(self, Self::Simulated("stall_head" | "stall_body"))
    }

    /// The answer comes all the same.
    fn is_harmless(self) -> bool {
        matches!(self, Self::Simulated("goaway") | Self::Raw(Trick::EarlyAnswer))
    }

    /// How far an attempt that meets it may have come.
    fn phases(self) -> &'static [Phase] {
        match self {
            Self::Refused => &[Phase::NotSent],
            // A client that is told so may know that it was not looked at.
            Self::Raw(Trick::GoAwayUnseen) => &[Phase::NotSent, Phase::Sent],
            Self::Raw(Trick::GoAwaySeen) | Self::Simulated("reset_before" | "reset_after" | "stall_head") => {
                &[Phase::Sent]
            }
            // The refusal may be lost with the connection.
            Self::Raw(Trick::EarlyRefusal) => &[Phase::Sent, Phase::Answered],
            Self::Simulated(_) | Self::Raw(_) => &[Phase::Answered],
        }
    }

    /// Once is mended by a retry, whatever the stack.
    fn is_mended(self) -> bool {
        matches!(
            self,
            Self::Simulated("reset_before" | "reset_after" | "stall_head" | "huge_error")
        )
    }

    fn body(self) -> Bytes {
        match self {
            Self::Raw(Trick::EarlyAnswer | Trick::EarlyRefusal) => {
                let text = "b".repeat(LONG);
                format!(r#"{{"contents": [{{"parts": [{{"text": "{text}"}}]}}]}}"#).into()
            }
            _ => BODY.into(),
        }
    }
}

/// Where a fault is met.
enum Site {
    World(Box<World>),
    Raw(raw::Server),
    Nobody(Nobody),
}

impl Site {
    async fn of(fault: Fault, often: Often) -> Self {
        match fault {
            Fault::Refused => Self::Nobody(Nobody::there()),
            Fault::Simulated(what) => {
                let count = if often == Often::Once { "count = 1" } else { "" };
                let incident = format!("[[incident]]\nwhat = \"{what}\"\n{count}\n");
                Self::World(Box::new(World::with(&incident).await))
            }
            Fault::Raw(trick) => {
                let strikes = if often == Often::Once { 1 } else { usize::MAX };
                Self::Raw(raw::Server::start(trick, strikes).await)
            }
        }
    }

    fn url(&self) -> String {
        match self {
            Self::World(world) => world.url(),
            Self::Raw(server) => server.url(),
            Self::Nobody(nobody) => nobody.url(),
        }
    }

    fn tap(&self) -> Option<&Tap> {
        match self {
            Self::World(world) => Some(world.tap()),
            Self::Raw(server) => Some(server.tap()),
            Self::Nobody(_) => None,
        }
    }
}

impl fmt::Debug for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.url())
    }
}
