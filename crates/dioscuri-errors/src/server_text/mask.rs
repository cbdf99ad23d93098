//! What must never be shown: keys, tokens, passwords, and what stands in double quotes.

/// What stands in the place of a secret.
const MASK: &str = "[key]";

/// Shorter than this, what begins like a key is no key, in bytes: the mask of one, or its name.
const MIN_KNOWN: usize = 8;

/// Random words from this length on are keys, in bytes: those of Google have 39 characters or more. The longest
/// names of quotas and models are as long, but their digits end a word, as in `…PaidTier1` and `…-09-2025`.
const MIN_LONG: usize = 39;

/// Names whose value is a secret, whatever it looks like; they may be the end of a longer name.
const NAMES: &[&str] = &[
    "api_key",
    "api-key",
    "apikey",
    "_key",
    "-key",
    "_token",
    "-token",
    "secret",
    "password",
    "passwd",
    "authorization",
];

/// Names that programs also have for other things: only behind an equals sign, or of a value that looks random.
const VAGUE: &[&str] = &["key", "token"];

/// What stands before the secret in an `Authorization` header.
const SCHEMES: &[&str] = &["bearer", "basic", "token", "digest", "apikey", "negotiate"];

/// Words that follow "bearer" in sentences.
const PROSE: &[&str] = &[
    "token",
    "tokens",
    "auth",
    "authentication",
    "authorization",
    "credential",
    "credentials",
    "scheme",
    "header",
    "error",
    "realm",
];

/// Replaces every secret in `text`.
pub(super) fn secrets(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(is_word) {
        let (before, from) = rest.split_at(start);
        masked.push_str(before);
        let word = &from[..from.find(|c| !is_word(c)).unwrap_or(from.len())];
        rest = if let Some(length) = refresh_token(word, &from[word.len()..]) {
            masked.push_str(&word[..word.len() - 1]);
            masked.push_str(MASK);
            &from[word.len() + length..]
        } else if let Some(at) = key_in(word) {
            masked.push_str(&word[..at]);
            masked.push_str(MASK);
            &from[word.len()..]
        } else if let Some((start, end)) = value_of(word, &from[word.len()..]) {
            masked.push_str(&from[..word.len() + start]);
            masked.push_str(MASK);
            &from[word.len() + end..]
        } else {
            masked.push_str(word);
            &from[word.len()..]
        };
    }
    masked + rest
}

/// Replaces what stands in double quotes, also where the closing quote was cut off. Quotes that are escaped close
/// only what an escaped one has opened.
pub(super) fn quotes(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('"') {
        let escaped = rest[..open].ends_with('\\');
        masked.push_str(&rest[..open]);
        masked.push_str("\"…");
        rest = &rest[open + 1..];
        let close = rest.match_indices('"').map(|(at, _)| at);
        let mut close = close.filter(|at| rest[..*at].ends_with('\\') == escaped);
        let end = close.next().unwrap_or(rest.len());
        masked.push_str(if escaped { "\\\"" } else { "\"" });
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    masked + rest
}

const fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')
}

/// How much of what follows `word` belongs to a refresh token that begins with its last letter: `1//0…`.
fn refresh_token(word: &str, after: &str) -> Option<usize> {
    let token = after.strip_prefix("//0").filter(|_| word.ends_with('1'))?;
    let length = token.find(|c| !is_word(c)).unwrap_or(token.len());
    (length >= MIN_KNOWN).then_some(length + "//0".len())
}

/// Where in `word` a key begins.
fn key_in(word: &str) -> Option<usize> {
    // One with a known beginning is masked even if it was cut, or if an escaped line break has left its letter
    // before it. A path may end in one.
    let early = |at: &usize| at - word[..*at].rfind('.').map_or(0, |dot| dot + 1) < 2;
    let starts = [
        word.find("AIza"),
        word.find("ya29."),
        word.find("GOCSPX-"),
        word.find("AQ.").filter(early),
        word.find("sk-").filter(early).filter(|_| has_digit(word)),
        word.find("eyJ")
            .filter(early)
            .filter(|_| word.contains('.') || has_digit(word)),
    ];
    let is_whole = |at: &usize| word.len() - at >= MIN_KNOWN;
    starts.into_iter().flatten().filter(is_whole).min().or_else(|| {
        let mut at = 0;
        let mut starts = word.split('.').map(|part| {
            let start = at;
            at += part.len() + 1;
            (start, part)
        });
        let long = starts.find(|(_, part)| part.len() >= MIN_LONG && is_random(part));
        long.map(|(start, _)| start)
    })
}

