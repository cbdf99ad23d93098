//! What reading costs on the heap. A binary of its own, because its allocator counts.

use allocation_counter::measure;
use dioscuri_errors::{Classify, ClassifyStream, ResponseReader, Seen, StreamStep, Taxonomy, read_answer};
use dioscuri_vocab::{Outcome, UnixTime};

const NOON: UnixTime = UnixTime(0);

/// A usual answer: text with escapes, a signature, ratings, usage by modality.
const ANSWER: &[u8] = br#"{
  "candidates": [{
    "content": {"parts": [
      {"text": "First, \u201cthink\u201d.\n", "thought": true},
      {"text": "Then say:\n\n* one\n* \"two\"\n", "thoughtSignature": "Ci4BVKhc7ru0g\u003d\u003d"},
      {"functionCall": {"name": "tell", "args": {"who": ["a", {"b": 1}]}}}
    ], "role": "model"},
    "finishReason": "STOP", "index": 0,
    "safetyRatings": [{"category": "HARM_CATEGORY_HARASSMENT", "probability": "NEGLIGIBLE"}]
  }],
  "usageMetadata": {"promptTokenCount": 61, "candidatesTokenCount": 12, "totalTokenCount": 73,
    "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 61}], "serviceTier": "standard"},
  "modelVersion": "gemini-3.8-flash", "responseId": "CdDHapDnNJiyqtsP38a"
}"#;

#[test]
fn a_success_costs_only_the_two_names_that_it_hands_out() {
    let mut outcome = None;
    let cost = measure(|| outcome = Some(read_answer(ANSWER, NOON)));
    let Some(Outcome::Success(served)) = outcome else {
        panic!("a success");
    };
    assert_eq!(served.model.as_deref(), Some("gemini-3.8-flash"));
    assert_eq!(served.tier.as_deref(), Some("standard"));
    assert_eq!(cost.count_total, 2);
}

#[test]
fn the_events_of_a_stream_cost_nothing_more() {
    let mut reader = ResponseReader::new();
    let first = measure(|| assert_eq!(reader.on_event(ANSWER, NOON), StreamStep::Content));
    assert_eq!(first.count_total, 2);
    let next = measure(|| {
        for _ in 0..100 {
            assert_eq!(reader.on_event(ANSWER, NOON), StreamStep::Content);
        }
    });
    assert_eq!(next.count_total, 0);
}

#[test]
fn to_see_that_an_answer_is_no_error_costs_nothing() {
    let seen = Seen::new(Some(200), ANSWER);
    let cost = measure(|| assert_eq!(Taxonomy::new().classify(seen, NOON), None));
    assert_eq!(cost.count_total, 0);
}
