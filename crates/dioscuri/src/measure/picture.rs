//! The size of an inline picture, from the first bytes of its file.

/// How much of a file is looked at, in bytes of base64. A JPEG tells its size after its metadata, of which one segment
/// has 64 KiB at most; more than two are rare, and then the size stays unknown.
const LOOKED_AT: usize = 4 * 48 * 1024;

/// Width and height in pixels of the PNG or JPEG whose base64 is `data`; `None` for anything else.
pub(super) fn size(data: &str) -> Option<(u32, u32)> {
    // Whole groups of four only: the rest of a cut file is of no use.
    let head = data.as_bytes();
    let head = &head[..head.len().min(LOOKED_AT) / 4 * 4];
    match head.first()? {
        // "iVBOR" begins every PNG, "/9j/" every JPEG.
        b'i' => png(&decoded(&head[..head.len().min(32)])?),
        b'/' | b'_' => jpeg(&decoded(head)?),
        _ => None,
    }
}

/// Source: PNG (third edition), section 11.2.1: the header chunk comes first.
fn png(file: &[u8]) -> Option<(u32, u32)> {
    let rest = file.strip_prefix(b"\x89PNG\r\n\x1a\n")?;
    let header = rest.get(4..)?.strip_prefix(b"IHDR")?;
    let number = |at: usize| Some(u32::from_be_bytes(header.get(at..at + 4)?.try_into().ok()?));
    Some((number(0)?, number(4)?))
}

/// Source: ITU-T T.81, annex B: segments with their lengths; one of the frame headers C0 to CF holds the size.
fn jpeg(file: &[u8]) -> Option<(u32, u32)> {
    let mut rest = file.strip_prefix(b"\xff\xd8")?;
    loop {
        let [0xff, marker, high, low, after @ ..] = rest else {
            return None;
        };
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let is_frame = matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc);
        if is_frame {
            let [_, h1, h2, w1, w2, ..] = after else {
                return None;
            };
            let [height, width] = [[*h1, *h2], [*w1, *w2]].map(|two| u32::from(u16::from_be_bytes(two)));
            return Some((width, height));
        }
        // The length counts its own two bytes.
        rest = after.get(length.checked_sub(2)?..)?;
    }
}

/// Decodes groups of four characters of either alphabet of base64 (RFC 4648); padding ends it.
fn decoded(base64: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(base64.len() / 4 * 3);
    for group in base64.chunks_exact(4) {
        let mut bits = 0;
        for letter in group {
            bits = bits << 6 | value(*letter)?;
        }
        bytes.extend_from_slice(&bits.to_be_bytes()[1..]);
    }
    Some(bytes)
}

/// Padding counts as zeros: it stands at the end, where nothing is looked for.
fn value(letter: u8) -> Option<u32> {
    Some(u32::from(match letter {
        b'A'..=b'Z' => letter - b'A',
        b'a'..=b'z' => letter - b'a' + 26,
        b'0'..=b'9' => letter - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        b'=' => 0,
        _ => return None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(bytes: &[u8]) -> String {
        const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let mut text = String::new();
        for group in bytes.chunks(3) {
            let mut whole = [0; 4];
            whole[1..=group.len()].copy_from_slice(group);
            let bits = u32::from_be_bytes(whole);
            for shift in [18, 12, 6, 0] {
                text.push(char::from(ALPHABET[(bits >> shift & 63) as usize]));
            }
        }
        text
    }

    #[test]
    fn a_png_tells_its_size_first() {
        let mut file = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
        file.extend_from_slice(&[0, 0, 4, 0, 0, 0, 3, 0, 8, 6]);
        let text = encoded(&file);
        assert_eq!(size(&text), Some((1024, 768)));
        assert_eq!(size(&text[..24]), None, "cut short");
    }

    #[test]
    fn a_jpeg_tells_its_size_after_its_metadata() {
        let mut file = b"\xff\xd8\xff\xe1\x00\x0aExif\0\0..".to_vec();
        // A table whose marker lies among those of the frames, and then a progressive frame.
        file.extend_from_slice(b"\xff\xc4\x00\x03\x00");
        file.extend_from_slice(b"\xff\xc2\x00\x0b\x08\x01\x2c\x01\x90\x01\x01\x11\x00");
        let text = encoded(&file);
        assert_eq!(size(&text), Some((400, 300)));
        assert_eq!(size(&text[..28]), None, "cut short");
    }

    #[test]
    fn anything_else_has_no_size() {
        for data in ["", "iVBO", "/9j/", "/9j/****", "R0lGODdh", "i\u{e4}bc"] {
            assert_eq!(size(data), None, "{data}");
        }
    }

    #[test]
    fn a_length_that_does_not_count_itself_ends_the_search() {
        assert_eq!(size(&encoded(b"\xff\xd8\xff\xe0\x00\x01....")), None);
    }
}
