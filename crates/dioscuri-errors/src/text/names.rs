//! What the exceptions of the SDKs and of their wrappers mean by their names alone.

use crate::Code;
use dioscuri_vocab::Class;

/// What a name says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Meaning {
    /// The canonical code of the server's answer.
    Code(Code),
    /// The HTTP status of the server's answer.
    Status(u16),
    /// A failure that the program found itself.
    Class(Class),
}

/// One name, without `Error` or `Exception` at its end.
struct Name {
    word: &'static str,
    meaning: Meaning,
    /// Whether it is a word of other programs and languages too, and so needs its ending or its package.
    common: bool,
}

const fn own(word: &'static str, meaning: Meaning) -> Name {
    Name {
        word,
        meaning,
        common: false,
    }
}

const fn common(word: &'static str, meaning: Meaning) -> Name {
    Name {
        word,
        meaning,
        common: true,
    }
}

use Meaning::{Class as Is, Code as Says, Status as Http};

/// Sources, as of 2026-08: google-api-core `exceptions.py`; google-generativeai `types/generation_types.py`; google-genai
/// `errors.py` and `interactions`; google-auth `exceptions.py`; gax for Java; generative-ai for JavaScript, Kotlin, Swift and Dart;
/// openai and litellm `exceptions.py`.
const NAMES: &[Name] = &[
    // google.api_core, gax, gRPC: the names of the codes.
    own("ResourceExhausted", Says(Code::ResourceExhausted)),
    own("InvalidArgument", Says(Code::InvalidArgument)),
    own("FailedPrecondition", Says(Code::FailedPrecondition)),
    own("OutOfRange", Says(Code::OutOfRange)),
    own("Unauthenticated", Says(Code::Unauthenticated)),
    own("PermissionDenied", Says(Code::PermissionDenied)),
    own("DeadlineExceeded", Says(Code::DeadlineExceeded)),
    own("InternalServer", Http(500)),
    own("InternalServerError", Http(500)),
    own("ServiceUnavailable", Http(503)),
    own("TooManyRequests", Http(429)),
    own("GatewayTimeout", Http(504)),
    own("BadGateway", Http(502)),
    common("NotFound", Says(Code::NotFound)),
    common("AlreadyExists", Says(Code::AlreadyExists)),
    common("Aborted", Says(Code::Aborted)),
    common("Cancelled", Says(Code::Cancelled)),
    common("Internal", Says(Code::Internal)),
    common("Unavailable", Says(Code::Unavailable)),
    common("DataLoss", Says(Code::DataLoss)),
    common("Unimplemented", Says(Code::Unimplemented)),
    common("MethodNotImplemented", Http(501)),
    common("BadRequest", Http(400)),
    common("Unauthorized", Http(401)),
    common("Forbidden", Http(403)),
    common("Conflict", Http(409)),
    // The old Python SDK.
    own("BlockedPrompt", Is(Class::BlockedPrompt)),
    own("StopCandidate", Is(Class::BlockedResponse)),
    own("BrokenResponse", Is(Class::GatewayError)),
    own("IncompleteIteration", Is(Class::InvalidRequest)),
    // google-genai and google-auth.
    own("DefaultCredentials", Is(Class::Unauthenticated)),
    own("RefreshError", Is(Class::Unauthenticated)),
    own("GoogleAuth", Is(Class::Unauthenticated)),
    own("MutualTLSChannel", Is(Class::Unauthenticated)),
    own("UnknownApiResponse", Is(Class::GatewayError)),
    own("FunctionInvocation", Is(Class::InvalidRequest)),
    own("UnknownFunctionCallArgument", Is(Class::InvalidRequest)),
    own("UnsupportedFunction", Is(Class::InvalidRequest)),
    own("ResponseValidation", Is(Class::BlockedResponse)),
    own("ResponseBlocked", Is(Class::BlockedResponse)),
    // JavaScript, Kotlin, Swift, Dart.
    own("GoogleGenerativeAIRequestInput", Is(Class::InvalidRequest)),
    own("GoogleGenerativeAIAbort", Is(Class::Cancelled)),
    own("PromptBlocked", Is(Class::BlockedPrompt)),
    own("ResponseStopped", Is(Class::BlockedResponse)),
    own("InvalidAPIKey", Is(Class::AuthInvalidKey)),
    own("InvalidApiKey", Is(Class::AuthInvalidKey)),
    own("UnsupportedUserLocation", Is(Class::UnsupportedRegion)),
    own("ServiceDisabled", Is(Class::ServiceDisabled)),
    own("QuotaExceeded", Is(Class::QuotaUnspecified)),
    // openai, litellm.
    own("RateLimit", Http(429)),
    own("ContextWindowExceeded", Is(Class::ContextTooLong)),
    own("ContentPolicyViolation", Is(Class::BlockedPrompt)),
    own("APIConnection", Is(Class::GatewayError)),
    own("APITimeout", Is(Class::DeadlineExceeded)),
    common("Authentication", Http(401)),
    common("UnprocessableEntity", Http(422)),
    // Connections, by the libraries below the SDKs.
    own("RemoteProtocol", Is(Class::GatewayError)),
    own("ServerDisconnected", Is(Class::GatewayError)),
    own("ClientConnector", Is(Class::GatewayError)),
    own("ConnectionReset", Is(Class::GatewayError)),
    own("ReadTimeout", Is(Class::DeadlineExceeded)),
    own("ConnectTimeout", Is(Class::GatewayError)),
];

/// Wrappers that say nothing but the side at fault: they decide if nothing else is said.
const WRAPPERS: &[(&str, Class)] = &[
    ("RetryError", Class::DeadlineExceeded),
    ("ServerError", Class::Internal),
    ("ClientError", Class::InvalidRequest),
];

/// What the word `word` names; `after_dot` if a package or a type stands before it.
pub(super) fn find(word: &str, after_dot: bool, before_colon: bool) -> Option<Meaning> {
    let stem = ["Exception", "Error"]
        .iter()
        .find_map(|ending| word.strip_suffix(ending))
        .filter(|stem| !stem.is_empty());
    // Swift: `GenerateContentError.promptBlocked`.
    let case = after_dot && word.starts_with(|c: char| c.is_ascii_lowercase());
    let named = |name: &Name| {
        name.word == word || stem == Some(name.word) || case && name.word.eq_ignore_ascii_case(word)
    };
    let told = stem.is_some() || after_dot || before_colon;
    let ended = stem.is_some() || after_dot;
    NAMES
        .iter()
        .find(|name| named(name) && (told || !name.common) && (ended || !name.needs_its_ending()))
        .map(|name| name.meaning)
}

impl Name {
    /// Whether it is a word of prose without `Error` or `Exception`.
    fn needs_its_ending(&self) -> bool {
        matches!(self.meaning, Meaning::Class(_)) || matches!(self.word, "RateLimit" | "Authentication")
    }
}

/// What a wrapper means by itself.
pub(super) fn wrapper(word: &str) -> Option<Class> {
    let row = WRAPPERS.iter().find(|(name, _)| *name == word);
    row.map(|(_, class)| *class)
}
