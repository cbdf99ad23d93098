//! What is known of models by their names, as of November 2026: limits, thinking, and what they refuse.
//!
//! From §4.4, §4.5, §7 and §8 of the reference. What a name does not tell is not enforced: a model that nobody
//! knows takes everything.

/// A family whose members share their manners.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Family {
    Unknown,
    Gemini2,
    Gemini25,
    Gemini3,
    Gemini4,
}

/// How a model is told to think.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Thinking {
    /// Nobody knows: nothing is refused.
    Unknown,
    /// Not at all: any `thinkingConfig` is refused.
    Never,
    /// By `thinkingBudget` alone.
    Budget {
        /// In tokens, without the 0 that switches it off and the -1 that leaves it to the model.
        min: i64,
        max: i64,
        can_disable: bool,
        /// Whether it thinks without being told to.
        by_default: bool,
    },
    /// By `thinkingLevel`.
    Level {
        levels: &'static [Level],
        budget: Budget,
    },
}

/// What becomes of a `thinkingBudget` where levels are the rule.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Budget {
    Accepted,
    /// Captured: all but 0, which is refused without a reason.
    NotZero,
    Refused,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Level {
    Minimal,
    Low,
    Medium,
    High,
    XHigh,
}

impl Level {
    /// The level of that name; none for `THINKING_LEVEL_UNSPECIFIED`.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "MINIMAL" => Self::Minimal,
            "LOW" => Self::Low,
            "MEDIUM" => Self::Medium,
            "HIGH" => Self::High,
            "XHIGH" => Self::XHigh,
            _ => return None,
        })
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Minimal => "MINIMAL",
            Self::Low => "LOW",
            Self::Medium => "MEDIUM",
            Self::High => "HIGH",
            Self::XHigh => "XHIGH",
        }
    }
}

/// What a model takes and what it refuses.
#[derive(Clone, Copy, PartialEq, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(crate) struct ModelRules {
    pub(crate) family: Family,
    pub(crate) thinking: Thinking,
    /// The largest `candidateCount`. The documented 8 where nobody saw less.
    pub(crate) candidates: i64,
    /// Whether penalties other than 0 pass.
    pub(crate) penalties: bool,
    /// Whether the last content may be the model's.
    pub(crate) model_turn_last: bool,
    /// Whether `cachedContent` passes.
    pub(crate) cached_content: bool,
    /// Whether function calls must come back with their thought signatures.
    pub(crate) signatures: bool,
    /// Tokens.
    pub(crate) input_limit: u64,
    pub(crate) output_limit: u64,
}

const MEGA: u64 = 1_048_576;

const ALL: &[Level] = &[Level::Minimal, Level::Low, Level::Medium, Level::High];
const NOT_MINIMAL: &[Level] = &[Level::Low, Level::Medium, Level::High];
const UP_TO_XHIGH: &[Level] = &[Level::Low, Level::Medium, Level::High, Level::XHigh];

impl ModelRules {
    const UNKNOWN: Self = Self {
        family: Family::Unknown,
        thinking: Thinking::Unknown,
        candidates: 8,
        penalties: true,
        model_turn_last: true,
        cached_content: true,
        signatures: false,
        input_limit: MEGA,
        output_limit: 65_536,
    };

    const GEMINI_2: Self = Self {
        family: Family::Gemini2,
        thinking: Thinking::Never,
        output_limit: 8_192,
        ..Self::UNKNOWN
    };

    const GEMINI_2_5: Self = Self {
        family: Family::Gemini25,
        penalties: false,
        ..Self::UNKNOWN
    };

    const GEMINI_3: Self = Self {
        family: Family::Gemini3,
        penalties: false,
        signatures: true,
        ..Self::UNKNOWN
    };

    const GEMINI_4: Self = Self {
        family: Family::Gemini4,
        thinking: Thinking::Level {
            levels: NOT_MINIMAL,
            budget: Budget::Refused,
        },
        candidates: 1,
        model_turn_last: false,
        cached_content: false,
        ..Self::GEMINI_3
    };

    /// The rules of the model `name`, which may carry a date or a number of its build ("-001").
    pub(crate) fn of(name: &str) -> Self {
        let rules = Self::of_text(name);
        if name.contains("-image") {
            return Self::of_images(name, rules);
        }
        if name.contains("-tts") || name.contains("-live") {
            // Their thinking is their own, and nobody has described it.
            return Self {
                thinking: Thinking::Unknown,
                ..rules
            };
        }
        rules
    }

