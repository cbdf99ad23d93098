//! The form of the file: JSON with a format and a version.

use crate::Saved;
use serde::{Deserialize, Serialize};
use std::io;

/// The version that is written. A field that may be absent needs no new one; whatever an older program would
/// misread does.
pub(super) const VERSION: u64 = 1;

const FORMAT: &str = "dioscuri-budget";

/// What a file holds.
#[derive(Debug)]
pub(super) enum Form {
    /// There is no file.
    None,
    Whole(Box<Saved>),
    Damaged,
}

#[derive(Serialize, Deserialize)]
struct Envelope<F, S> {
    format: F,
    version: u64,
    saved: S,
}

/// Reads `text`. A later version is an error: that version.
pub(super) fn parse(text: &[u8]) -> Result<Form, u64> {
    // What a later version holds need not be readable here, only its number.
    let Ok(head) = serde_json::from_slice::<Envelope<String, serde::de::IgnoredAny>>(text) else {
        return Ok(Form::Damaged);
    };
    if head.format != FORMAT {
        return Ok(Form::Damaged);
    }
    if head.version > VERSION {
        return Err(head.version);
    }
    let whole = serde_json::from_slice::<Envelope<String, Box<Saved>>>(text);
    Ok(whole.map_or(Form::Damaged, |whole| Form::Whole(whole.saved)))
}

/// Writes `saved` down.
pub(super) fn text(saved: &Saved) -> io::Result<Vec<u8>> {
    let mut text = serde_json::to_vec(&Envelope {
        format: FORMAT,
        version: VERSION,
        saved,
    })?;
    text.push(b'\n');
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        SavedBurst, SavedCorrection, SavedDay, SavedDomain, SavedGate, SavedKind, SavedSupply,
        store::ahead::raised,
    };
    use dioscuri_vocab::{Unit, Window};

    fn full() -> Saved {
        let mut domain = SavedDomain::new(
            vec!["p/global/gemini-4-argon".to_owned()],
            Some(Unit::Requests),
            Some(Window::Day),
        );
        domain.configured = Some(250);
        domain.stated = Some(200);
        domain.was_refused = true;
        domain.supply = Some(SavedSupply {
            most: 190,
            is_bounded: true,
            step: 4,
            run: 2,
            owed: 11,
            price: 12,
            pause_ns: 1_000_000_000,
            probe_from_ms: Some(1_784_116_806_000),
        });
        domain.refused = vec![(1_784_116_801_000, 1)];
        domain.charges = vec![(1_784_116_800_000, 1), (1_784_116_801_000, 2)];
        domain.day = Some(SavedDay {
            charged: 17,
            renewed_at_ms: 1_784_185_200_000,
        });
        domain.closed_until_ms = Some(1_784_116_860_000);
        domain.gate = SavedGate::Suspect {
            until_ms: 1_784_116_860_000,
        };
        let correction = SavedCorrection {
            ratio: 1.3,
            error: 0.1,
            lessons: 99,
        };
        let mut saved = Saved::new(1_784_116_805_000);
        saved.domains.push(domain);
        saved.kinds.push(SavedKind {
            unit: Some(Unit::Requests),
            window: Some(Window::Day),
            configured: Some(250),
            guard_ns: Some(399_999_995),
            short_guard_ns: None,
            burst: Some(SavedBurst {
                share: 0.1 + 0.2, // more digits than it seems
                shown: 7,
                pause_ns: None,
                probe_from_ms: Some(1_784_116_806_000),
            }),
            headroom: 0.005 - 0.000_002_5,
            correction: Some(correction),
            refused_count_until_ms: Some(1_784_116_900_000),
            stated: Some(200),
        });
        saved
            .domains
            .push(SavedDomain::new(vec![], Some(Unit::InFlight), None));
        saved.corrections.insert("gemini-4-argon".to_owned(), correction);
        saved
    }

    #[track_caller]
    fn check(text: &str, version: Result<(), u64>) {
        match (parse(text.as_bytes()), version) {
            (Ok(Form::Damaged), Ok(())) => {}
            (Err(found), Err(version)) => assert_eq!(found, version),
            (found, _) => panic!("{found:?}"),
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let text = text(&full()).unwrap();
        let Ok(Form::Whole(saved)) = parse(&text) else {
            panic!("{}", String::from_utf8_lossy(&text));
        };
        assert_eq!(*saved, full());
    }

    #[test]
    fn a_file_of_this_version_stays_readable() {
        let text = r#"{"format":"dioscuri-budget","version":1,"saved":{"at_ms":5,"domains":[{"names":["a"],
            "unit":"requests","window":"day","day":{"charged":7,"renewed_at_ms":9},"gate":{"shut":{"until_ms":9}},
            "stated":20,"what_comes_later":1}]}}"#;
        let Ok(Form::Whole(saved)) = parse(text.as_bytes()) else {
            panic!("damaged");
        };
        assert_eq!(saved.domains[0].gate, SavedGate::Shut { until_ms: 9 });
        assert_eq!(raised(&saved).domains[0].day.unwrap().charged, 8);
    }

    #[test]
    fn what_is_not_whole_is_damaged() {
        let text = text(&full()).unwrap();
        for length in 0..text.len() - 1 {
            assert!(matches!(parse(&text[..length]), Ok(Form::Damaged)), "{length}");
        }
        check("", Ok(()));
        check("{}", Ok(()));
        check(r#"{"format":"another","version":1,"saved":{}}"#, Ok(()));
        let unit = r#"{"format":"dioscuri-budget","version":1,"saved":{"domains":[{"unit":"bananas"}]}}"#;
        check(unit, Ok(()));
    }

    #[test]
    fn a_later_version_is_told_by_its_number() {
        check(r#"{"format":"dioscuri-budget","version":2,"saved":[1]}"#, Err(2));
    }
}
