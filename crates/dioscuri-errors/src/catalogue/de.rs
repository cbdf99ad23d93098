//! German.

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
    server_said: "Der Server meldet",
    translation: "Übersetzung",
    what_happened: "Was passiert ist",
    why: "Warum",
    beware: "Vorsicht",
    do_now: "Jetzt tun",
    do_for_good: "Dauerhaft beheben",
    prevent: "Vorbeugen",
    try_again: "Erneut versuchen",
    read: "Nachlesen",
    status_page: "Statusseite",
    class: "Klasse",
    reason: "Grund",
    finish_reason: "Beendigungsgrund",
    block_reason: "Sperrgrund",
    summary: "Übersicht",
    nothing_found: "In diesem Text steht kein Fehler der Gemini-API.",
    unknown_name: "{name} ist nicht bekannt.",
    seen: "{count}-mal gesehen",
    between: "von {from} bis {to}",
    local: "{time} Ortszeit",
    pacific: "{time} Pazifikzeit",
    again_after_change: "Erst nach einer Änderung: Dieselbe Anfrage scheitert wieder.",
    again_after: "Nach {wait}: {when}.",
    again_next_pacific_day: "Nach Mitternacht Pazifikzeit: {when}.",
    again_probe: "Davor schadet ein einziger Versuch nach {wait} nicht; wird auch er abgelehnt, auf den Reset warten.",
    again_at_reset: "Sobald sich das Zeitfenster des Tarifs zurücksetzt. Wann, sagt der Server nicht: Stunden bis Tage.",
    again_backoff: "Mit wachsender Pause: erst {first}, dann jeweils doppelt bis {last}, mit Jitter, höchstens {attempts} Versuche.",
    again_once: "Einmal, sofort. Kommt es wieder, die Anfrage ändern.",
    units: [" d", " h", " min", " s", " ms"],
    thousands: ".",
};
