//! What the summary says, as text and as JSON.

use super::*;
use crate::{
    carrier::Reply,
    output::{LineReceipt, compact},
};
use dioscuri::Waits;

fn answer(model: &str, attempts: u32, waited_s: f64) -> Reply {
    Reply {
        result: Ok(compact(b"{}").unwrap()),
        receipt: LineReceipt {
            model: Some(model.to_owned()),
            attempts,
            waited_s,
            ..LineReceipt::unsent()
        },
        waits: Waits::default(),
        shed: false,
        sent: u64::from(attempts),
        cut_off: false,
        fallback: model != "gemini-3.8-flash",
        refusals: Vec::new(),
    }
}

fn refused(class: &str, place: &str) -> Reply {
    Reply {
        refusals: vec![Refusal {
            class: class.to_owned(),
            place: place.to_owned(),
            unreached: false,
        }],
        ..answer("gemini-3.8-flash", 2, 0.0)
    }
}

/// A run like the demo's.
fn demo() -> Summary {
    let mut tally = Tally::default();
    let mut end = |reply: &Reply| {
        tally.on_end(reply);
        tally.on_answer(reply);
    };
    for call in 0..990 {
        let model = if call % 50 == 0 {
            "gemini-3.5-flash-lite"
        } else {
            "gemini-3.8-flash"
        };
        end(&answer(model, 1, 0.01 * f64::from(call)));
    }
    (0..8).for_each(|_| end(&refused("capacity", "leda/us-central1/gemini-3.8-flash")));
    end(&refused("quota_day", "pollux/global/gemini-3.8-flash"));
    end(&refused("auth_invalid_key", "castor key 2"));
    let mut summary = Summary::of(&tally, Duration::from_millis(31_449), Duration::from_secs(6));
    summary.total = 1000;
    summary.output = PathBuf::from("answers.jsonl");
    summary.exit_code = summary.exit().code();
    summary.quotas = vec![
        QuotaUse {
            endpoint: "castor/global/gemini-3.8-flash".to_owned(),
            unit: Some("requests"),
            window: Some("minute"),
            limit: Some(150),
            source: "configured",
            used: 882,
            share: Some(0.98),
            refused: 0,
            closed_for_s: None,
            guard_s: Some(0.4),
            burst_share: Some(1.0),
            learned_guard: None,
        },
        QuotaUse {
            endpoint: "leda/us-central1/gemini-3.8-flash".to_owned(),
            unit: Some("input_tokens"),
            window: Some("minute"),
            limit: Some(1_000_000),
            source: "probed",
            used: 420_123,
            share: Some(0.07),
            refused: 2,
            closed_for_s: None,
            guard_s: Some(0.65),
            burst_share: Some(0.4),
            learned_guard: Some(Duration::from_millis(650)),
        },
    ];
    for refused in &mut summary.refused_at {
        if refused.refusal.class == "quota_day" {
            refused.closed_for = Some(Duration::from_secs(7 * 3600 + 12 * 60));
        }
    }
    summary
}

