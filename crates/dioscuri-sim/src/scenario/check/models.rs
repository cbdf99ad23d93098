//! The models of a file.

use std::ops::Range;

use toml::Spanned;

use super::{Check, names_of};
use crate::scenario::{
    Model, ModelKind, Price, ScenarioError,
    file::{ModelTable, Name, PriceTable, RangeTable},
};

/// The length of answers if the file says none: 16 to 64 tokens, one to four sentences.
pub(super) const OUTPUT_TOKENS: (u64, u64) = (16, 64);

/// The longest prompt and the longest answer of Google's text models since 2.5, in tokens.
const INPUT_LIMIT: u64 = 1_048_576;
const OUTPUT_LIMIT: u64 = 65_536;

/// The length of the embeddings of gemini-embedding-001, and the longest that a file may ask for.
const DIMENSIONS: u64 = 3_072;
const MOST_DIMENSIONS: u64 = 65_536;

impl Check<'_> {
    pub(super) fn models(&self, tables: Vec<ModelTable>) -> Result<Vec<Model>, ScenarioError> {
        if tables.is_empty() {
            return Err(ScenarioError::new("a scenario needs at least one [[model]]"));
        }
        self.distinct(
            "model",
            tables
                .iter()
                .flat_map(|table| std::iter::once(&table.name).chain(&table.aliases)),
        )?;
        let successors: Vec<Option<Name>> = tables.iter().map(|table| table.served_by.clone()).collect();
        let models = tables
            .into_iter()
            .map(|table| self.model(table))
            .collect::<Result<Vec<_>, _>>()?;
        for (index, name) in successors.into_iter().enumerate() {
            let Some(name) = name else { continue };
            let span = name.span();
            let name = self.known("model", name, names_of(&models))?;
            let successor = models.iter().position(|model| model.name == name);
            match successor.map(|found| (found, &models[found])) {
                Some((found, model)) if found != index && model.served_by.is_none() => {}
                _ => {
                    return Err(self.error(
                        "`served_by` needs the name of another model that answers for itself",
                        &span,
                    ));
                }
            }
        }
        Ok(models)
    }

    fn model(&self, table: ModelTable) -> Result<Model, ScenarioError> {
        let latency = self.latency(table.latency.as_ref())?;
        let output_limit = self.count("output_limit", table.output_limit, OUTPUT_LIMIT, u64::MAX)?;
        let aliases = table
            .aliases
            .into_iter()
            .map(|alias| self.named("alias", alias))
            .collect::<Result<_, _>>()?;
        let name = self.named("model name", table.name)?;
        let kind = match table.kind {
            Some(kind) => kind.into(),
            None if name.contains("embedding") => ModelKind::Embed,
            None => ModelKind::Generate,
        };
        Ok(Model {
            aliases,
            served_by: table.served_by.map(Spanned::into_inner),
            state: table.state.into(),
            kind,
            locations: table
                .locations
                .into_iter()
                .map(|location| self.named("location", location))
                .collect::<Result<_, _>>()?,
            latency,
            output_tokens: match table.output_tokens {
                None => OUTPUT_TOKENS,
                Some(range) => self.output_tokens(&range, output_limit.max(OUTPUT_LIMIT))?,
            },
            thinking_tokens: match table.thinking_tokens {
                None => (0, 0),
                Some(range) => self.range("thinking_tokens", &range)?,
            },
            input_limit: self.count("input_limit", table.input_limit, INPUT_LIMIT, u64::MAX)?,
            output_limit,
            hop_limit: table
                .hop_limit
                .map(|limit| self.count("hop_limit", Some(limit), 0, u64::MAX))
                .transpose()?,
            dimensions: usize::try_from(self.count(
                "dimensions",
                table.dimensions,
                DIMENSIONS,
                MOST_DIMENSIONS,
            )?)
            .unwrap_or(usize::MAX),
            price: match table.price {
                None => Price::default(),
                Some(price) => self.price(&price)?,
            },
            name,
        })
    }

    fn output_tokens(&self, range: &Spanned<RangeTable>, most: u64) -> Result<(u64, u64), ScenarioError> {
        let &RangeTable { min, max } = range.get_ref();
        if min <= max && (1..=most).contains(&max) {
            return Ok((min, max));
        }
        Err(self.error(
            format!("output_tokens needs `min` at most `max`, and `max` in 1 to {most}"),
            &range.span(),
        ))
    }

    pub(super) fn range(&self, what: &str, range: &Spanned<RangeTable>) -> Result<(u64, u64), ScenarioError> {
        let &RangeTable { min, max } = range.get_ref();
        if min <= max {
            Ok((min, max))
        } else {
            Err(self.error(format!("{what} needs `min` at most `max`"), &range.span()))
        }
    }

    /// A number in 1 to `most`.
    fn count(
        &self,
        what: &str,
        value: Option<Spanned<u64>>,
        default: u64,
        most: u64,
    ) -> Result<u64, ScenarioError> {
        match value {
            None => Ok(default),
            Some(value) if (1..=most).contains(value.get_ref()) => Ok(value.into_inner()),
            Some(value) if most == u64::MAX => {
                Err(self.error(format!("`{what}` must be at least 1"), &value.span()))
            }
            Some(value) => Err(self.error(format!("`{what}` must lie in 1 to {most}"), &value.span())),
        }
    }

    fn price(&self, price: &Spanned<PriceTable>) -> Result<Price, ScenarioError> {
        let &PriceTable { input, output } = price.get_ref();
        for (what, usd) in [("input", input), ("output", output)] {
            self.usd(what, usd, &price.span())?;
        }
        Ok(Price { input, output })
    }

    /// An amount that can be counted: not negative, finite.
    pub(super) fn usd(&self, what: &str, usd: f64, span: &Range<usize>) -> Result<f64, ScenarioError> {
        if (0.0..=1e12).contains(&usd) {
            Ok(usd)
        } else {
            Err(self.error(format!("`{what}` must be USD in 0 to 1e12"), span))
        }
    }
}
