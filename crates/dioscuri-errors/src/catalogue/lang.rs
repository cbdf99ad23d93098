//! The languages of the catalogue.

use std::{error::Error, fmt, str::FromStr};

/// A language of the catalogue.
///
/// ```
/// use dioscuri_errors::catalogue::Lang;
///
/// assert_eq!("de".parse(), Ok(Lang::De));
/// assert_eq!("zh_CN.UTF-8".parse(), Ok(Lang::Zh)); // as `$LANG` writes it
/// assert!(Lang::ALL.iter().all(|lang| lang.name().parse() == Ok(*lang)));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
#[non_exhaustive]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// German.
    De,
    /// Chinese, in simplified characters.
    Zh,
}

impl Lang {
    /// Every language.
    pub const ALL: &'static [Self] = &[Self::En, Self::De, Self::Zh];

    /// Its code of ISO 639-1, in lower case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
            Self::Zh => "zh",
        }
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Lang {
    type Err = UnknownLang;

    /// Reads a code, with or without a territory: `de`, `DE`, `de-AT`, `zh_CN.UTF-8`.
    fn from_str(text: &str) -> Result<Self, UnknownLang> {
        let code = text.split(['-', '_', '.']).next().unwrap_or_default();
        let found = Self::ALL
            .iter()
            .find(|lang| lang.name().eq_ignore_ascii_case(code));
        found.copied().ok_or_else(|| UnknownLang(text.to_owned()))
    }
}

/// A text that names no language of the catalogue.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnknownLang(String);

impl fmt::Display for UnknownLang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known: Vec<_> = Lang::ALL.iter().map(|lang| lang.name()).collect();
        write!(
            f,
            "no language is named {:?}; there are {}",
            self.0,
            known.join(", ")
        )
    }
}

impl Error for UnknownLang {}
