//! What goes wrong, when, and for whom.

use std::time::Duration;

use serde_json::Value;

use super::{Method, Period, ServiceTier, Surface};

/// Something that goes wrong for some requests, for some time.
///
/// ```
/// use dioscuri_sim::{Incident, Period, RefusalKind, What};
/// use std::time::Duration;
///
/// // Nine in ten requests meet an overload, for two hours.
/// let incident = Incident::new(What::Refusal(RefusalKind::Overloaded))
///     .with_share(0.9)
///     .with_period(Period::new(Duration::ZERO, Duration::from_secs(7200)));
/// assert!(incident.period.holds(Duration::from_secs(60)));
/// ```
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct Incident {
    /// What goes wrong.
    pub what: What,
    /// When.
    pub period: Period,
    /// Of the requests that it may strike, how many it does; `0.0..=1.0`.
    pub share: f64,
    /// The most that it strikes in all; `None`: any number.
    pub count: Option<u64>,
    /// Which requests it may strike.
    pub place: Place,
}

impl Incident {
    /// `what` happens to every request, always.
    #[must_use]
    pub fn new(what: What) -> Self {
        Self {
            what,
            period: Period::default(),
            share: 1.0,
            count: None,
            place: Place::default(),
        }
    }

    /// The same, striking a `share` of the requests, `0.0..=1.0`.
    #[must_use]
    pub const fn with_share(mut self, share: f64) -> Self {
        self.share = share;
        self
    }

    /// The same, striking `count` requests at most.
    #[must_use]
    pub const fn with_count(mut self, count: u64) -> Self {
        self.count = Some(count);
        self
    }

    /// The same, during `period`.
    #[must_use]
    pub const fn with_period(mut self, period: Period) -> Self {
        self.period = period;
        self
    }

    /// The same, in `place` only.
    #[must_use]
    pub fn with_place(mut self, place: Place) -> Self {
        self.place = place;
        self
    }
}

/// Which requests an incident may strike. What is empty or `None` allows all.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Place {
    /// Models by name; one that ends with `*` stands for all that begin so.
    pub models: Vec<String>,
    /// Projects by id.
    pub projects: Vec<String>,
    /// Locations.
    pub locations: Vec<String>,
    /// The surface.
    pub surface: Option<Surface>,
    /// What is asked.
    pub methods: Vec<Method>,
    /// Keys by their number within the project, from 1.
    pub keys: Vec<usize>,
    /// Service tiers as asked for.
    pub service_tiers: Vec<ServiceTier>,
}

impl Place {
    /// Only `model`; one that ends with `*` stands for all that begin so.
    #[must_use]
    pub fn model(model: impl Into<String>) -> Self {
        Self {
            models: vec![model.into()],
            ..Self::default()
        }
    }

    /// Only `project`.
    #[must_use]
    pub fn project(project: impl Into<String>) -> Self {
        Self {
            projects: vec![project.into()],
            ..Self::default()
        }
    }

    /// Only `location`.
    #[must_use]
    pub fn location(location: impl Into<String>) -> Self {
        Self {
            locations: vec![location.into()],
            ..Self::default()
        }
    }
}

/// What goes wrong.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub enum What {
    /// An error of Google's, by name. It is counted against the quotas unless it is said of
    /// [`RefusalKind`] that it comes before them.
    Refusal(RefusalKind),
    /// An error in Google's form, of anybody's making.
    Custom(CustomError),
    /// Any body at all, with any status.
    CustomBody {
        /// The HTTP status.
        code: u16,
        /// Its `content-type`.
        content_type: String,
        /// The body.
        body: String,
    },
    /// A page of Google's front end, with this HTTP status.
    Html(u16),
    /// An error as bare text, with this HTTP status.
    PlainText(u16),
    /// An error body of this many bytes.
    HugeError(u64),
    /// An answer that ends for this `finishReason`.
    Finish(String),
    /// No answer, but this `blockReason`.
    Block(String),
    /// An answer without candidates and without a reason.
    Empty,
    /// The request is served as standard, whatever tier it asked for.
    Downgrade,
    /// Answers take so many times as long.
    SlowAnswers(f64),
    /// A stream that does not end well. Other requests are not struck.
    Stream(StreamFault),
    /// A connection that does not carry what it should.
    Wire(WireFault),
    /// Nobody listens. Over HTTP only, and by time only: `share`, `count` and `place` do not apply.
    Refused,
    /// A TLS handshake fails. Over HTTP only: `place` does not apply.
    TlsFailure,
}

