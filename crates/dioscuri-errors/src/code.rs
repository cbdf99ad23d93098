//! The canonical codes of google.rpc, by name, by number and by HTTP status.

use std::fmt;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $number:literal, $text:literal, $http:literal;)*) => {
        /// A canonical code of google.rpc: the `status` of an error body.
        ///
        /// ```
        /// use dioscuri_errors::Code;
        ///
        /// assert_eq!(Code::from_name("RESOURCE_EXHAUSTED"), Some(Code::ResourceExhausted));
        /// assert_eq!(Code::ResourceExhausted.http(), 429);
        /// assert_eq!(Code::from_http(404), Some(Code::NotFound));
        /// ```
        ///
        /// Source: `google/rpc/code.proto`.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[$doc])* $name,)*
        }

        impl Code {
            /// Every code, in the order of its numbers.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The name on the wire.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// The HTTP status that carries it.
            #[must_use]
            pub const fn http(self) -> u16 {
                match self { $(Self::$name => $http,)* }
            }

            /// The code with this number, as gRPC carries it.
            #[must_use]
            pub const fn from_number(number: u16) -> Option<Self> {
                match number { $($number => Some(Self::$name),)* _ => None }
            }
        }
    };
}

codes! {
    /// Given up, mostly by the caller.
    Cancelled = 1, "CANCELLED", 499;
    /// No other code fits.
    Unknown = 2, "UNKNOWN", 500;
    /// The request is wrong, whatever the state of the system.
    InvalidArgument = 3, "INVALID_ARGUMENT", 400;
    /// It took too long.
    DeadlineExceeded = 4, "DEADLINE_EXCEEDED", 504;
    /// It does not exist.
    NotFound = 5, "NOT_FOUND", 404;
    /// It exists already.
    AlreadyExists = 6, "ALREADY_EXISTS", 409;
    /// The caller is known and may not.
    PermissionDenied = 7, "PERMISSION_DENIED", 403;
    /// A quota, credit or capacity is used up.
    ResourceExhausted = 8, "RESOURCE_EXHAUSTED", 429;
    /// The state of the system does not allow it.
    FailedPrecondition = 9, "FAILED_PRECONDITION", 400;
    /// Given up because of a conflict.
    Aborted = 10, "ABORTED", 409;
    /// Past the end.
    OutOfRange = 11, "OUT_OF_RANGE", 400;
    /// There is no such method here.
    Unimplemented = 12, "UNIMPLEMENTED", 501;
    /// A fault of the server.
    Internal = 13, "INTERNAL", 500;
    /// The service is not there at the moment.
    Unavailable = 14, "UNAVAILABLE", 503;
    /// Data is lost for good.
    DataLoss = 15, "DATA_LOSS", 500;
    /// The caller is not known.
    Unauthenticated = 16, "UNAUTHENTICATED", 401;
}

impl Code {
    /// The code of this name; case and the difference of `_`, `-` and blanks do not matter.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let known = |code: &&Self| code.name() == name;
        let alike = |code: &&Self| letters(code.name()).eq(letters(name));
        let all = Self::ALL.iter();
        all.clone()
            .find(known)
            .or_else(|| all.clone().find(alike))
            .copied()
    }

    /// The likeliest code behind a word of another API or of HTTP: `rate_limit_error`, `Too Many Requests`.
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        let row = WORDS.iter().find(|(known, _)| letters(word).eq(known.bytes()));
        row.map(|(_, code)| *code)
    }

    /// The most likely code behind an HTTP status; 400, 409 and 500 stand for several.
    #[must_use]
    pub const fn from_http(status: u16) -> Option<Self> {
        match status {
            400 => Some(Self::InvalidArgument),
            401 => Some(Self::Unauthenticated),
            403 => Some(Self::PermissionDenied),
            404 => Some(Self::NotFound),
            409 => Some(Self::Aborted),
            429 => Some(Self::ResourceExhausted),
            499 => Some(Self::Cancelled),
            500 => Some(Self::Internal),
            501 => Some(Self::Unimplemented),
            503 => Some(Self::Unavailable),
            504 => Some(Self::DeadlineExceeded),
            _ => None,
        }
    }
}

/// Letters only, in lower case.
fn letters(text: &str) -> impl Iterator<Item = u8> {
    let kept = text.bytes().filter(u8::is_ascii_alphabetic);
    kept.map(|byte| byte.to_ascii_lowercase())
}

/// Words of other APIs that carry Gemini's errors, and the phrases of HTTP, by their letters.
///
/// Source: the error types of the Interactions API, of OpenAI's and Anthropic's APIs; RFC 9110, section 15.
const WORDS: &[(&str, Code)] = &[
    ("invalidrequest", Code::InvalidArgument),
    ("invalidrequesterror", Code::InvalidArgument),
    ("badrequest", Code::InvalidArgument),
    ("authenticationerror", Code::Unauthenticated),
    ("invalidapikey", Code::Unauthenticated),
    ("unauthorized", Code::Unauthenticated),
    ("permissionerror", Code::PermissionDenied),
    ("forbidden", Code::PermissionDenied),
    ("notfounderror", Code::NotFound),
    ("modelnotfound", Code::NotFound),
    ("ratelimiterror", Code::ResourceExhausted),
    ("ratelimitexceeded", Code::ResourceExhausted),
    ("toomanyrequests", Code::ResourceExhausted),
    ("insufficientquota", Code::ResourceExhausted),
    ("overloadederror", Code::Unavailable),
    ("serviceunavailable", Code::Unavailable),
    ("apierror", Code::Internal),
    ("servererror", Code::Internal),
    ("internalservererror", Code::Internal),
    ("timeouterror", Code::DeadlineExceeded),
    ("gatewaytimeout", Code::DeadlineExceeded),
];

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_however_they_are_written() {
        for code in Code::ALL {
            assert_eq!(Code::from_name(code.name()), Some(*code));
        }
        assert_eq!(Code::from_name("not_found"), Some(Code::NotFound));
        assert_eq!(Code::from_name("Not Found"), Some(Code::NotFound));
        assert_eq!(Code::from_name("Forbidden"), None);
        assert_eq!(Code::from_name(""), None);
    }

    #[test]
    fn words_of_others_mean_a_code() {
        assert_eq!(Code::from_word("rate_limit_error"), Some(Code::ResourceExhausted));
        assert_eq!(
            Code::from_word("Too Many Requests"),
            Some(Code::ResourceExhausted)
        );
        assert_eq!(Code::from_word("error"), None);
        assert_eq!(Code::from_word(""), None);
    }

    #[test]
    fn every_status_that_stands_for_a_code_is_one_of_its_own() {
        for status in 0..1000 {
            if let Some(code) = Code::from_http(status) {
                assert_eq!(code.http(), status);
            }
        }
        assert_eq!(Code::from_number(8), Some(Code::ResourceExhausted));
        assert_eq!(Code::from_number(0), None);
    }
}
