//! Bodies that are no JSON, or far too much of it: what stands in front of the API answers in its place (§2.1).

use std::fmt::Write as _;

use super::error::{Code, ErrorBody};
use crate::scenario::LARGEST_ERROR;

/// What a `content-type` says of a page.
const HTML: &str = "text/html; charset=UTF-8";

/// A page of Google's front end with that HTTP status: its `content-type` and its bytes.
///
/// Captured for 404 and 502, from other Google services the second. Pages of other statuses have the same form
/// with the words of 502, which is a guess.
pub(crate) fn html(code: u16) -> (&'static str, Vec<u8>) {
    let says = match code {
        403 => "Your client does not have permission to get this URL from this server.",
        404 => "The requested URL was not found on this server.",
        _ => {
            "The server encountered a temporary error and could not complete your request.<p>Please try again in 30 \
             seconds."
        }
    };
    let title = title(code);
    let mut page = String::with_capacity(2048);
    let _ = write!(
        page,
        "<!DOCTYPE html>\n<html lang=en>\n  <meta charset=utf-8>\n  <meta name=viewport \
         content=\"initial-scale=1, minimum-scale=1, width=device-width\">\n  <title>Error {code} \
         ({title})!!1</title>\n  <style>\n    {STYLE}\n  </style>\n  <a href=//www.google.com/><span id=logo \
         aria-label=Google></span></a>\n  <p><b>{code}.</b> <ins>That’s an error.</ins>\n  <p>{says}  <ins>That’s \
         all we know.</ins>\n"
    );
    (HTML, page.into_bytes())
}

const STYLE: &str = "*{margin:0;padding:0}html,code{font:15px/22px \
    arial,sans-serif}html{background:#fff;color:#222;padding:15px}body{margin:7% auto \
    0;max-width:390px;min-height:180px;padding:30px 0 15px}* > \
    body{background:url(//www.google.com/images/errors/robot.png) 100% 5px \
    no-repeat;padding-right:205px}p{margin:11px 0 22px;overflow:hidden}ins{color:#777;text-decoration:none}a \
    img{border:0}@media screen and \
    (max-width:772px){body{background:none;margin-top:0;max-width:none;padding-right:0}}#logo\
    {background:url(//www.google.com/images/branding/googlelogo/1x/googlelogo_color_150x54dp.png) \
    no-repeat;margin-left:-5px}@media only screen and \
    (min-resolution:192dpi){#logo\
    {background:url(//www.google.com/images/branding/googlelogo/2x/googlelogo_color_150x54dp.png) no-repeat 0% \
    0%/100% \
    100%;-moz-border-image:url(//www.google.com/images/branding/googlelogo/2x/googlelogo_color_150x54dp.png) \
    0}}@media only screen and (-webkit-min-device-pixel-ratio:2){#logo\
    {background:url(//www.google.com/images/branding/googlelogo/2x/googlelogo_color_150x54dp.png) \
    no-repeat;-webkit-background-size:100% 100%}}#logo{display:inline-block;height:54px;width:150px}";

/// What stands in brackets after the status: known for 404 and 502, else the usual words of HTTP.
const fn title(code: u16) -> &'static str {
    match code {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        413 => "Request Entity Too Large",
        429 => "Too Many Requests",
        503 => "Service Unavailable",
        _ => "Server Error",
    }
}

/// An error as bare text: its `content-type` and its bytes. A guess; the words are those of HTTP.
pub(crate) fn plain_text(code: u16) -> (&'static str, Vec<u8>) {
    let words = match code {
        502 => "Bad Gateway",
        504 => "Gateway Timeout",
        500 => "Internal Server Error",
        _ => title(code),
    };
    ("text/plain; charset=UTF-8", format!("{words}\n").into_bytes())
}

/// The HTTP status of [`huge`].
pub(crate) const HUGE: u16 = 500;

/// An error body of so many bytes, as far as an error can be as short: its `content-type` and its bytes. A
/// guess.
pub(crate) fn huge(bytes: u64) -> (&'static str, Vec<u8>) {
    let with = |message: String| ErrorBody::new(Code::Internal, message).bytes();
    let least = with(String::new()).len();
    let message = usize::try_from(bytes.min(LARGEST_ERROR)).map_or(0, |bytes| bytes.saturating_sub(least));
    let words = "Internal error encountered. ";
    let mut text = words.repeat(message.div_ceil(words.len()));
    text.truncate(message);
    ("application/json; charset=UTF-8", with(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn section_2_1_a_page_of_the_front_end() {
        for (code, title, says) in [
            (502, "Server Error", "Please try again in 30 seconds."),
            (
                404,
                "Not Found",
                "The requested URL was not found on this server.",
            ),
            (
                403,
                "Forbidden",
                "Your client does not have permission to get this URL from this server.",
            ),
        ] {
            let (content_type, bytes) = html(code);
            let page = String::from_utf8(bytes).unwrap();
            assert_eq!(content_type, "text/html; charset=UTF-8");
            let begins = format!(
                "<!DOCTYPE html>\n<html lang=en>\n  <meta charset=utf-8>\n  <meta name=viewport \
                 content=\"initial-scale=1, minimum-scale=1, width=device-width\">\n  <title>Error {code} \
                 ({title})!!1</title>\n  <style>\n    *{{margin:0;padding:0}}html,code{{font:15px/22px \
                 arial,sans-serif}}"
            );
            assert!(page.starts_with(&begins), "{page}");
            let ends = format!(
                "  <a href=//www.google.com/><span id=logo aria-label=Google></span></a>\n  \
                 <p><b>{code}.</b> <ins>That’s an error.</ins>\n"
            );
            let (_, end) = page.split_once("</style>\n").unwrap();
            assert!(end.starts_with(&ends), "{page}");
            assert!(
                end.ends_with(&format!("{says}  <ins>That’s all we know.</ins>\n")),
                "{page}"
            );
        }
    }

    #[test]
    fn section_2_1_bare_text() {
        for (code, text) in [
            (502, "Bad Gateway\n"),
            (503, "Service Unavailable\n"),
            (418, "Server Error\n"),
        ] {
            let expected = ("text/plain; charset=UTF-8", text.as_bytes().to_vec());
            assert_eq!(plain_text(code), expected);
        }
    }

    #[test]
    fn a_huge_error_has_the_length_that_was_asked_for() {
        for bytes in [100_u64, 1_000, 10_000_000] {
            let (_, body) = huge(bytes);
            assert_eq!(body.len() as u64, bytes);
            let error: serde_json::Value = serde_json::from_slice(&body).unwrap();
            assert_eq!(error["error"]["code"], HUGE);
        }
        assert!(huge(0).1.len() < 100);
    }
}
