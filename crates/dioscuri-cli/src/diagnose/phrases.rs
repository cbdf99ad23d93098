//! The words around a summary, which the catalogue does not need.

use dioscuri::parts::errors::catalogue::Lang;

/// Phrases in one language; gaps in braces.
pub(super) struct Phrases {
    /// How much was found: `{total}`, `{kinds}`.
    pub(super) found: &'static str,
    /// The columns of the table by class: count, first, last, example.
    pub(super) columns: [&'static str; 4],
    /// The column of times.
    pub(super) time: &'static str,
    /// Lines that bear no time.
    pub(super) no_time: &'static str,
    /// Kinds that are not shown: `{count}`.
    pub(super) more: &'static str,
    /// A moment that is over: `{when}`.
    pub(super) over: &'static str,
}

impl Phrases {
    pub(super) const fn of(lang: Lang) -> &'static Self {
        match lang {
            Lang::De => &GERMAN,
            Lang::Zh => &CHINESE,
            _ => &ENGLISH,
        }
    }
}

static ENGLISH: Phrases = Phrases {
    found: "Failures: {total} · kinds: {kinds}",
    columns: ["count", "first", "last", "for example"],
    time: "time",
    no_time: "no time given",
    more: "Kinds that are not shown here: {count}. `--format json` tells them all.",
    over: "Now: the wait was over at {when}.",
};

static GERMAN: Phrases = Phrases {
    found: "Fehler: {total} · Arten: {kinds}",
    columns: ["Anzahl", "zuerst", "zuletzt", "Beispiel"],
    time: "Zeit",
    no_time: "ohne Zeitangabe",
    more: "Hier nicht gezeigte Arten: {count}. `--format json` nennt alle.",
    over: "Jetzt: Die Wartezeit endete um {when}.",
};

static CHINESE: Phrases = Phrases {
    found: "共 {total} 个错误，{kinds} 种",
    columns: ["次数", "首次", "末次", "示例"],
    time: "时间",
    no_time: "没有时间",
    more: "还有 {count} 种没有显示，用 `--format json` 可以全部列出。",
    over: "现在就可以：等待已于 {when} 结束。",
};
