//! Which model a path asks for, and where.

use crate::scenario::Surface;

/// What a path names: a model to generate with, on one of the surfaces.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Target<'a> {
    pub(crate) surface: Surface,
    /// The version in the path, `v1beta` and the like.
    pub(crate) version: &'a str,
    /// The project in the path; empty on the Developer API, where the key decides.
    pub(crate) project: &'a str,
    /// The location in the path; `global` on the Developer API, as its quota bodies say.
    pub(crate) location: &'a str,
    pub(crate) model: &'a str,
}

impl<'a> Target<'a> {
    /// The target of a decoded path; `None` for what is not served.
    pub(crate) fn parse(path: &'a str) -> Option<Self> {
        let segments: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
        let target = match *segments.as_slice() {
            [version @ ("v1" | "v1beta"), "models", verb] => Self {
                surface: Surface::Developer,
                version,
                project: "",
                location: "global",
                model: verb.strip_suffix(":generateContent")?,
            },
            [
                version @ ("v1" | "v1beta1"),
                "projects",
                project,
                "locations",
                location,
                "publishers",
                "google",
                "models",
                verb,
            ] => Self {
                surface: Surface::Vertex,
                version,
                project,
                location,
                model: verb.strip_suffix(":generateContent")?,
            },
            _ => return None,
        };
        (!target.model.is_empty()).then_some(target)
    }
}

/// `text` without its percent signs. What is not an escape stays as it is; what is not UTF-8 is replaced.
pub(super) fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escape = (bytes[at] == b'%')
            .then(|| bytes.get(at + 1..at + 3))
            .flatten()
            .filter(|hex| hex.iter().all(u8::is_ascii_hexdigit))
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        decoded.push(escape.unwrap_or(bytes[at]));
        at += if escape.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, expected: Option<(Surface, &str, &str, &str)>) {
        let path = decode(path);
        let target = Target::parse(&path)
            .map(|target| (target.surface, target.project, target.location, target.model));
        assert_eq!(target, expected, "{path}");
    }

    #[test]
    fn both_surfaces_have_a_route() {
        let developer = Some((Surface::Developer, "", "global", "m"));
        check("/v1beta/models/m:generateContent", developer);
        check("/v1/models/m%3AgenerateContent", developer);
        let path = "/projects/p/locations/us/publishers/google/models/m:generateContent";
        let vertex = Some((Surface::Vertex, "p", "us", "m"));
        check(&format!("/v1{path}"), vertex);
        check(&format!("/v1beta1{path}"), vertex);
    }

    #[test]
    fn anything_else_is_not_served() {
        check("/v1beta/models/m:countTokens", None);
        check("/v1beta/models/m:streamGenerateContent", None);
        check("/v1beta/models/:generateContent", None);
        check("/v2/models/m:generateContent", None);
        check("/v1beta/models", None);
        check("/", None);
        check("", None);
    }

    #[test]
    fn broken_escapes_stay() {
        assert_eq!(decode("a%2Fb%zz%4"), "a/b%zz%4");
        assert_eq!(decode("%é"), "%é");
    }
}