/// The size of the largest error body, in bytes: it is held in memory.
pub(crate) const LARGEST_ERROR: u64 = 1 << 28;

impl What {
    /// The name in scenario files and statistics.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Refusal(kind) => kind.name(),
            Self::Custom(_) => "custom",
            Self::CustomBody { .. } => "custom_body",
            Self::Html(_) => "html",
            Self::PlainText(_) => "plain_text",
            Self::HugeError(_) => "huge_error",
            Self::Finish(_) => "finish",
            Self::Block(_) => "block",
            Self::Empty => "empty",
            Self::Downgrade => "downgrade",
            Self::SlowAnswers(_) => "slow_answers",
            Self::Stream(StreamFault::Error { .. }) => "stream_error",
            Self::Stream(StreamFault::BareError { .. }) => "stream_bare_error",
            Self::Stream(StreamFault::End { .. }) => "stream_end",
            Self::Stream(StreamFault::Cut { .. }) => "stream_cut",
            Self::Wire(fault) => fault.name(),
            Self::Refused => "refused",
            Self::TlsFailure => "tls_failure",
        }
    }

    /// The methods that it can happen to.
    pub(crate) const fn methods(&self) -> &'static [Method] {
        match self {
            Self::Finish(_) | Self::Block(_) | Self::Empty => &[Method::Generate, Method::Stream],
            Self::Stream(_) => &[Method::Stream],
            // What no quota counts is not refused for one.
            Self::Refusal(RefusalKind::QuotaText | RefusalKind::SpuriousQuota | RefusalKind::SpuriousDay) => {
                &[
                    Method::Generate,
                    Method::Stream,
                    Method::Embed,
                    Method::BatchEmbed,
                ]
            }
            _ => &Method::ALL,
        }
    }
}

/// Errors of Google's, by name. Status and words are the surface's.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum RefusalKind {
    /// No capacity: 503 "high demand" on the Developer API, 429 without details on Vertex.
    Capacity,
    /// 503 "The model is overloaded", the words of 2025.
    Overloaded,
    /// 503 "The service is currently unavailable."
    Unavailable,
    /// 500.
    Internal,
    /// 499.
    Cancelled,
    /// 504.
    DeadlineExceeded,
    /// 503 with `MODEL_CAPACITY_EXHAUSTED`.
    ModelCapacity,
    /// 429 "Resource has been exhausted" without details.
    ResourceExhausted,
    /// 429 with the sentence of an exceeded quota, and nothing that says which. Before the quotas.
    QuotaText,
    /// 429 that names a quota of a minute although there is room. Before the quotas.
    SpuriousQuota,
    /// 429 that names a quota of a day although there is room. Before the quotas.
    SpuriousDay,
    /// 400 "User location is not supported for the API use." Before the quotas.
    LocationUnsupported,
    /// 400 "Request contains an invalid argument."
    InvalidArgument,
    /// 400, the key is not valid. Before the quotas.
    KeyInvalid,
    /// 403, the key was reported as leaked. Before the quotas.
    KeyLeaked,
    /// 403, the API is not enabled in the project. Before the quotas.
    ServiceDisabled,
    /// 403. Before the quotas.
    PermissionDenied,
    /// 429 (402 where the account says so), no prepaid credits. Before the quotas.
    PrepaidDepleted,
    /// 429, the month's cap is reached. Before the quotas.
    SpendingCap,
    /// 429, the spend of ten minutes is reached. Before the quotas.
    SpendLimit,
    /// 503 on the Developer API, 429 on Vertex: shed, as the service tier "flex" is. Before the quotas.
    Shed,
}

impl RefusalKind {
    /// All of them.
    pub const ALL: [Self; 21] = [
        Self::Capacity,
        Self::Overloaded,
        Self::Unavailable,
        Self::Internal,
        Self::Cancelled,
        Self::DeadlineExceeded,
        Self::ModelCapacity,
        Self::ResourceExhausted,
        Self::QuotaText,
        Self::SpuriousQuota,
        Self::SpuriousDay,
        Self::LocationUnsupported,
        Self::InvalidArgument,
        Self::KeyInvalid,
        Self::KeyLeaked,
        Self::ServiceDisabled,
        Self::PermissionDenied,
        Self::PrepaidDepleted,
        Self::SpendingCap,
        Self::SpendLimit,
        Self::Shed,
    ];

