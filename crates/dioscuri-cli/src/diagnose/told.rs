//! What may be told of a finding: no key, no password, no value of a request.
//!
//! Whatever came from the input goes through here before it goes out, in every format.

use dioscuri::parts::errors::{Advice, Evidence, Finding, ServerText, catalogue::Lang};

/// A name, a sentence or a number that the input held.
pub(super) fn redacted(text: &str) -> String {
    ServerText::from(text).redacted()
}

/// What to tell a person about `finding`.
pub(super) fn advice(finding: &Finding, lang: Lang) -> Advice {
    let mut advice = Advice::new(finding, lang);
    // All else is the catalogue's.
    for text in advice.sentence.iter_mut().chain(&mut advice.translation) {
        *text = masked(text);
    }
    advice.why = masked(&advice.why);
    for warning in &mut advice.warnings {
        *warning = masked(warning);
    }
    advice
}

/// The message, as far as it is known to be the server's: where words are all there is, the sentence that is known.
pub(super) fn message(finding: &Finding, advice: &Advice) -> Option<String> {
    let message = match finding.evidence {
        Evidence::Structure | Evidence::Salvaged => Some(redacted(finding.diagnosis.error.message())),
        _ => advice.sentence.clone(),
    };
    message.filter(|message| !message.is_empty())
}

/// The catalogue has quotes of its own, and what it quotes was looked through by the advice.
fn masked(text: &str) -> String {
    ServerText::from(text).masked()
}
