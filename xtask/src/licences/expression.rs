//! SPDX licence expressions: `A OR (B AND C)`, and the older `A/B`.
//!
//! Source: SPDX specification 2.3, annex D; `AND` binds tighter than `OR`.

use std::collections::BTreeSet;

/// A licence, or several joined.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Expression {
    /// An identifier, with its exception if it has one: `Apache-2.0 WITH LLVM-exception`.
    Licence(String),
    /// The user may choose.
    Any(Vec<Self>),
    /// All apply at once.
    All(Vec<Self>),
}

impl Expression {
    /// `None` if `text` is not an expression.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let spaced = text.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
        let mut words = spaced.split_whitespace().peekable();
        let expression = any(&mut words)?;
        words.next().is_none().then_some(expression)
    }

    /// Whether a choice exists for which every licence stands in `allow`.
    pub(crate) fn allowed_by(&self, allow: &BTreeSet<String>) -> bool {
        match self {
            Self::Licence(name) => allow.contains(name),
            Self::Any(choices) => choices.iter().any(|choice| choice.allowed_by(allow)),
            Self::All(parts) => parts.iter().all(|part| part.allowed_by(allow)),
        }
    }
}

type Words<'a> = std::iter::Peekable<std::str::SplitWhitespace<'a>>;

fn any(words: &mut Words<'_>) -> Option<Expression> {
    let mut choices = vec![all(words)?];
    while words.next_if_eq(&"OR").is_some() {
        choices.push(all(words)?);
    }
    Some(joined(choices, Expression::Any))
}

fn all(words: &mut Words<'_>) -> Option<Expression> {
    let mut parts = vec![one(words)?];
    while words.next_if_eq(&"AND").is_some() {
        parts.push(one(words)?);
    }
    Some(joined(parts, Expression::All))
}

fn one(words: &mut Words<'_>) -> Option<Expression> {
    match words.next()? {
        "(" => {
            let inner = any(words)?;
            words.next_if_eq(&")").map(|_| inner)
        }
        ")" | "AND" | "OR" | "WITH" => None,
        name if words.next_if_eq(&"WITH").is_some() => {
            Some(Expression::Licence(format!("{name} WITH {}", words.next()?)))
        }
        name => Some(Expression::Licence(name.to_owned())),
    }
}

fn joined(mut parts: Vec<Expression>, join: fn(Vec<Expression>) -> Expression) -> Expression {
    if parts.len() > 1 {
        return join(parts);
    }
    parts.pop().expect("the caller puts the first part in")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<bool>) {
        let allow = ["MIT", "ISC", "Apache-2.0 WITH LLVM-exception"]
            .map(str::to_owned)
            .into();
        assert_eq!(
            Expression::parse(text).map(|expression| expression.allowed_by(&allow)),
            expected,
            "{text}"
        );
    }

    #[test]
    fn one_allowed_choice_is_enough() {
        check("MIT", Some(true));
        check("GPL-3.0 OR MIT", Some(true));
        check("GPL-3.0/MIT", Some(true));
        check("GPL-3.0 / AGPL-3.0", Some(false));
    }

    #[test]
    fn parts_that_apply_at_once_must_all_be_allowed() {
        check("MIT AND ISC", Some(true));
        check("MIT AND GPL-3.0", Some(false));
        check("ISC AND (GPL-3.0 OR MIT)", Some(true));
    }

    #[test]
    fn and_binds_tighter_than_or() {
        check("GPL-3.0 AND AGPL-3.0 OR MIT", Some(true));
        check("GPL-3.0 AND (AGPL-3.0 OR MIT)", Some(false));
    }

    #[test]
    fn an_exception_belongs_to_its_licence() {
        check("Apache-2.0 WITH LLVM-exception", Some(true));
        check("Apache-2.0", Some(false));
    }

    #[test]
    fn nonsense_is_not_an_expression() {
        for text in ["", "MIT OR", "(MIT", "MIT)", "MIT ISC", "WITH MIT"] {
            check(text, None);
        }
    }
}
