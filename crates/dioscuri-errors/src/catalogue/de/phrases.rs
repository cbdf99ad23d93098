//! The sentences with facts in German.

use crate::advice::Phrases;

pub(super) const PHRASES: Phrases = Phrases {
    stop: ".",
    gap: " ",
    list: "; ",

    quota_used_up: "Aufgebraucht: {quotas}.",
    quota_is_zero: "Das Limit ist 0: {quotas}.",
    quota: "{count} {unit} {window}",
    facts: ", ",
    requests: "Anfragen",
    input_tokens: "Eingabe-Tokens",
    output_tokens: "Ausgabe-Tokens",
    micro_usd: "Millionstel Dollar",
    in_flight: "gleichzeitige Anfragen",
    a_second: "pro Sekunde",
    a_minute: "pro Minute",
    a_day: "pro Tag",
    model: "Modell {name}",
    location: "Standort {name}",
    metric: "Kontingent {name}",
    free_tier: "kostenlose Stufe",
    paid_tier: "bezahlte Stufe",

    wrong_fields: "Falsch in der Anfrage: {fields}.",
    more: "und {count} weitere",
    whole_request: "die Anfrage",
    unknown_field: "dieses Feld gibt es hier nicht",
    expected: "erwartet: {expected}",
    not_a_list: "ein Wert erwartet, keine Liste",

    tokens: "Gezählt wurden {count} Tokens, erlaubt sind {limit}: {excess} zu viel.",
    tokens_limit: "Erlaubt sind höchstens {limit} Tokens.",
    bytes: "Gesendet wurden {count} Bytes, erlaubt sind {limit}: {excess} zu viel.",
    bytes_limit: "Erlaubt sind höchstens {limit} Bytes.",
    service: "Dienst: {name}.",
    permission: "Fehlende Berechtigung: {name}.",
    named_model: "Verlangtes Modell: {name}.",

    hint_but_daily: "Der Server sagt, in {hint} gehe es wieder; aufgebraucht ist aber ein Tageskontingent. Es beginnt um \
                     Mitternacht Pazifikzeit neu; eine Schleife bis dahin sammelt nur Ablehnungen.",
    hint_but_zero: "Der Server sagt, in {hint} gehe es wieder; das Limit ist aber 0. Warten ändert nichts.",
    hint_but_billing: "Der Server sagt, in {hint} gehe es wieder; es geht aber um Geld. Warten allein hilft selten.",
    hint_but_change: "Der Server sagt, in {hint} gehe es wieder; dieselbe Anfrage scheitert aber erneut: Erst muss sich \
                      etwas ändern.",
    hint_if_minute: "{hint} zu warten reicht nur, wenn es das Kontingent einer Minute ist. Wird auch der nächste Versuch \
                     abgelehnt, ist es das Tageskontingent; es beginnt um Mitternacht Pazifikzeit neu.",
    hint_is_long: "{hint} ist lang. Die Arbeit zurückstellen und neu einplanen; keinen Worker und keine Verbindung so \
                   lange warten lassen.",
    says_try_again: "Der Server spricht von erneutem Versuchen. Das hilft hier nicht: Erst muss sich etwas ändern.",
    clients_own_backoff: "„Retrying in …“ ist die eigene Wartezeit des Clients. Der Server hat damit nichts zugesagt.",
    check_quota_proves_nothing: "„Check quota“ beweist nicht, dass das eigene Kontingent aufgebraucht ist. Oft fehlt \
                                 gemeinsame Kapazität.",
    several_quotas: "{count} Kontingente sind genannt. Das mit dem längsten Zeitfenster entscheidet, wann es weitergeht.",
    attempts_count: "Fehlversuche kosten nichts, zählen aber auf das Kontingent.",
    guessed: "Dieser Status ist unbekannt; eingeordnet ist er allein nach seiner ersten Ziffer.",
    unnamed: "Gemini ist hier nirgends genannt: Kommt der Text von einem anderen Dienst, gilt dieser Rat nicht.",
    words_only: "Die Diagnose stützt sich nur auf den Wortlaut. Mit der vollständigen Antwort des Servers wäre sie sicherer.",
};