/// Whether a digit goes on in a letter: of 39 random characters, but for one in a hundred, some do.
fn is_random(word: &str) -> bool {
    let mut pairs = word.as_bytes().windows(2);
    pairs.any(|pair| pair[0].is_ascii_digit() && pair[1].is_ascii_alphabetic())
}

fn has_digit(word: &str) -> bool {
    word.bytes().any(|byte| byte.is_ascii_digit())
}

/// Where in what follows the word `name` its secret value stands.
fn value_of(name: &str, after: &str) -> Option<(usize, usize)> {
    let last = name.rsplit('.').next().unwrap_or_default();
    let name = last.to_ascii_lowercase();
    if name == "bearer" {
        return token(after);
    }
    let is_vague = VAGUE.contains(&&*name);
    if !is_vague && !NAMES.iter().any(|known| name.ends_with(known)) {
        return None;
    }
    let value = after.trim_start_matches(['\\', '"', '\'', ' ']);
    let sign = value.chars().next().filter(|c| matches!(c, '=' | ':'))?;
    let value = value[1..].trim_start_matches('=').trim_start();
    let quote: &str = ["\\\"", "\"", "\\'", "'"]
        .into_iter()
        .find(|quote| value.starts_with(quote))
        .unwrap_or_default();
    let mut value = &value[quote.len()..];
    let scheme = value.split(' ').next().unwrap_or_default();
    if SCHEMES.contains(&&*scheme.to_ascii_lowercase()) {
        value = value[scheme.len()..].trim_start();
    }
    let length = if quote.is_empty() {
        value.find(ends_value).unwrap_or(value.len())
    } else {
        value.find(quote).unwrap_or(value.len())
    };
    let told = &value[..length];
    let is_secret = match sign {
        _ if told.is_empty() || value.starts_with(MASK) => false,
        ':' if is_vague => told.len() >= MIN_KNOWN && has_digit(told),
        // "Is GEMINI_API_KEY set: yes" tells no key.
        ':' if quote.is_empty() && !name.starts_with("password") => {
            told.len() >= MIN_KNOWN || has_digit(told)
        }
        _ => true,
    };
    let start = after.len() - value.len();
    is_secret.then_some((start, start + length))
}

/// The token after the word "bearer".
fn token(after: &str) -> Option<(usize, usize)> {
    let value = after.trim_start_matches([' ', '\t', '\'', '"', ':', '=']);
    let length = value.find(ends_value).unwrap_or(value.len());
    let word = value[..length]
        .trim_end_matches(['.', ':', '='])
        .to_ascii_lowercase();
    let is_prose = word.is_empty() || value.starts_with(MASK) || PROSE.contains(&&*word);
    let start = after.len() - value.len();
    (start > 0 && !is_prose).then_some((start, start + length))
}

