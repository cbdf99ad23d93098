//! The sentences with facts in English.

use crate::advice::Phrases;

pub(super) const PHRASES: Phrases = Phrases {
    stop: ".",
    gap: " ",
    list: "; ",

    quota_used_up: "Used up: {quotas}.",
    quota_is_zero: "The limit is 0: {quotas}.",
    quota: "{count} {unit} {window}",
    facts: ", ",
    requests: "requests",
    input_tokens: "input tokens",
    output_tokens: "output tokens",
    micro_usd: "millionths of a dollar",
    in_flight: "requests at the same time",
    a_second: "a second",
    a_minute: "a minute",
    a_day: "a day",
    model: "model {name}",
    location: "location {name}",
    metric: "quota {name}",
    free_tier: "free tier",
    paid_tier: "paid tier",

    wrong_fields: "Wrong in the request: {fields}.",
    more: "and {count} more",
    whole_request: "the request",
    unknown_field: "no such field here",
    expected: "expected {expected}",
    not_a_list: "one value expected, not a list",

    tokens: "{count} tokens were counted and {limit} are allowed: {excess} too many.",
    tokens_limit: "At most {limit} tokens are allowed.",
    bytes: "{count} bytes were sent and {limit} are allowed: {excess} too many.",
    bytes_limit: "At most {limit} bytes are allowed.",
    service: "Service: {name}.",
    permission: "Missing permission: {name}.",
    named_model: "Model asked for: {name}.",

    hint_but_daily: "The server says to come back in {hint}, but the quota that is used up is a day's. It resets at \
                     midnight Pacific time; a loop until then only collects refusals.",
    hint_but_zero: "The server says to come back in {hint}, but the limit is 0. Waiting changes nothing.",
    hint_but_billing: "The server says to come back in {hint}, but it is about money. Waiting alone rarely helps.",
    hint_but_change: "The server says to come back in {hint}, but the same request will fail again: something has \
                      to change first.",
    hint_if_minute: "The wait of {hint} is enough only for the quota of a minute. If the next attempt is refused too, it is \
                     the day's, and resets at midnight Pacific time.",
    hint_is_long: "{hint} is long. Put the work aside and plan it anew; do not keep a worker or a connection waiting.",
    says_try_again: "The server speaks of trying again. That does not help here: something has to change first.",
    clients_own_backoff: "“Retrying in …” is the client's own back-off. The server has promised nothing by it.",
    check_quota_proves_nothing: "“Check quota” does not prove that your quota is used up. Often it is shared capacity.",
    several_quotas: "{count} quotas are named. The one that lasts longest decides when you can go on.",
    attempts_count: "Failed attempts are not billed, but they count against your quota.",
    guessed: "The status is not a known one; it was judged by its first digit alone.",
    unnamed: "Nothing here names Gemini: if another service said this, this advice does not apply.",
    words_only: "This was read from words alone. With the server's whole answer the diagnosis would be surer.",
};