    /// The name in scenario files and statistics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Capacity => "capacity",
            Self::Overloaded => "overloaded",
            Self::Unavailable => "unavailable",
            Self::Internal => "internal",
            Self::Cancelled => "cancelled",
            Self::DeadlineExceeded => "deadline_exceeded",
            Self::ModelCapacity => "model_capacity",
            Self::ResourceExhausted => "resource_exhausted",
            Self::QuotaText => "quota_text",
            Self::SpuriousQuota => "spurious_quota",
            Self::SpuriousDay => "spurious_day",
            Self::LocationUnsupported => "location_unsupported",
            Self::InvalidArgument => "invalid_argument",
            Self::KeyInvalid => "key_invalid",
            Self::KeyLeaked => "key_leaked",
            Self::ServiceDisabled => "service_disabled",
            Self::PermissionDenied => "permission_denied",
            Self::PrepaidDepleted => "prepaid_depleted",
            Self::SpendingCap => "spending_cap",
            Self::SpendLimit => "spend_limit",
            Self::Shed => "shed",
        }
    }

    /// Whether a request that meets it has been counted against the quotas.
    #[must_use]
    pub const fn is_counted(self) -> bool {
        matches!(
            self,
            Self::Capacity
                | Self::Overloaded
                | Self::Unavailable
                | Self::Internal
                | Self::Cancelled
                | Self::DeadlineExceeded
                | Self::ModelCapacity
                | Self::ResourceExhausted
                | Self::InvalidArgument
        )
    }
}

/// An error in Google's form: `{"error": {"code", "message", "status", "details"}}`.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub struct CustomError {
    /// The HTTP status.
    pub code: u16,
    /// The canonical code, such as `UNAVAILABLE`.
    pub status: String,
    /// The message.
    pub message: String,
    /// The details, written as they are.
    pub details: Vec<Value>,
}

/// How a stream goes wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum StreamFault {
    /// An error in a frame of its own.
    Error {
        /// After how many frames of the answer; `None`: drawn.
        frames: Option<u64>,
        /// Which.
        error: RefusalKind,
    },
    /// An error without the form of a frame: bare JSON on lines of its own.
    BareError {
        /// After how many frames of the answer; `None`: drawn.
        frames: Option<u64>,
        /// Which.
        error: RefusalKind,
    },
    /// It ends as if all were well, without a `finishReason`.
    End {
        /// After how many frames of the answer; `None`: drawn.
        frames: Option<u64>,
    },
    /// The connection breaks, anywhere.
    Cut {
        /// After how many bytes of the body; `None`: drawn.
        bytes: Option<u64>,
    },
}

/// What becomes of a reply on its way.
///
/// A position in the body beyond its end is its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum WireFault {
    /// The connection is reset once the request is there. It was not looked at: nothing counts it.
    ResetBefore,
    /// The connection is reset in place of the answer, which was made and counted.
    ResetAfter,
    /// Nothing comes for this long; then the connection is reset.
    StallHead {
        /// How long, in real time.
        pause: Duration,
    },
    /// The head and some of the body come, then nothing for this long; then the connection is reset.
    StallBody {
        /// How much of the body comes before, in bytes; `None`: half.
        bytes: Option<u64>,
        /// How long, in real time.
        pause: Duration,
    },
    /// The connection is closed in the middle of the body, in good order.
    Truncated {
        /// How much of the body comes before, in bytes; `None`: half.
        bytes: Option<u64>,
    },
    /// The body drips.
    SlowBody {
        /// Bytes in a second of real time; above zero.
        rate: u64,
    },
    /// The head names a length that the body has not: over HTTP/1 the body ends early, over HTTP/2 its stream
    /// is reset.
    WrongLength,
    /// The reply is good, and the connection takes no other request: `GOAWAY`, or `connection: close`.
    GoAway,
}

impl WireFault {
    /// The name in scenario files and statistics.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::ResetBefore => "reset_before",
            Self::ResetAfter => "reset_after",
            Self::StallHead { .. } => "stall_head",
            Self::StallBody { .. } => "stall_body",
            Self::Truncated { .. } => "truncated",
            Self::SlowBody { .. } => "slow_body",
            Self::WrongLength => "wrong_length",
            Self::GoAway => "goaway",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_has_a_name_of_its_own() {
        let mut names: Vec<_> = RefusalKind::ALL.iter().map(|kind| kind.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), RefusalKind::ALL.len());
    }
}