    fn of_text(name: &str) -> Self {
        let Some(version) = name.strip_prefix("gemini-") else {
            return Self::UNKNOWN;
        };
        let budget = |min, max, can_disable, by_default| Thinking::Budget {
            min,
            max,
            can_disable,
            by_default,
        };
        let level = |levels, budget| Thinking::Level { levels, budget };
        let is = |prefix: &str| version.starts_with(prefix);
        let rules = |rules: Self, thinking| Self { thinking, ..rules };
        if is("4-hydrogen") || is("4-neon") {
            rules(Self::GEMINI_4, level(UP_TO_XHIGH, Budget::Refused))
        } else if is("4-") {
            // Argon; Carbon is said to take the same.
            Self::GEMINI_4
        } else if is("3.8-") || is("3.7-") {
            // Captured for both: one candidate, and no turn of the model at the end.
            Self {
                candidates: 1,
                model_turn_last: false,
                ..rules(Self::GEMINI_3, level(NOT_MINIMAL, Budget::NotZero))
            }
        } else if is("3.1-pro") || is("3-pro") {
            rules(Self::GEMINI_3, level(NOT_MINIMAL, Budget::NotZero))
        } else if is("3.6-flash") || is("3.5-flash-lite") {
            rules(Self::GEMINI_3, level(ALL, Budget::NotZero))
        } else if is("3.5-flash") || is("3.1-flash-lite") || is("3-flash") {
            rules(Self::GEMINI_3, level(ALL, Budget::Accepted))
        } else if is("3.") || is("3-") {
            Self::GEMINI_3
        } else if is("2.5-pro") {
            rules(Self::GEMINI_2_5, budget(128, 32_768, false, true))
        } else if is("2.5-flash-lite") {
            rules(Self::GEMINI_2_5, budget(512, 24_576, true, false))
        } else if is("2.5-flash") {
            rules(Self::GEMINI_2_5, budget(0, 24_576, true, true))
        } else if is("2.0-") || is("1.") {
            Self::GEMINI_2
        } else {
            Self::UNKNOWN
        }
    }

    /// Captured: models that draw think by themselves and give one picture.
    fn of_images(name: &str, rules: Self) -> Self {
        let (input_limit, output_limit) = match name {
            "gemini-3.1-flash-image" => (131_072, 32_768),
            "gemini-3-pro-image" => (65_536, 32_768),
            "gemini-3.1-flash-lite-image" => (65_536, 4_096),
            "gemini-2.5-flash-image" => (32_768, 32_768),
            _ => (rules.input_limit, rules.output_limit),
        };
        Self {
            thinking: if rules.family == Family::Gemini25 {
                Thinking::Never
            } else {
                Thinking::Unknown
            },
            candidates: 1,
            input_limit,
            output_limit,
            ..rules
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// §4.4
    #[test]
    fn thinking_is_told_as_the_family_wants_it() {
        let levels = |name: &str| match ModelRules::of(name).thinking {
            Thinking::Level { levels, budget } => (levels.len(), levels[0], budget),
            other => panic!("{name}: {other:?}"),
        };
        assert_eq!(levels("gemini-4-argon"), (3, Level::Low, Budget::Refused));
        assert_eq!(levels("gemini-4-neon"), (4, Level::Low, Budget::Refused));
        assert_eq!(levels("gemini-3.8-flash"), (3, Level::Low, Budget::NotZero));
        assert_eq!(
            levels("gemini-3.5-flash-lite"),
            (4, Level::Minimal, Budget::NotZero)
        );
        assert_eq!(
            levels("gemini-3-flash-preview"),
            (4, Level::Minimal, Budget::Accepted)
        );
        let budget = |name: &str| match ModelRules::of(name).thinking {
            Thinking::Budget { min, max, .. } => (min, max),
            other => panic!("{name}: {other:?}"),
        };
        assert_eq!(budget("gemini-2.5-pro"), (128, 32_768));
        assert_eq!(budget("gemini-2.5-flash-lite"), (512, 24_576));
        assert_eq!(budget("gemini-2.5-flash-preview-09-2025"), (0, 24_576));
        assert_eq!(ModelRules::of("gemini-2.0-flash-001").thinking, Thinking::Never);
    }

    #[test]
    fn a_name_that_nobody_knows_has_the_rules_of_no_family() {
        for name in [
            "",
            "gemini-",
            "castor-1",
            "gemini-flash-latest",
            "gemini-5-krypton",
        ] {
            assert_eq!(ModelRules::of(name), ModelRules::UNKNOWN, "{name}");
        }
    }

    /// §7
    #[test]
    fn limits_are_those_of_the_tables() {
        let limits = |name: &str| {
            let rules = ModelRules::of(name);
            (rules.input_limit, rules.output_limit)
        };
        assert_eq!(limits("gemini-3.8-flash"), (MEGA, 65_536));
        assert_eq!(limits("gemini-2.0-flash"), (MEGA, 8_192));
        assert_eq!(limits("gemini-3-pro-image"), (65_536, 32_768));
    }
}