/// Whether a value without quotes ends before `c`.
fn ends_value(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '"' | '\'' | '`' | ',' | ';' | '&' | ')' | '}' | '<' | '>' | '\\'
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(secrets(text), expected);
    }

    /// Put together here, so that nobody has to wonder whether a key was committed.
    fn key(start: &str) -> String {
        format!("{start}{}", "S0".repeat(18))
    }

    #[test]
    fn keys_and_tokens_are_known_by_their_beginnings() {
        for start in [
            "AIza", "AQ.", "ya29.", "ya29.a0-", "GOCSPX-", "1//0", "sk-", "eyJhbG.",
        ] {
            check(&format!("see {} there", key(start)), "see [key] there");
            check(&format!("'{}'", key(start)), "'[key]'");
        }
        let jwt = ["eyJhbGciOi", "eyJpc3MiOi", "c2lnbmF0dXJl"].join(".");
        check(&format!("assertion {jwt} refused"), "assertion [key] refused");
        check(
            &format!("contents.{} is wrong", key("AQ.")),
            "contents.[key] is wrong",
        );
    }

    #[test]
    fn a_long_random_word_is_a_key_also_between_dots() {
        check(&format!("a.{}.b", key("xyz")), "a.[key]");
    }

    #[test]
    fn long_names_are_no_keys() {
        for name in [
            "GenerateContentInputTokensPerModelPerMinute-FreeTier",
            "PredictRequestsPerDayPerProjectPerModelPaidTier1",
            "gemini-2.5-flash-preview-native-audio-dialog-with-thinking-09-2025",
            "generativelanguage.googleapis.com/v1beta",
        ] {
            check(name, name);
        }
    }

    #[test]
    fn the_value_of_a_secret_name_is_masked_however_it_is_written() {
        for (text, expected) in [
            ("?key=hunter2&alt=sse", "?key=[key]&alt=sse"),
            ("api_key=hunter, more", "api_key=[key], more"),
            ("--api-key=hunter", "--api-key=[key]"),
            ("GEMINI_API_KEY=hunter", "GEMINI_API_KEY=[key]"),
            ("x-goog-api-key: hunter2", "x-goog-api-key: [key]"),
            ("'X-Goog-Api-Key': 'hunter two'}", "'X-Goog-Api-Key': '[key]'}"),
            (r#"{"password": "hunter two"}"#, r#"{"password": "[key]"}"#),
            (
                r#"{\"password\": \"hunter two\"}"#,
                r#"{\"password\": \"[key]\"}"#,
            ),
            ("PASSWORD: hunter", "PASSWORD: [key]"),
            ("client_secret=hunter", "client_secret=[key]"),
            ("access_token=hunter2", "access_token=[key]"),
            ("token=hunter", "token=[key]"),
            ("Authorization: Bearer hunter2", "Authorization: Bearer [key]"),
            ("authorization=Basic aHVudGVy", "authorization=Basic [key]"),
            ("authorization: hunter2/two+==", "authorization: [key]"),
            ("a Bearer hunter/2+x==", "a Bearer [key]"),
            ("bearer 'hunter2'", "bearer '[key]'"),
            ("config.key=hunter", "config.key=[key]"),
        ] {
            check(text, expected);
        }
    }

    #[test]
    fn words_about_secrets_are_no_secrets() {
        for text in [
            "Invalid API key: please pass a valid one.",
            "Send it in x-goog-api-key, not as Authorization: Bearer.",
            "a bearer token is missing",
            "GOOGLE_API_KEY beats GEMINI_API_KEY: which is set?",
            "The password is wrong.",
            "Expected OAuth 2 access token, login cookie or other",
            "input token: 1200 of 1000",
            r#"key: "service""#,
            "models/gemini-2.5-flash-lite-preview-09-2025 is not found",
            "quota metric 'generate_content_free_tier_input_token_count'",
        ] {
            check(text, text);
        }
    }

    #[test]
    fn what_a_quote_holds_is_left_out_also_where_quotes_are_escaped() {
        for (text, expected) in [
            (r#"a "b" c "d" e"#, r#"a "…" c "…" e"#),
            (r#"a "b \" c" d"#, r#"a "…" d"#),
            (r#"a \"b\" c"#, r#"a \"…\" c"#),
            (r#"a "b"#, r#"a "…""#),
            (r#""""#, r#""…""#),
        ] {
            assert_eq!(quotes(text), expected);
        }
    }

    proptest! {
        #[test]
        fn a_secret_is_masked_whatever_stands_around_it(
            before in "([a-z ,:{\"']{0,12}[ ,:{\"'(/])?",
            after in "([ ,}\"')\n][a-z ,:{\"']{0,12})?",
            start in prop::sample::select(vec!["AIza", "AQ.", "ya29.", "GOCSPX-", "1//0", "api_key=", "Bearer "]),
            secret in "[A-Z0-9]{12,30}",
        ) {
            let text = format!("{before}{start}{secret}{after}");
            prop_assert!(!secrets(&text).contains(&secret), "{}", secrets(&text));
        }

        #[test]
        fn what_is_masked_stays_as_it_is(text in "([a-zA-Z0-9_=:.\"'/ -]{0,20}(key|token|Bearer |password)?[=: ]{0,2}){0,4}") {
            let once = secrets(&text);
            prop_assert_eq!(secrets(&once), once);
        }
    }
}
