//! What is told of a message, in which words.

use super::*;

#[track_caller]
fn check(message: &str, english: &str, german: &str) {
    let message = even(message);
    let (_, found) = known(&message);
    let told = |lang| {
        found
            .iter()
            .map(|said| said.tell(lang))
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(told(Lang::En), english);
    assert_eq!(told(Lang::De), german);
}

#[test]
fn two_known_sentences_are_told() {
    check(
        "The model is overloaded. Please try again later.",
        "The model is overloaded. Please try again later.",
        "Das Modell ist überlastet. Bitte versuchen Sie es später noch einmal.",
    );
}

#[test]
fn what_to_do_about_a_sentence_is_not_told_alone() {
    check("The flux is full. Please retry in 3m12s.", "", "");
    check("Please try again later.", "", "");
}

#[test]
fn the_phrase_of_http_is_told_for_want_of_another() {
    check(
        "429 Too Many Requests",
        "Too many requests.",
        "Zu viele Anfragen.",
    );
    check(
        "[429 Too Many Requests] You exceeded your current quota.",
        "You exceeded your current quota.",
        "Ihr aktuelles Kontingent ist überschritten.",
    );
}

#[test]
fn names_and_numbers_pass_through() {
    check(
        "The input token count (12) exceeds the maximum number of tokens allowed (8).",
        "The input token count (12) exceeds the maximum number of tokens allowed (8).",
        "Die Zahl der Eingabe-Tokens (12) übersteigt das erlaubte Maximum (8).",
    );
}

#[test]
fn wraps_quotes_and_the_words_of_programs_do_not_matter() {
    check(
        "client: [403] You do not have permission\n   to access the File `abc1` or it may not exist",
        "You do not have permission to access the File abc1 or it may not exist.",
        "Sie dürfen auf die Datei abc1 nicht zugreifen, oder sie existiert nicht.",
    );
}

#[test]
fn a_longer_sentence_is_another_one() {
    check("Resource exhausted by my own words", "", "");
    check("Too many requests for tea", "", "");
}

#[test]
fn values_of_the_request_are_not_told() {
    check(
        "Invalid value at 'a.b' (TYPE_INT32), my secret plan",
        "Invalid value at a.b (TYPE_INT32), ….",
        "Ungültiger Wert bei a.b (TYPE_INT32): ….",
    );
    check(
        "Unknown name \"my secret plan\": Cannot find field.",
        "Unknown name …: Cannot find field.",
        "Unbekannter Name …: Feld nicht gefunden.",
    );
}

#[test]
fn keys_in_gaps_are_masked() {
    // Put together here, so that nobody has to wonder whether a key was committed.
    let key = format!("AIza{}", "S0".repeat(18));
    check(
        &format!("Permission denied: Consumer 'api_key:{key}' has been suspended."),
        "Permission denied: Consumer api_key:[key] has been suspended.",
        "Zugriff verweigert: api_key:[key] wurde gesperrt.",
    );
}

#[test]
fn every_sentence_is_known_as_itself_and_keeps_its_gaps() {
    let gaps = |text: &str| {
        let mut gaps: Vec<_> = text
            .split('{')
            .skip(1)
            .filter_map(|rest| rest.split('}').next().map(str::to_owned))
            .collect();
        gaps.sort_unstable();
        gaps
    };
    for sentence in KNOWN {
        let said = sentence.en.replace('{', "X").replace('}', "");
        let (found, rest) = begins_with(&said).expect(sentence.en);
        assert!(std::ptr::eq(found.known, sentence), "hidden by another: {said}");
        assert_eq!(rest, "", "{said}");
        for translation in [sentence.de, sentence.zh] {
            assert_eq!(gaps(translation), gaps(sentence.en), "{translation}");
        }
    }
}
