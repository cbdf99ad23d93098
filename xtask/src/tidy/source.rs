//! Rust source reduced to what is compiled into the library: no comments, no literals, no tests.

/// `text` with comments and the insides of literals blanked. Lines stay where they are.
pub(super) fn code(text: &str) -> String {
    let mut rest = text;
    let mut out = String::with_capacity(text.len());
    let mut after_word = false;
    while let Some(first) = rest.chars().next() {
        let skipped = match first {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => block_comment(rest),
            '"' => string(rest),
            '\'' => character(rest),
            'r' | 'b' if !after_word => prefixed(rest),
            _ => 0,
        };
        if skipped == 0 {
            out.push(first);
            after_word = first == '_' || first.is_alphanumeric();
            rest = &rest[first.len_utf8()..];
        } else {
            out.extend(
                rest[..skipped]
                    .chars()
                    .map(|c| if c == '\n' { '\n' } else { ' ' }),
            );
            after_word = false;
            rest = &rest[skipped..];
        }
    }
    out
}

/// `code` without items under `#[cfg(test)]`, blanked line by line. Takes what [`code`] returns.
pub(super) fn without_tests(code: &str) -> String {
    const MARK: &str = "#[cfg(test)]";
    let mut out = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(start) = rest.find(MARK) {
        let end = start + item_end(&rest[start..]);
        out.push_str(&rest[..start]);
        out.extend(rest[start..end].chars().filter(|c| *c == '\n'));
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

/// Where the item that begins `code` ends: after its `;`, or after the brace that closes its first one.
fn item_end(code: &str) -> usize {
    let mut depth = 0_usize;
    for (at, c) in code.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            ';' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    code.len()
}

/// Length of the block comment that begins `text`; they nest.
fn block_comment(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < text.len() {
        if text[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if text[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// Length of the string literal that begins `text` with its quote.
fn string(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '"' if !escaped => return at + 1,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    text.len()
}

/// Length of the character literal that begins `text`; 0 if it is a lifetime.
fn character(text: &str) -> usize {
    let mut chars = text.char_indices().skip(1);
    match chars.next() {
        Some((_, '\\')) => text[2..]
            .char_indices()
            .skip(1)
            .find(|(_, c)| *c == '\'')
            .map_or(0, |(at, _)| at + 3),
        Some(_) => chars
            .next()
            .filter(|(_, c)| *c == '\'')
            .map_or(0, |(at, _)| at + 1),
        None => 0,
    }
}

/// Length of the raw or byte literal that begins `text` with its prefix; 0 if it is a name.
fn prefixed(text: &str) -> usize {
    let body = text.trim_start_matches(['b', 'r']);
    let prefix = &text[..text.len() - body.len()];
    match prefix {
        "b" if body.starts_with('\'') => 1 + character(body),
        "b" if body.starts_with('"') => 1 + string(body),
        "r" | "br" => {
            let hashes = body.len() - body.trim_start_matches('#').len();
            if !body[hashes..].starts_with('"') {
                return 0;
            }
            let close = format!("\"{}", "#".repeat(hashes));
            let opened = prefix.len() + hashes + 1;
            text[opened..]
                .find(&close)
                .map_or(text.len(), |at| opened + at + close.len())
        }
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let words = code(text).split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(words, expected, "{text}");
    }

    #[test]
    fn comments_are_no_code() {
        check("a // tokio\nb", "a b");
        check("/// tokio\n//! tokio\nb", "b");
        check("a /* x /* nested */ tokio */ b", "a b");
    }

    #[test]
    fn literals_are_no_code() {
        check(r#"a("tokio \" tokio") b"#, "a( ) b");
        check(r##"a(r#"to"kio"#) b"##, "a( ) b");
        check(r#"a(b"tokio") b"#, "a( ) b");
        check(r#"a('"') b('\'') c("tokio")"#, "a( ) b( ) c( )");
    }

    #[test]
    fn lifetimes_and_names_are_code() {
        check("fn f<'a>(x: &'a str)", "fn f<'a>(x: &'a str)");
        check("r#type + bar + r", "r#type + bar + r");
    }

    #[test]
    fn lines_stay_where_they_are() {
        assert_eq!(code("a\n/* x\ny */\nb").lines().count(), 4);
        assert_eq!(without_tests("a\n#[cfg(test)]\nmod t {\n}\nb").lines().count(), 5);
    }

    #[test]
    fn tests_are_left_out() {
        let text = "a; #[cfg(test)] mod tests { fn f() { { tokio } } } b; #[cfg(test)] mod more; c";
        let words = without_tests(&code(text))
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        assert_eq!(words, "a; b; c");
    }
}
