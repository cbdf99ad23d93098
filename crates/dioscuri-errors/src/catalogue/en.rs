//! English.

mod answers;
mod cases;
mod classes;
mod phrases;
mod reasons;

use super::{Book, Words};

pub(super) static BOOK: Book = Book {
    classes: &classes::ENTRIES,
    reasons: &reasons::ENTRIES,
    finishes: &answers::FINISHES,
    blocks: &answers::BLOCKS,
    cases: &cases::ENTRIES,
    phrases: &phrases::PHRASES,
    words: &WORDS,
};

const WORDS: Words = Words {
    server_said: "The server said",
    translation: "Translation",
    what_happened: "What happened",
    why: "Why",
    beware: "Beware",
    do_now: "Do now",
    do_for_good: "Do for good",
    prevent: "Prevent",
    try_again: "Try again",
    read: "Read",
    status_page: "Status page",
    class: "class",
    reason: "reason",
    finish_reason: "finish reason",
    block_reason: "block reason",
    summary: "Summary",
    nothing_found: "No failure of the Gemini API found in this text.",
    unknown_name: "Nothing is known of {name}.",
    seen: "seen {count} times",
    between: "from {from} to {to}",
    local: "{time} local time",
    pacific: "{time} Pacific time",
    again_after_change: "Only after you have changed something: the same request will fail again.",
    again_after: "After {wait}: {when}.",
    again_next_pacific_day: "After midnight Pacific time: {when}.",
    again_probe: "Before that, a single attempt after {wait} does no harm; if it is refused too, wait for the reset.",
    again_at_reset: "When the window of your plan resets. The server does not say when: allow for hours to days.",
    again_backoff: "Now and then: wait {first}, double it up to {last}, with jitter, at most {attempts} attempts.",
    again_once: "Once, right away. If it comes back, change the request.",
    units: [" d", " h", " min", " s", " ms"],
    thousands: ",",
};
