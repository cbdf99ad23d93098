//! The words of the reference, which the catalogue does not need.

use dioscuri::{Scope, parts::errors::catalogue::Lang};

/// Phrases in one language; gaps in braces.
pub(super) struct Phrases {
    /// The title of the page.
    pub(super) title: &'static str,
    /// What stands under it.
    pub(super) about: &'static str,
    /// Headings: classes, reasons, finish reasons, block reasons.
    pub(super) topics: [&'static str; 4],
    /// Heading: how far it reaches.
    pub(super) scope: &'static str,
    /// Heading: whether it may pass by itself.
    pub(super) transient: &'static str,
    /// Heading: what it means.
    pub(super) meaning: &'static str,
    /// Heading: what dioscuri does.
    pub(super) dioscuri: &'static str,
    pub(super) no_and_yes: [&'static str; 2],
    /// Each of [`Scope::ALL`] in its order, then any other.
    pub(super) scopes: [&'static str; 7],
    /// A name that is alike: `{names}`.
    pub(super) did_you_mean: &'static str,
    /// No name is alike.
    pub(super) see_list: &'static str,
    /// A status instead of a name: `{name}`, and its `{class}`.
    pub(super) status_alone: &'static str,
    /// The same where the status of many classes is asked for: `{name}`.
    pub(super) status_of_many: &'static str,
    /// What dioscuri does where nothing has failed.
    pub(super) no_failure: &'static str,
    /// What dioscuri does: nothing more.
    pub(super) gives_up: &'static str,
    /// What dioscuri does: `{places}`.
    pub(super) tries: &'static str,
    /// Between two places.
    pub(super) and_then: &'static str,
    pub(super) here_now: &'static str,
    pub(super) here_other_key: &'static str,
    pub(super) here_backoff: &'static str,
    pub(super) here_hinted: &'static str,
    /// After a place: `{attempts}`.
    pub(super) attempts_here: &'static str,
    pub(super) elsewhere_now: &'static str,
    pub(super) elsewhere_backoff: &'static str,
    pub(super) fallback_now: &'static str,
    /// `{attempts}`
    pub(super) fallback_after: &'static str,
    /// After the sentence, where it is no attempt.
    pub(super) free: &'static str,
}

impl Phrases {
    pub(super) const fn of(lang: Lang) -> &'static Self {
        match lang {
            Lang::De => &GERMAN,
            Lang::Zh => &CHINESE,
            _ => &ENGLISH,
        }
    }

    /// How far `scope` reaches.
    pub(super) fn scope(&self, scope: Scope) -> &'static str {
        let place = Scope::ALL.iter().position(|known| *known == scope);
        self.scopes[place.unwrap_or(Scope::ALL.len())]
    }
}

static ENGLISH: Phrases = Phrases {
    title: "Errors",
    about: "What each failure of the Gemini API means, how far it reaches, what dioscuri does about it and what you \
            do. `dioscuri explain NAME` shows one entry, `dioscuri diagnose FILE` finds them in any text.",
    topics: ["Classes", "Reasons", "Finish reasons", "Block reasons"],
    scope: "How far it reaches",
    transient: "May pass by itself within minutes",
    meaning: "Meaning",
    dioscuri: "What dioscuri does",
    no_and_yes: ["no", "yes"],
    scopes: [
        "This request only.",
        "The key or token. Another key goes on.",
        "The quota of this project, location and model, with all keys of the project. Another project goes on.",
        "The billing account, and every project it pays for.",
        "Everybody who asks this model in this location. Another location may go on.",
        "This project, location and model. Another may go on.",
        "Not known.",
    ],
    did_you_mean: "Did you mean {names}?",
    see_list: "`dioscuri explain --list` shows every name.",
    status_alone: "{name} alone is read as {class}; `dioscuri diagnose` reads the whole error and may tell more.",
    status_of_many: "{name} is one of these; `dioscuri diagnose` reads from the whole error which, `dioscuri explain CLASS` says what to do.",
    no_failure: "Nothing by this name alone: it is no failure, or other facts decide.",
    gives_up: "Gives up at once: the same request would fail again.",
    tries: "Tries again {places}.",
    and_then: "; ",
    here_now: "at the same place at once",
    here_other_key: "at the same place at once with another key, if there is one",
    here_backoff: "at the same place after a backoff, never before the server's time or while its quota is closed",
    here_hinted: "at the same place, if the server said when or that it passes soon",
    attempts_here: ", {attempts} attempts there at most",
    elsewhere_now: "at another place at once",
    elsewhere_backoff: "at another place after a backoff",
    fallback_now: "with the next model of the chain at once",
    fallback_after: "with the next model of the chain after {attempts} attempts",
    free: " It does not count as an attempt.",
};

static GERMAN: Phrases = Phrases {
    title: "Fehler",
    about: "Was jeder Fehler der Gemini-API bedeutet, wie weit er reicht, was dioscuri tut und was Sie tun. \
            `dioscuri explain NAME` zeigt einen Eintrag, `dioscuri diagnose DATEI` findet sie in jedem Text.",
    topics: ["Klassen", "Gründe", "Beendigungsgründe", "Sperrgründe"],
    scope: "Wie weit es reicht",
    transient: "Kann binnen Minuten von selbst vergehen",
    meaning: "Bedeutung",
    dioscuri: "Was dioscuri tut",
    no_and_yes: ["nein", "ja"],
    scopes: [
        "Nur diese Anfrage.",
        "Der Schlüssel oder das Token. Ein anderer Schlüssel geht weiter.",
        "Das Kontingent dieses Projekts, Standorts und Modells, mit allen Schlüsseln des Projekts. Ein anderes \
         Projekt geht weiter.",
        "Das Rechnungskonto und jedes Projekt, für das es zahlt.",
        "Alle, die dieses Modell an diesem Standort nutzen. Ein anderer Standort geht vielleicht.",
        "Dieses Projekt, dieser Standort und dieses Modell. Ein anderes geht vielleicht.",
        "Nicht bekannt.",
    ],
    did_you_mean: "Meinten Sie {names}?",
    see_list: "`dioscuri explain --list` zeigt alle Namen.",
    status_alone: "{name} allein wird als {class} gelesen; `dioscuri diagnose` liest den ganzen Fehler und weiß oft mehr.",
    status_of_many: "{name} ist eines von diesen; `dioscuri diagnose` liest aus dem ganzen Fehler, welches, `dioscuri explain KLASSE` sagt, was zu tun ist.",
    no_failure: "Nichts allein wegen dieses Namens: Es ist kein Fehler, oder anderes entscheidet.",
    gives_up: "Gibt sofort auf: Dieselbe Anfrage würde wieder scheitern.",
    tries: "Versucht es erneut: {places}.",
    and_then: "; ",
    here_now: "am selben Ort sofort",
    here_other_key: "am selben Ort sofort mit einem anderen Schlüssel, falls es einen gibt",
    here_backoff: "am selben Ort nach einer Pause, nie vor der Zeit, die der Server nennt, und nie bei leerem \
                   Kontingent",
    here_hinted: "am selben Ort, falls der Server sagt, wann es wieder geht oder dass es bald vorbei ist",
    attempts_here: ", dort höchstens {attempts} Versuche",
    elsewhere_now: "an einem anderen Ort sofort",
    elsewhere_backoff: "an einem anderen Ort nach einer Pause",
    fallback_now: "mit dem nächsten Modell der Kette sofort",
    fallback_after: "mit dem nächsten Modell der Kette nach {attempts} Versuchen",
    free: " Es zählt nicht als Versuch.",
};

static CHINESE: Phrases = Phrases {
    title: "错误",
    about: "Gemini API 的每种错误是什么意思、影响多大范围、dioscuri 会怎么做、您该怎么做。`dioscuri explain 名称` 显示\
            一条说明，`dioscuri diagnose 文件` 在任意文本中找出错误。",
    topics: ["类别", "错误原因", "结束原因", "拦截原因"],
    scope: "影响范围",
    transient: "几分钟内可能自行恢复",
    meaning: "含义",
    dioscuri: "dioscuri 会怎么做",
    no_and_yes: ["否", "是"],
    scopes: [
        "仅这一个请求。",
        "这个密钥或令牌；换一个密钥可以继续。",
        "这个项目、地区和模型的配额，项目的所有密钥共用；换一个项目可以继续。",
        "这个结算账号，以及由它付费的所有项目。",
        "在这个地区使用这个模型的所有人；换一个地区也许可以。",
        "这个项目、地区和模型；换一个也许可以。",
        "未知。",
    ],
    did_you_mean: "您是不是想找 {names}？",
    see_list: "`dioscuri explain --list` 列出所有名称。",
    status_alone: "单凭 {name} 只能判断为 {class}；`dioscuri diagnose` 会读完整的错误文本，往往能知道更多。",
    status_of_many: "{name} 是以下之一；`dioscuri diagnose` 从完整的错误文本判断是哪一个，`dioscuri explain 类别` 说明怎么办。",
    no_failure: "仅凭这个名称不做任何事：它不是错误，或者取决于其他信息。",
    gives_up: "立即放弃：同样的请求还会失败。",
    tries: "会重试：{places}。",
    and_then: "；",
    here_now: "在原处立即重试",
    here_other_key: "有别的密钥时，在原处立即换密钥重试",
    here_backoff: "在原处退避之后重试，绝不早于服务器给出的时间，配额未恢复时也不重试",
    here_hinted: "服务器给出时间或说明很快恢复时，在原处重试",
    attempts_here: "，在那里最多尝试 {attempts} 次",
    elsewhere_now: "立即换一处重试",
    elsewhere_backoff: "退避之后换一处重试",
    fallback_now: "立即改用模型链中的下一个模型",
    fallback_after: "尝试 {attempts} 次之后改用模型链中的下一个模型",
    free: "这不算一次尝试。",
};
