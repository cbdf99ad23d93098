//! Reads a stream of answers as it passes.

use super::events::Events;
use dioscuri_errors::{Classify, ClassifyStream as _, ResponseReader, StreamStep};
use dioscuri_vocab::{Class, Failure, Outcome, Phase, Served, UnixTime};
use std::{fmt, sync::Arc};

/// How much is kept of an event that tells why there is no content, in bytes: 64 KiB. Google's errors are below 10 kB.
const LAST_WORDS: usize = 64 << 10;

/// Reads a stream of answers as it passes: whether content has come, how it ends, what it cost.
///
/// Server-sent events and JSON arrays, cut into frames in any way. The text of the answers is passed over.
///
/// ```
/// use dioscuri_errors::Taxonomy;
/// use dioscuri_http::StreamReader;
/// use dioscuri_vocab::{Class, UnixTime};
/// use std::sync::Arc;
///
/// let mut reader = StreamReader::new(Arc::new(Taxonomy::new()));
/// reader.feed(b"data: {\"candidates\": [{\"content\": {\"parts\": [{\"te", UnixTime(0));
/// assert!(!reader.has_content());
/// reader.feed(b"xt\": \"Hel\"}]}}]}\n\n", UnixTime(0));
/// assert!(reader.has_content());
///
/// // The body ends, and no finish reason has come.
/// assert_eq!(reader.end(UnixTime(0)).class(), Some(Class::Connection));
/// ```
pub struct StreamReader {
    events: Events,
    judge: Judge,
    max_event: usize,
}

struct Judge {
    reader: ResponseReader,
    has_content: bool,
    ended: Option<Outcome>,
    /// How it had ended before an event that was cut.
    whole: Option<Outcome>,
    /// The last event without content, or as much of it as is kept.
    last_words: Vec<u8>,
}

impl StreamReader {
    /// A reader of one stream that asks `errors` about events that hold an error.
    #[must_use]
    pub fn new(errors: Arc<dyn Classify>) -> Self {
        Self {
            events: Events::default(),
            judge: Judge {
                reader: ResponseReader::with_classifier(errors),
                has_content: false,
                ended: None,
                whole: None,
                last_words: Vec::new(),
            },
            max_event: usize::MAX,
        }
    }

    /// The same reader, for which a stream with an event of more than `bytes` has ended as cut. Default: any length.
    #[must_use]
    pub fn with_max_event(mut self, bytes: usize) -> Self {
        self.max_event = bytes;
        self
    }

    /// Takes the next bytes of the body, which came at `now`. What comes after an error is not read.
    pub fn feed(&mut self, data: &[u8], now: UnixTime) {
        if self.judge.ended.is_some() {
            return;
        }
        let judge = &mut self.judge;
        self.events.feed(data, &mut |event| judge.take(event, now));
        if self.events.held() > self.max_event && self.judge.ended.is_none() {
            self.judge.ended = Some(self.judge.too_long());
        }
    }

    /// The body has ended: how did the answer end? After an error, with that.
    pub fn end(&mut self, now: UnixTime) -> Outcome {
        let finished = self.is_finished().then(|| self.judge.reader.on_end());
        let judge = &mut self.judge;
        if judge.ended.is_none() {
            self.events.end(&mut |event| judge.take(event, now));
            let is_cut = matches!(
                judge.ended.as_ref().and_then(Outcome::class),
                Some(Class::Connection | Class::MalformedOutput)
            );
            // Of what has said why it finishes, an event that the end cuts was the usage at most.
            if is_cut && finished.is_some() {
                judge.ended = None;
                judge.whole = finished;
            }
        }
        let known = judge.ended.as_ref().or(judge.whole.as_ref());
        known.cloned().unwrap_or_else(|| judge.reader.on_end())
    }

    /// Whether content has come: from here on the caller sees something.
    #[must_use]
    pub const fn has_content(&self) -> bool {
        self.judge.has_content
    }

    /// How it has ended, although its body may go on: an error in place of an event, a refused prompt.
    #[must_use]
    pub const fn ended(&self) -> Option<&Outcome> {
        self.judge.ended.as_ref()
    }

    /// Whether the answer has said why it ends. Usage may still follow.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.judge.ended.is_none() && self.judge.reader.finish_reason().is_some()
    }

    /// What the answer has said about itself so far.
    #[must_use]
    pub const fn served(&self) -> &Served {
        self.judge.reader.served()
    }

    /// The last event that held no content, up to 64 KiB of it: an error, the reason of a block. It may quote the
    /// prompt: not for logs.
    #[must_use]
    pub fn last_words(&self) -> &[u8] {
        &self.judge.last_words
    }
}

impl Judge {
    fn take(&mut self, event: &[u8], now: UnixTime) {
        if self.ended.is_some() {
            return;
        }
        match self.reader.on_event(event, now) {
            StreamStep::End(outcome) => self.ended = Some(outcome),
            // A pause may stand on an event that holds content, and is the last one.
            StreamStep::Content | StreamStep::Continue { .. } => {
                self.has_content = true;
                return;
            }
            _ => {}
        }
        self.last_words.clear();
        let kept = event.len().min(LAST_WORDS);
        self.last_words.extend_from_slice(&event[..kept]);
    }

    fn too_long(&self) -> Outcome {
        let mut failure = Failure::new(Class::TruncatedOutput);
        failure.status = Some(200);
        let phase = if self.has_content {
            Phase::Committed
        } else {
            Phase::Answered
        };
        Outcome::Failed { failure, phase }
    }
}

impl fmt::Debug for StreamReader {
    /// Shows how far it has come, never what was read.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamReader")
            .field("has_content", &self.judge.has_content)
            .field("ended", &self.judge.ended)
            .field("reader", &self.judge.reader)
            .finish_non_exhaustive()
    }
}
