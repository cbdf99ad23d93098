//! How the records of logs begin.

/// Where a date is looked for: after the names of a container, a host or a logger. In bytes.
const HEAD: usize = 80;

/// Whether `line` begins as the records of logs do: with a date, a time, or a level.
pub(super) fn begins(line: &str) -> bool {
    let line = line
        .trim_start_matches(['[', '"', '\'', '(', '<', '>', ' '])
        .trim_end();
    begins_with_level(line) || is_klog(line) || is_syslog(line) || is_epoch(line) || has_date(line)
}

/// Whether the first line of `text` is an object of JSON: some logs are lines of them.
pub(super) fn is_json(text: &str) -> bool {
    let line = text.lines().next().unwrap_or_default().trim_end();
    line.starts_with("{\"") && line.ends_with('}')
}

/// A date, or the time of a day at the beginning. Digits count by their places.
fn has_date(line: &str) -> bool {
    let bytes = line.as_bytes();
    let head = &bytes[..bytes.len().min(HEAD)];
    let word_begins = |at: usize| at == 0 || !head[at - 1].is_ascii_alphanumeric();
    fits(bytes, b"00:00:00")
        || (0..head.len())
            .filter(|at| word_begins(*at))
            .any(|at| fits(&bytes[at..], b"0000-00-00") || fits(&bytes[at..], b"0000/00/00"))
}

/// The name of the container that `docker compose` puts before each line: `web-1  | …`, and the rest of the line.
pub(in crate::text) fn container(line: &str) -> Option<(&str, &str)> {
    let head = &line.as_bytes()[..line.len().min(HEAD)];
    let bar = memchr::memchr2(b'|', b'\n', head).filter(|at| head[*at] == b'|')?;
    let (name, rest) = (line[..bar].trim_end(), &line[bar + 1..]);
    let word = !name.is_empty() && !name.contains(char::is_whitespace);
    (word && name.is_ascii()).then(|| (name, rest.strip_prefix(' ').unwrap_or(rest)))
}

/// What stands before the message of a record, up to the milliseconds of its time.
pub(super) fn moment(text: &str) -> Option<&str> {
    let head = &text.as_bytes()[..text.len().min(HEAD)];
    let end = (0..head.len()).find_map(|at| {
        let fine = fits(&head[at..], b"00:00:00.000") || fits(&head[at..], b"00:00:00,000");
        fine.then_some(at + 12)
    })?;
    text.get(..end)
}

/// Whether `bytes` begin with `shape`, in which a zero stands for any digit.
fn fits(bytes: &[u8], shape: &[u8]) -> bool {
    let same = |(byte, shape): (&u8, &u8)| {
        if *shape == b'0' {
            byte.is_ascii_digit()
        } else {
            byte == shape
        }
    };
    bytes.len() >= shape.len() && bytes.iter().zip(shape).all(same)
}

fn begins_with_level(line: &str) -> bool {
    const LEVELS: &[&str] = &["ERROR", "WARN", "INFO", "DEBUG", "TRACE", "FATAL", "CRITICAL"];
    LEVELS.iter().any(|level| {
        let rest = line.strip_prefix(level);
        rest.is_some_and(|rest| rest.starts_with([' ', ':', ']', '\t', '|']) || rest.starts_with("ING"))
    })
}

/// `E1122 10:00:00.123456`, as Kubernetes writes it.
fn is_klog(line: &str) -> bool {
    line.starts_with(['I', 'W', 'E', 'F']) && fits(&line.as_bytes()[1..], b"0000 00:00:00")
}

/// `Nov 22 10:00:00` (RFC 3164).
fn is_syslog(line: &str) -> bool {
    const MONTHS: &[&str] = &[
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let rest = MONTHS.iter().find_map(|month| line.strip_prefix(month));
    rest.is_some_and(|rest| {
        fits(rest.as_bytes(), b" 00 00:00:00")
            || rest.starts_with("  ") && fits(&rest.as_bytes()[2..], b"0 00:00:00")
    })
}

/// Seconds or milliseconds since 1970, of this century.
fn is_epoch(line: &str) -> bool {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    matches!(digits, 10 | 13)
        && line.starts_with(['1', '2'])
        && line[digits..].starts_with([' ', '.', '\t', ',', ']', ':'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_of_every_kind_of_log_are_told() {
        for line in [
            "2026-11-22T10:00:00Z failed",
            "[2026/11/22 10:00:00] failed",
            "web-1  | 2026-11-22 10:00:00 failed",
            "pod-7f9 app 2026-11-22 10:00:00 failed",
            "10:00:00 failed",
            "ERROR failed",
            "WARNING: failed",
            "E1122 10:00:00.123456 1 main.go:7] failed",
            "Nov 22 10:00:00 host app: failed",
            "Nov  2 10:00:00 host app: failed",
            "1763805600.123 failed",
        ] {
            assert!(begins(line), "{line}");
        }
    }

    #[test]
    fn what_goes_on_is_no_record() {
        for line in [
            "",
            "  at main.js:7",
            "* Quota exceeded for",
            "ERRORS were found",
            "{",
            "Please retry in 3s",
            "1763805600",
            "Nov was cold",
        ] {
            assert!(!begins(line), "{line}");
        }
    }
}
