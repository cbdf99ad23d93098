//! What a client has sent over HTTP/1.1, byte by byte.

/// A request as it came.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Arrived {
    /// Method, target and version.
    pub line: String,
    /// Names in lower case, in their order.
    pub headers: Vec<(String, String)>,
    /// Without the marks of chunks.
    pub body: Vec<u8>,
    /// Whether all of the body came.
    pub whole: bool,
}

/// Headers that carry a credential.
const CREDENTIALS: [&str; 4] = ["authorization", "x-goog-api-key", "cookie", "proxy-authorization"];

impl Arrived {
    /// The first header of that name, which is in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The names of headers that carry a credential, each as often as it came.
    #[must_use]
    pub fn credentials(&self) -> Vec<&str> {
        let names = self.headers.iter().map(|(key, _)| key.as_str());
        names.filter(|key| CREDENTIALS.contains(key)).collect()
    }

    fn read(head: &str) -> Self {
        let mut lines = head.split("\r\n");
        let line = lines.next().unwrap_or_default().to_owned();
        let headers = lines.filter_map(|line| line.split_once(':'));
        Self {
            line,
            headers: headers
                .map(|(key, value)| (key.to_ascii_lowercase(), value.trim().to_owned()))
                .collect(),
            ..Self::default()
        }
    }
}

/// Reads requests from the bytes of one connection.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    unread: Vec<u8>,
    body: Option<Rest>,
}

/// What is still to come of a body.
#[derive(Clone, Copy, Debug)]
enum Rest {
    Bytes(usize),
    /// Chunks, of whose current one so many bytes are to come, its end included.
    Chunks(usize),
}

impl Reader {
    /// More bytes came; `all` has the requests of the connection, the last of which may be under way.
    pub(crate) fn take(&mut self, bytes: &[u8], all: &mut Vec<Arrived>) {
        self.unread.extend_from_slice(bytes);
        while self.step(all) {}
    }

    /// Whether there is more to do.
    fn step(&mut self, all: &mut Vec<Arrived>) -> bool {
        match self.body {
            None => self.head(all),
            Some(rest) => {
                let Some(arrived) = all.last_mut() else {
                    return false;
                };
                match rest {
                    Rest::Bytes(length) => self.plain(length, arrived),
                    Rest::Chunks(left) => self.chunk(left, arrived),
                }
            }
        }
    }

    fn head(&mut self, all: &mut Vec<Arrived>) -> bool {
        let Some(end) = self.unread.windows(4).position(|four| four == b"\r\n\r\n") else {
            return false;
        };
        let mut arrived = Arrived::read(&String::from_utf8_lossy(&self.unread[..end]));
        self.unread.drain(..end + 4);
        let length = arrived
            .header("content-length")
            .and_then(|length| length.parse().ok());
        let is_chunked = arrived.header("transfer-encoding") == Some("chunked");
        self.body = match length {
            _ if is_chunked => Some(Rest::Chunks(0)),
            Some(0) | None => None,
            Some(length) => Some(Rest::Bytes(length)),
        };
        arrived.whole = self.body.is_none();
        all.push(arrived);
        true
    }

    fn plain(&mut self, length: usize, arrived: &mut Arrived) -> bool {
        let taken = length.min(self.unread.len());
        arrived.body.extend(self.unread.drain(..taken));
        arrived.whole = taken == length;
        self.body = (!arrived.whole).then_some(Rest::Bytes(length - taken));
        arrived.whole
    }

    fn chunk(&mut self, left: usize, arrived: &mut Arrived) -> bool {
        if left > 0 {
            let taken = left.min(self.unread.len());
            // The last two are the chunk's end.
            let data = taken.min(left.saturating_sub(2));
            arrived.body.extend(self.unread.drain(..data));
            self.unread.drain(..taken - data);
            self.body = Some(Rest::Chunks(left - taken));
            return taken == left;
        }
        let Some(end) = self.unread.windows(2).position(|two| two == b"\r\n") else {
            return false;
        };
        let line = String::from_utf8_lossy(&self.unread[..end]).into_owned();
        let size = usize::from_str_radix(line.split(';').next().unwrap_or_default().trim(), 16);
        match size {
            // The last chunk, and the empty line after it; nobody here sends trailers.
            Ok(0) if self.unread.len() < end + 4 => return false,
            Ok(0) => {
                self.unread.drain(..end + 4);
                arrived.whole = true;
                self.body = None;
            }
            Ok(size) => {
                self.unread.drain(..end + 2);
                self.body = Some(Rest::Chunks(size + 2));
            }
            Err(_) => return false,
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], bodies: &[(&str, bool)]) {
        // In one piece and byte by byte.
        for size in [bytes.len(), 1] {
            let (mut reader, mut all) = (Reader::default(), Vec::new());
            for piece in bytes.chunks(size) {
                reader.take(piece, &mut all);
            }
            let read: Vec<_> = all.iter().map(|one| (&*one.body, one.whole)).collect();
            let expected: Vec<_> = bodies
                .iter()
                .map(|(body, whole)| (body.as_bytes(), *whole))
                .collect();
            assert_eq!(read, expected);
        }
    }

    #[test]
    fn bodies_come_with_a_length_in_chunks_or_not_at_all() {
        check(
            b"POST / HTTP/1.1\r\ncontent-length: 3\r\n\r\nabcGET / HTTP/1.1\r\n\r\n",
            &[("abc", true), ("", true)],
        );
        check(
            b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n",
            &[("abc", true)],
        );
    }

    #[test]
    fn a_body_that_breaks_off_is_not_whole() {
        check(
            b"POST / HTTP/1.1\r\ncontent-length: 3\r\n\r\nab",
            &[("ab", false)],
        );
        check(
            b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n",
            &[("ab", false)],
        );
    }

    #[test]
    fn a_header_is_found_by_its_lower_case_name() {
        let (mut reader, mut all) = (Reader::default(), Vec::new());
        reader.take(
            b"GET / HTTP/1.1\r\nX-Goog-Api-Key: k\r\nAuthorization: Bearer t\r\n\r\n",
            &mut all,
        );
        assert_eq!(all[0].header("x-goog-api-key"), Some("k"));
        assert_eq!(all[0].credentials(), ["x-goog-api-key", "authorization"]);
    }
}
