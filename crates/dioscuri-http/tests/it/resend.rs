//! Request bodies: kept and sent again byte by byte, or sent once.

use crate::body::{
    Piece::{self, Broken, Data, Stall, Trailers},
    Pieces, pieces,
};
use dioscuri_http::keep;
use http_body::Body as _;

const CAP: usize = 8;

async fn check_kept(body: &[Piece], whole: &'static [u8]) {
    let kept = keep(Pieces::new(body), CAP).await;
    assert_eq!(kept.bytes().as_deref(), Some(whole));
    let sent: &[Piece] = if whole.is_empty() { &[] } else { &[Data(whole)] };
    for attempt in 1..=3 {
        let again = kept.try_clone().unwrap();
        assert_eq!(again.size_hint().exact(), Some(whole.len() as u64));
        assert_eq!(pieces(again).await, sent, "attempt {attempt}");
    }
}

#[tokio::test]
async fn what_is_kept_is_the_same_on_every_attempt() {
    check_kept(&[], b"").await;
    check_kept(&[Data(b"prompt")], b"prompt").await;
    check_kept(&[Data(b"pro"), Data(b"mp"), Data(b"t")], b"prompt").await;
    check_kept(&[Data(b"01234567"), Trailers], b"01234567").await;
}

async fn check_once(body: &[Piece]) {
    let once = keep(Pieces::new(body), CAP).await;
    assert!(once.try_clone().is_none() && once.bytes().is_none());
    assert_eq!(pieces(once).await, body);
}

#[tokio::test]
async fn what_is_too_large_or_broken_goes_out_once_as_it_is() {
    check_once(&[Data(b"012345678")]).await;
    check_once(&[Data(b"0123"), Data(b"45678"), Stall]).await;
    check_once(&[Data(b"0123"), Broken("the file is gone")]).await;
}
