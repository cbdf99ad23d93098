//! What a path asks for, and where.

use crate::scenario::{Method, Surface};

/// What a path names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Target<'a> {
    pub(crate) surface: Surface,
    /// The version in the path, `v1beta` and the like.
    pub(crate) version: &'a str,
    /// The project in the path; empty on the Developer API and in express mode, where the key decides.
    pub(crate) project: &'a str,
    /// The location in the path; `global` where it has none.
    pub(crate) location: &'a str,
    /// The model; empty for the list of models.
    pub(crate) model: &'a str,
    pub(crate) method: Method,
    /// Embeddings in the form of the older `predict`.
    pub(crate) predicts: bool,
}

impl<'a> Target<'a> {
    /// The target of a request for a decoded path; `None` for what is not served.
    pub(crate) fn parse(http_method: &str, path: &'a str) -> Option<Self> {
        let mut segments = path.strip_prefix('/')?.split('/');
        let version = segments.next()?;
        let target = match (version, segments.next()?) {
            ("v1" | "v1beta" | "v1alpha", "models") => Self {
                surface: Surface::Developer,
                version,
                project: "",
                location: "global",
                ..Self::of_verb(http_method, segments.next())?
            },
            ("v1" | "v1beta1", "projects") => {
                let project = segments.next()?;
                let "locations" = segments.next()? else {
                    return None;
                };
                let location = segments.next()?;
                Self::of_publisher(http_method, version, project, location, &mut segments)?
            }
            // Express mode, and the list of models.
            ("v1" | "v1beta1", "publishers") => {
                Self::google(&mut segments)?;
                Self {
                    surface: Surface::Vertex,
                    version,
                    project: "",
                    location: "global",
                    ..Self::of_verb(http_method, segments.next())?
                }
            }
            _ => return None,
        };
        segments.next().is_none().then_some(target)
    }

    fn of_publisher(
        http_method: &str,
        version: &'a str,
        project: &'a str,
        location: &'a str,
        segments: &mut impl Iterator<Item = &'a str>,
    ) -> Option<Self> {
        let "publishers" = segments.next()? else {
            return None;
        };
        Self::google(segments)?;
        Some(Self {
            surface: Surface::Vertex,
            version,
            project,
            location,
            ..Self::of_verb(http_method, segments.next())?
        })
    }

    /// What stands between "publishers" and the model.
    fn google(segments: &mut impl Iterator<Item = &'a str>) -> Option<()> {
        (segments.next()? == "google" && segments.next()? == "models").then_some(())
    }

    /// What a last segment such as `gemini-3.8-flash:generateContent` asks for.
    fn of_verb(http_method: &str, segment: Option<&'a str>) -> Option<Self> {
        let (model, verb) = match segment {
            None => ("", None),
            Some(segment) => match segment.rsplit_once(':') {
                None => (segment, None),
                Some((model, verb)) => (model, Some(verb)),
            },
        };
        let (expected, method) = match verb {
            None => ("GET", Method::Models),
            Some("generateContent") => ("POST", Method::Generate),
            Some("streamGenerateContent") => ("POST", Method::Stream),
            Some("countTokens") => ("POST", Method::Count),
            Some("embedContent" | "predict") => ("POST", Method::Embed),
            Some("batchEmbedContents") => ("POST", Method::BatchEmbed),
            Some(_) => return None,
        };
        if http_method != expected || (segment.is_some() && model.is_empty()) {
            return None;
        }
        Some(Self {
            surface: Surface::Developer,
            version: "",
            project: "",
            location: "",
            model,
            method,
            predicts: verb == Some("predict"),
        })
    }
}

/// `text` without its percent signs. What is not an escape stays as it is; what is not UTF-8 is replaced.
pub(super) fn decode(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
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

    type Found<'a> = Option<(Surface, &'a str, &'a str, &'a str, Method)>;

    #[track_caller]
    fn check(http_method: &str, path: &str, expected: Found<'_>) {
        let path = decode(path);
        let target = Target::parse(http_method, &path).map(|target| {
            (
                target.surface,
                target.project,
                target.location,
                target.model,
                target.method,
            )
        });
        assert_eq!(target, expected, "{http_method} {path}");
    }

    #[test]
    fn every_method_has_a_route_on_both_surfaces() {
        for (verb, method) in [
            ("generateContent", Method::Generate),
            ("streamGenerateContent", Method::Stream),
            ("countTokens", Method::Count),
            ("embedContent", Method::Embed),
            ("batchEmbedContents", Method::BatchEmbed),
        ] {
            let developer = Some((Surface::Developer, "", "global", "m", method));
            check("POST", &format!("/v1beta/models/m:{verb}"), developer);
            check("POST", &format!("/v1/models/m%3A{verb}"), developer);
            let path = format!("/projects/p/locations/us/publishers/google/models/m:{verb}");
            let vertex = Some((Surface::Vertex, "p", "us", "m", method));
            check("POST", &format!("/v1{path}"), vertex);
            check("POST", &format!("/v1beta1{path}"), vertex);
            let express = Some((Surface::Vertex, "", "global", "m", method));
            check(
                "POST",
                &format!("/v1beta1/publishers/google/models/m:{verb}"),
                express,
            );
        }
    }

    #[test]
    fn models_are_read_with_get() {
        let list = |surface| Some((surface, "", "global", "", Method::Models));
        check("GET", "/v1beta/models", list(Surface::Developer));
        check("GET", "/v1beta1/publishers/google/models", list(Surface::Vertex));
        check("POST", "/v1beta/models", None);
        let one = Some((Surface::Developer, "", "global", "m", Method::Models));
        check("GET", "/v1beta/models/m", one);
    }

    #[test]
    fn anything_else_is_not_served() {
        check("POST", "/v1beta/models/m:batchGenerateContent", None);
        check("GET", "/v1beta/models/m:generateContent", None);
        check("POST", "/v1beta/models/:generateContent", None);
        check("POST", "/v2/models/m:generateContent", None);
        check("POST", "/v1beta/models/m:generateContent/more", None);
        check("POST", "/v1beta1/publishers/other/models/m:generateContent", None);
        check("GET", "/v1beta/files", None);
        check("GET", "/", None);
        check("GET", "", None);
    }

    #[test]
    fn broken_escapes_stay() {
        assert_eq!(decode("a%2Fb%zz%4"), "a/b%zz%4");
        assert_eq!(decode("%é"), "%é");
    }
}
