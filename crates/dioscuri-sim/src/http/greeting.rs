//! The first bytes of a connection: which protocol its client speaks.

use std::{io, time::Duration};

use bytes::{Bytes, BytesMut};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::TcpStream,
};

/// What every client of HTTP/2 says first.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// The first byte of a TLS record that carries a handshake.
const HANDSHAKE: u8 = 0x16;

/// A TLS record of version 1.2 that carries an alert of two bytes: fatal, handshake failure (RFC 8446, §6.2).
const ALERT: [u8; 7] = [0x15, 3, 3, 0, 2, 2, 40];

/// The longest record, header included (RFC 8446, §5.1).
const LONGEST_RECORD: usize = 5 + 16_384;

/// Which protocol a client speaks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Protocol {
    Http1,
    Http2,
    Tls,
}

/// What the beginning of a connection says; `None` for one that may yet become either version of HTTP.
fn spoken(beginning: &[u8]) -> Option<Protocol> {
    match beginning {
        [] => None,
        [HANDSHAKE, ..] => Some(Protocol::Tls),
        _ if beginning.starts_with(PREFACE) => Some(Protocol::Http2),
        _ if PREFACE.starts_with(beginning) => None,
        _ => Some(Protocol::Http1),
    }
}

/// Reads until it is clear which protocol is spoken, and what was read.
///
/// # Errors
///
/// If the client leaves or says too little within `patience`.
pub(super) async fn protocol(stream: &mut TcpStream, patience: Duration) -> io::Result<(Protocol, Bytes)> {
    let mut read = BytesMut::new();
    let reading = async {
        loop {
            if stream.read_buf(&mut read).await? == 0 {
                return Err(io::Error::from(io::ErrorKind::UnexpectedEof));
            }
            if let Some(protocol) = spoken(&read) {
                return Ok(protocol);
            }
        }
    };
    let protocol = tokio::time::timeout(patience, reading).await??;
    Ok((protocol, read.freeze()))
}

/// How a TLS handshake fails.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Refusal {
    /// By an alert, as from a server that shares no cipher with its client.
    Alert,
    /// By the end of the connection in the middle of the handshake.
    HangUp,
}

/// Refuses the TLS handshake that the client begins.
pub(super) async fn refuse_tls<S>(mut stream: S, refusal: Refusal, patience: Duration)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let refused = async {
        let mut hello = BytesMut::new();
        while hello.len() < LONGEST_RECORD && hello.len() < record_length(&hello) {
            if stream.read_buf(&mut hello).await? == 0 {
                return Ok(());
            }
        }
        if refusal == Refusal::Alert {
            stream.write_all(&ALERT).await?;
        }
        stream.shutdown().await
    };
    // A client that leaves or dawdles is refused by the end of the connection.
    let _: Result<io::Result<()>, _> = tokio::time::timeout(patience, refused).await;
}

/// The length of the record that `read` begins, header included.
fn record_length(read: &[u8]) -> usize {
    match *read {
        [_, _, _, high, low, ..] => 5 + usize::from(u16::from_be_bytes([high, low])),
        _ => 5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(beginning: &[u8], expected: Option<Protocol>) {
        assert_eq!(spoken(beginning), expected, "{beginning:?}");
    }

    #[test]
    fn a_client_is_known_by_its_first_bytes() {
        check(b"GET / HTTP/1.1", Some(Protocol::Http1));
        check(b"POST", Some(Protocol::Http1));
        check(b"PROPFIND", Some(Protocol::Http1));
        check(PREFACE, Some(Protocol::Http2));
        check(&[0x16, 3, 1], Some(Protocol::Tls));
    }

    #[test]
    fn too_few_bytes_say_nothing_yet() {
        check(b"", None);
        check(b"P", None);
        check(&PREFACE[..23], None);
    }

    #[test]
    fn a_record_says_how_long_it_is() {
        assert_eq!(record_length(&[0x16, 3]), 5);
        assert_eq!(record_length(&[0x16, 3, 1, 1, 2, 9]), 5 + 258);
    }
}
