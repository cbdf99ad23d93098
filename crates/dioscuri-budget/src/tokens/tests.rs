//! Rules, corrections and what is kept of them.

use super::*;

fn prompt(text: &str) -> Measure {
    let mut prompt = Measure::default();
    prompt.text(text);
    prompt
}

/// Tokens by the rules alone.
#[track_caller]
fn check(model: &str, prompt: Measure, tokens: u64) {
    assert_eq!(whole(by_rule(model, &prompt)), tokens);
}

const NEW: &str = "gemini-4-argon";
const OLD: &str = "models/gemini-2.5-flash";

#[test]
fn an_empty_prompt_has_no_tokens() {
    assert_eq!(Rules::new().estimate(NEW, &Measure::default()), 0);
}

#[test]
fn a_published_example_is_not_underestimated() {
    // The tokens page counts 10.
    check(NEW, prompt("What's the highest mountain in Africa?"), 10);
}

#[test]
fn scripts_differ_in_density() {
    for (char, tokens) in [
        ("a", 26),
        ("字", 80),
        ("한", 80),
        ("🚀", 80),
        ("ж", 52),
        ("ع", 52),
        ("ü", 26),
    ] {
        check(NEW, prompt(&char.repeat(104)), tokens);
    }
}

#[test]
fn media_turns_and_tools_have_prices() {
    let one = Measure::default();
    let of = |change: fn(&mut Measure)| {
        let mut prompt = one;
        change(&mut prompt);
        prompt
    };
    check(NEW, of(|prompt| prompt.images = 1), 1_120);
    check(NEW, of(|prompt| prompt.audio_seconds = 10), 320);
    check(NEW, of(|prompt| prompt.video_seconds = 10), 3_000);
    check(NEW, of(|prompt| prompt.pdf_pages = 2), 1_120);
    check(NEW, of(|prompt| prompt.turns = 4), 16);
    check(NEW, of(|prompt| prompt.tool_chars = 300), 100);
    check(OLD, of(|prompt| prompt.images = 1), 1_032);
    check(OLD, of(|prompt| prompt.video_seconds = 10), 2_630);
    check(OLD, of(|prompt| prompt.pdf_pages = 2), 516);
}

#[test]
fn images_cost_by_resolution_or_by_size() {
    let of = |resolution| Measure {
        images: 1,
        resolution,
        ..Measure::default()
    };
    check(NEW, of(Resolution::Low), 280);
    check(NEW, of(Resolution::Medium), 560);
    check(NEW, of(Resolution::High), 1_120);
    check(NEW, of(Resolution::UltraHigh), 2_240);
    check(OLD, of(Resolution::Low), 64);
    check(OLD, of(Resolution::Medium), 256);
    for (width, height, tokens) in [
        (384, 384, 258),
        (385, 100, 258),
        (800, 600, 516),
        (1_600, 1_600, 2_322),
    ] {
        let mut prompt = Measure::default();
        prompt.image(width, height);
        check(OLD, prompt, tokens);
        check(NEW, prompt, 1_120);
    }
}

#[test]
fn corrections_stay_within_bounds() {
    let (rules, prompt) = (Rules::new(), prompt(&"a".repeat(400)));
    for _ in 0..3_000 {
        rules.learn("m", &prompt, 1_000_000);
    }
    assert!((400..=405).contains(&rules.estimate("m", &prompt)));
    for _ in 0..3_000 {
        rules.learn("m", &prompt, 0);
    }
    assert!((25..=27).contains(&rules.estimate("m", &prompt)));
}

#[test]
fn short_prompts_teach_nothing() {
    let rules = Rules::new();
    rules.learn("m", &prompt("hi"), 300);
    assert!(rules.save().is_empty());
}

#[test]
fn what_was_learned_can_be_kept() {
    let (rules, prompt) = (Rules::new(), prompt(&"a".repeat(400)));
    for _ in 0..1_000 {
        rules.learn("m", &prompt, 150);
    }
    let next = Rules::new();
    next.restore(&rules.save());
    assert_eq!(next.estimate("m", &prompt), rules.estimate("m", &prompt));
    assert_eq!(next.estimate("other", &prompt), 124);
}
