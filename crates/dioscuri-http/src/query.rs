//! The query of a request to Google.

use percent_encoding::percent_decode_str;
use std::borrow::Cow;

/// Parameters that Google's APIs take credentials from.
const CREDENTIALS: &[&str] = &["key", "access_token", "oauth_token"];

/// Forms of an answer that can be read.
const FORMS: &[&str] = &["json", "sse"];

/// `query` without its credentials, however their names are written; `None` if nothing is left. The rest is as it came.
///
/// ```
/// use dioscuri_http::without_credentials;
///
/// assert_eq!(without_credentials("alt=sse&key=hush").as_deref(), Some("alt=sse"));
/// assert_eq!(without_credentials("%24key=hush"), None);
/// ```
#[must_use]
pub fn without_credentials(query: &str) -> Option<String> {
    let is_plain = |pair: &&str| {
        let (name, _) = name_and_value(pair);
        !pair.is_empty() && !CREDENTIALS.iter().any(|known| known.eq_ignore_ascii_case(&name))
    };
    let kept: Vec<_> = query.split('&').filter(is_plain).collect();
    (!kept.is_empty()).then(|| kept.join("&"))
}

/// Whether answers to `query` are in a form that can be read, and whole.
pub(crate) fn is_readable(query: &str) -> bool {
    query.split('&').all(|pair| {
        let (name, value) = name_and_value(pair);
        match name.to_ascii_lowercase().as_str() {
            "alt" => FORMS.contains(&value.split(';').next().unwrap_or_default()),
            "fields" | "callback" => false,
            _ => true,
        }
    })
}

/// Both decoded. Google's own parameters may stand with a dollar before their name.
fn name_and_value(pair: &str) -> (Cow<'_, str>, Cow<'_, str>) {
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    let name = percent_decode_str(name).decode_utf8_lossy();
    let name = match name {
        Cow::Borrowed(name) => Cow::Borrowed(name.trim_start_matches('$')),
        Cow::Owned(name) => Cow::Owned(name.trim_start_matches('$').to_owned()),
    };
    (name, percent_decode_str(value).decode_utf8_lossy())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_found_however_they_are_written() {
        for name in [
            "key",
            "k%65y",
            "$key",
            "%24key",
            "KEY",
            "access_token",
            "$oauth_token",
            "%24access%5Ftoken",
        ] {
            let query = format!("a=%20&{name}=hush&&alt=sse");
            assert_eq!(
                without_credentials(&query).as_deref(),
                Some("a=%20&alt=sse"),
                "{name}"
            );
            assert_eq!(without_credentials(&format!("{name}=hush")), None, "{name}");
        }
        assert_eq!(
            without_credentials("monkey=1&keys").as_deref(),
            Some("monkey=1&keys")
        );
    }

    #[test]
    fn only_whole_answers_in_a_known_form_can_be_read() {
        for query in [
            "alt=sse",
            "alt=json;enum-encoding=int",
            "%24alt=json%3Benum-encoding=int",
            "prettyPrint=false",
        ] {
            assert!(is_readable(query), "{query}");
        }
        for query in [
            "alt=proto",
            "%61lt=proto",
            "a=1&$alt=media",
            "fields=x",
            "%24f%69elds=x",
            "callback=f",
            "alt",
        ] {
            assert!(!is_readable(query), "{query}");
        }
    }
}
