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
    /// Nothing was found, since there is nothing.
    pub(super) empty: &'static str,
    /// Nothing was found in what is no text.
    pub(super) binary: &'static str,
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
    empty: "The input is empty.",
    binary: "The input is binary data.",
    over: "Now: the wait was over at {when}.",
};

static GERMAN: Phrases = Phrases {
    found: "Fehler: {total} · Arten: {kinds}",
    columns: ["Anzahl", "zuerst", "zuletzt", "Beispiel"],
    time: "Zeit",
    no_time: "ohne Zeitangabe",
    more: "Hier nicht gezeigte Arten: {count}. `--format json` nennt alle.",
    empty: "Die Eingabe ist leer.",
    binary: "Die Eingabe ist kein Text, sondern binär.",
    over: "Jetzt: Die Wartezeit endete um {when}.",
};

static CHINESE: Phrases = Phrases {
    found: "共 {total} 个错误，{kinds} 种",
    columns: ["次数", "首次", "末次", "示例"],
    time: "时间",
    no_time: "没有时间",
    more: "还有 {count} 种没有显示，用 `--format json` 可以全部列出。",
    empty: "输入是空的。",
    binary: "输入是二进制数据，不是文本。",
    over: "现在就可以：等待已于 {when} 结束。",
};