#[test]
fn a_newcomer_sees_at_a_glance_what_happened() {
    insta::assert_snapshot!(render(&demo(), Style::Plain), @r#"
    1,000 of 1,000 answered · 31.4 s · 5.2 minutes of quota, each 6 s

      answers     980  gemini-3.8-flash
                   20  gemini-3.5-flash-lite  fallback
      requests  1,010  sent, 1.01 per answer
      refused       8  capacity          leda/us-central1/gemini-3.8-flash  overloaded; asked again later or elsewhere
                    1  auth_invalid_key  castor key 2                       the key is invalid; left out
                    1  quota_day         pollux/global/gemini-3.8-flash     its day is spent; closed until midnight Pacific, in 7 h 12 min
      waited    4.9 s on average · 99 of 100 at most 9.8 s · the longest 9.9 s
      quotas                                       requests a minute  input tokens a minute
                castor/global/gemini-3.8-flash      98 % of 150
                leda/us-central1/gemini-3.8-flash                       7 % of 1,000,000 (probed, 2 refused, guard 650 ms)
      output    answers.jsonl
    "#);
}

#[test]
fn failures_say_what_to_do_next() {
    let mut summary = demo();
    summary.total = 1024;
    summary.add_failures("invalid_request", 2);
    summary.add_failures("not_found", 1);
    summary.add_failures("capacity", 17);
    summary.changed = 1;
    summary.unfinished = 3;
    summary.exit_code = summary.exit().code();
    insta::assert_snapshot!(render(&summary, Style::Plain), @r#"
    1,000 of 1,024 answered · 31.4 s · 5.2 minutes of quota, each 6 s

      answers     980  gemini-3.8-flash
                   20  gemini-3.5-flash-lite  fallback
      requests  1,010  sent, 1.01 per answer
      refused       8  capacity          leda/us-central1/gemini-3.8-flash  overloaded; asked again later or elsewhere
                    1  auth_invalid_key  castor key 2                       the key is invalid; left out
                    1  quota_day         pollux/global/gemini-3.8-flash     its day is spent; closed until midnight Pacific, in 7 h 12 min
      failed       17  capacity         may be answered later
                    2  invalid_request  the request itself is wrong or was blocked
                    1  not_found        needs another key, project, model or place
      open          1  changed since its answer, which stands
                    3  not begun or not finished
      waited    4.9 s on average · 99 of 100 at most 9.8 s · the longest 9.9 s
      quotas                                       requests a minute  input tokens a minute
                castor/global/gemini-3.8-flash      98 % of 150
                leda/us-central1/gemini-3.8-flash                       7 % of 1,000,000 (probed, 2 refused, guard 650 ms)
      output    answers.jsonl
      next      1 request could not be answered anywhere: see "message" in answers.jsonl, mend the configuration and run again
                2 requests would fail again: see "message" in answers.jsonl, mend the input and run again
                run the same command again: it sends the 20 requests that may still be answered
                give changed requests a new key, or name another output, to have them answered
    "#);
}

#[test]
fn a_run_with_nothing_to_do_is_short() {
    let mut summary = Summary::of(
        &Tally::default(),
        Duration::from_millis(40),
        Duration::from_secs(60),
    );
    summary.total = 600;
    summary.already_answered = 600;
    summary.output = PathBuf::from("answers.jsonl");
    assert_eq!(summary.exit(), Exit::Answered);
    insta::assert_snapshot!(render(&summary, Style::Plain), @r#"
    600 of 600 answered, all of them before · 0.0 s

      requests  0  sent
      output    answers.jsonl
    "#);
}

#[test]
fn what_was_in_flight_at_the_end_is_sent_and_named() {
    let mut summary = demo();
    summary.give_up(1);
    let text = render(&summary, Style::Plain);
    assert!(text.contains("1,011  sent, 1.01 per answer\n"), "{text}");
    assert!(
        text.contains("given up      1  was in flight when the run ended, and may be billed\n"),
        "{text}"
    );
    summary.give_up(1);
    let text = render(&summary, Style::Plain);
    assert!(
        text.contains("given up      2  were in flight when the run ended, and may be billed\n"),
        "{text}"
    );
    let json = serde_json::to_value(&summary).unwrap();
    assert_eq!((&json["sent"], &json["given_up"]), (&1012.into(), &2.into()));
}

#[test]
fn a_run_that_gave_up_all_it_sent_does_not_say_how_long_it_waited() {
    let mut summary = Summary::of(&Tally::default(), Duration::from_secs(3), Duration::from_secs(60));
    summary.total = 1;
    summary.unfinished = 1;
    summary.give_up(1);
    summary.output = PathBuf::from("answers.jsonl");
    insta::assert_snapshot!(render(&summary, Style::Plain), @r#"
    0 of 1 answered · 3.0 s

      requests  1  sent
      given up  1  was in flight when the run ended, and may be billed
      open      1  not begun or not finished
      output    answers.jsonl
      next      run the same command again: it sends the 1 request that may still be answered
    "#);
}

#[test]
fn an_answer_that_was_cut_off_counts_and_is_told() {
    let mut tally = Tally::default();
    tally.on_answer(&Reply {
        cut_off: true,
        ..answer("gemini-3.8-flash", 1, 0.0)
    });
    let summary = Summary::of(&tally, Duration::from_secs(1), Duration::from_secs(60));
    assert_eq!((summary.answered, summary.cut_off), (1, 1));
    let text = render(&summary, Style::Plain);
    assert!(text.contains("cut off   1  by maxOutputTokens\n"), "{text}");
}

#[track_caller]
fn check_connection(unreached: bool, words: &str) {
    let mut reply = refused("connection", "castor/global/gemini-3.8-flash");
    reply.refusals[0].unreached = unreached;
    let mut tally = Tally::default();
    tally.on_end(&reply);
    let summary = Summary::of(&tally, Duration::from_secs(1), Duration::from_secs(60));
    let text = render(&summary, Style::Plain);
    assert!(text.contains(&format!("gemini-3.8-flash  {words}\n")), "{text}");
}

#[test]
fn a_connection_that_broke_is_not_one_that_never_came_about() {
    check_connection(true, "could not be reached, or had no credential");
    check_connection(false, "the connection broke after sending; may have been billed");
}

#[test]
fn a_run_that_could_send_nothing_asks_for_a_person_first() {
    let mut summary = Summary::of(&Tally::default(), Duration::from_secs(1), Duration::from_secs(60));
    summary.total = 1;
    summary.add_failures("connection", 1);
    summary.output = PathBuf::from("answers.jsonl");
    insta::assert_snapshot!(render(&summary, Style::Plain), @r#"
    0 of 1 answered · 1.0 s

      requests  0  sent
      failed    1  connection  may be answered later
      output    answers.jsonl
      next      nothing could be sent: see "message" in answers.jsonl, mend the network, the address or the credential
                run the same command again: it sends the 1 request that may still be answered
    "#);
}

#[track_caller]
fn check_day(closed_for: Option<Duration>, words: &str) {
    let mut summary = demo();
    for refused in &mut summary.refused_at {
        refused.closed_for = closed_for;
    }
    let text = render(&summary, Style::Plain);
    assert!(text.contains(&format!("its day {words}\n")), "{text}");
}

#[test]
fn a_spent_day_says_what_it_waits_for() {
    check_day(
        Some(Duration::from_secs(3600)),
        "is spent; closed until midnight Pacific, in 1 h",
    );
    check_day(
        Some(Duration::from_secs(26)),
        "is spent; asked once more in 26.0 s",
    );
    check_day(None, "was said to be spent; the next request there may ask again");
}

#[test]
fn a_day_that_others_have_spent_has_no_share() {
    let mut summary = demo();
    summary.quotas[0] = QuotaUse {
        window: Some("day"),
        limit: Some(200),
        used: 2,
        share: Some(0.01),
        closed_for_s: Some(3600.0),
        ..summary.quotas[0].clone()
    };
    let text = render(&summary, Style::Plain);
    assert!(
        text.contains("200 spent") && !text.contains("1 % of 200"),
        "{text}"
    );
}

#[test]
fn the_terminal_gets_bold_and_dim_and_the_same_words() {
    let plain = render(&demo(), Style::Plain);
    let terminal = render(&demo(), Style::Terminal);
    let bare = ["\u{1b}[0m", "\u{1b}[1m", "\u{1b}[2m"]
        .iter()
        .fold(terminal.clone(), |text, code| text.replace(code, ""));
    assert_ne!(terminal, plain);
    assert_eq!(bare, plain);
}

#[test]
fn json_has_the_promised_names() {
    let json = serde_json::to_value(demo()).unwrap();
    assert_eq!(json["event"], "summary");
    assert_eq!(json["refusals"]["capacity"], 8);
    assert_eq!(json["sent_per_answer"], 1.01);
    assert_eq!(json["waited_s"]["p99"], 9.79);
    assert_eq!(json["waited_s"]["max"], 9.89);
    assert_eq!(json["minutes"], 5.242);
    assert_eq!(json["exit_code"], 0);
    for name in [
        "total",
        "already_answered",
        "failed",
        "failed_by_class",
        "sent",
        "by_model",
        "quotas",
        "elapsed_s",
    ] {
        assert!(!json[name].is_null(), "{name}");
    }
}

#[test]
fn waiting_is_told_by_what_it_was_for() {
    let seconds = Duration::from_secs;
    let mut tally = Tally::default();
    let mut waits = Waits::default();
    (waits.quota, waits.queue, waits.backoff) = (seconds(700), seconds(299), seconds(1));
    tally.on_end(&Reply {
        waits,
        ..answer("gemini-3.8-flash", 1, 1000.0)
    });
    let summary = Summary::of(&tally, seconds(1000), seconds(60));
    let text = render(&summary, Style::Plain);
    assert!(text.contains("70 % for quota · 30 % for their turn\n"), "{text}");
    let json = serde_json::to_value(&summary).unwrap();
    assert_eq!(json["waited_for_s"]["backoff"], 1.0);
}

#[test]
fn one_missing_answer_is_told_by_the_exit_code() {
    let mut summary = demo();
    assert_eq!(summary.exit(), Exit::Answered);
    summary.total += 1;
    assert_eq!(summary.exit(), Exit::Unanswered);
}
