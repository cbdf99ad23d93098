//! What a file says of incidents: what, when, where, and with which parameters.

use std::{ops::Range, time::Duration};

use serde_json::Value;
use toml::Spanned;

use super::{Check, Known};
use crate::scenario::{
    CustomError, Incident, LARGEST_ERROR, Method, Period, Place, RefusalKind, ScenarioError, ServiceTier,
    StreamFault, Surface, What, WireFault,
    file::{IncidentTable, Name, Names, RealTime},
};

/// How long a stalled reply is waited for, if the file says nothing: longer than the patience of clients.
const PAUSE: Duration = Duration::from_secs(600);

/// The size of an error body that is far too large, if the file says none, in bytes.
const HUGE: u64 = 10_000_000;

/// Why an answer ends, on either surface (§3.2).
const FINISH_REASONS: [&str; 22] = [
    "FINISH_REASON_UNSPECIFIED",
    "STOP",
    "MAX_TOKENS",
    "SAFETY",
    "RECITATION",
    "OTHER",
    "LANGUAGE",
    "BLOCKLIST",
    "PROHIBITED_CONTENT",
    "SPII",
    "MALFORMED_FUNCTION_CALL",
    "IMAGE_SAFETY",
    "UNEXPECTED_TOOL_CALL",
    "TOO_MANY_TOOL_CALLS",
    "IMAGE_PROHIBITED_CONTENT",
    "IMAGE_OTHER",
    "NO_IMAGE",
    "IMAGE_RECITATION",
    "MODEL_ARMOR",
    "CONTINUATION",
    "MALFORMED_RESPONSE",
    "MISSING_THOUGHT_SIGNATURE",
];

/// Why there is no answer, on either surface (§3.3).
const BLOCK_REASONS: [&str; 9] = [
    "BLOCK_REASON_UNSPECIFIED",
    "BLOCKED_REASON_UNSPECIFIED",
    "SAFETY",
    "OTHER",
    "BLOCKLIST",
    "PROHIBITED_CONTENT",
    "IMAGE_SAFETY",
    "MODEL_ARMOR",
    "JAILBREAK",
];

/// The bytes in a second of a slow body.
const RATE: u64 = 1_000;

/// Beside the names of refusals.
const OTHERS: [&str; 24] = [
    "custom",
    "custom_body",
    "html",
    "plain_text",
    "huge_error",
    "finish",
    "block",
    "empty",
    "downgrade",
    "slow_answers",
    "stream_error",
    "stream_bare_error",
    "stream_end",
    "stream_cut",
    "reset_before",
    "reset_after",
    "stall_head",
    "stall_body",
    "truncated",
    "slow_body",
    "wrong_length",
    "goaway",
    "refused",
    "tls_failure",
];

pub(super) fn names() -> impl Iterator<Item = &'static str> + Clone {
    RefusalKind::ALL.into_iter().map(RefusalKind::name).chain(OTHERS)
}

/// The parameters of one incident; each is taken by what it goes with.
struct Parameters {
    what: String,
    reason: Option<Name>,
    error: Option<Name>,
    code: Option<Spanned<u16>>,
    status: Option<Name>,
    message: Option<Name>,
    details: Option<Spanned<Vec<Value>>>,
    body: Option<Name>,
    content_type: Option<Name>,
    bytes: Option<Spanned<u64>>,
    frames: Option<Spanned<u64>>,
    rate: Option<Spanned<u64>>,
    pause: Option<Spanned<RealTime>>,
    factor: Option<Spanned<f64>>,
}

impl Parameters {
    /// The first one that nobody has taken.
    fn left(&self) -> Option<(&'static str, Range<usize>)> {
        fn span<T>(value: Option<&Spanned<T>>) -> Option<Range<usize>> {
            value.map(Spanned::span)
        }
        [
            ("reason", span(self.reason.as_ref())),
            ("error", span(self.error.as_ref())),
            ("code", span(self.code.as_ref())),
            ("status", span(self.status.as_ref())),
            ("message", span(self.message.as_ref())),
            ("details", span(self.details.as_ref())),
            ("body", span(self.body.as_ref())),
            ("content_type", span(self.content_type.as_ref())),
            ("bytes", span(self.bytes.as_ref())),
            ("frames", span(self.frames.as_ref())),
            ("rate", span(self.rate.as_ref())),
            ("pause", span(self.pause.as_ref())),
            ("factor", span(self.factor.as_ref())),
        ]
        .into_iter()
        .find_map(|(name, span)| Some((name, span?)))
    }

    fn bytes(&mut self) -> Option<u64> {
        self.bytes.take().map(Spanned::into_inner)
    }

    fn frames(&mut self) -> Option<u64> {
        self.frames.take().map(Spanned::into_inner)
    }

    fn pause(&mut self) -> Duration {
        self.pause.take().map_or(PAUSE, |pause| pause.into_inner().0)
    }
}

impl Check<'_> {
    pub(super) fn incidents(
        &self,
        tables: Vec<IncidentTable>,
        known: &Known<'_>,
    ) -> Result<Vec<Incident>, ScenarioError> {
        tables
            .into_iter()
            .map(|table| self.incident(table, known))
            .collect()
    }

    fn incident(&self, table: IncidentTable, known: &Known<'_>) -> Result<Incident, ScenarioError> {
        let span = table.what.span();
        let period = self.period(table.at, table.lasts);
        let every = table
            .every
            .map(|every| (self.real(*every.get_ref()), every.span()));
        if let Some((every, span)) = &every
            && period.lasts.is_none_or(|lasts| lasts >= *every)
        {
            return Err(self.error("`every` needs a `for` that is shorter", span));
        }
        let place = Place {
            models: self.models_like(table.model, known)?,
            projects: self.all_known("project", table.project, &known.project_ids())?,
            locations: self.all_known("location", table.location, &known.locations())?,
            surface: table.surface.map(Surface::from),
            methods: self.each_of(
                "method",
                table.method,
                Method::ALL.map(|method| (method.name(), method)),
            )?,
            keys: match table.key {
                None => Vec::new(),
                Some(keys) => self.key_numbers(keys.span(), keys.into_inner().into_vec(), known)?,
            },
            service_tiers: self.each_of(
                "service tier",
                table.service_tier,
                ServiceTier::ALL.map(|tier| (tier.name(), tier)),
            )?,
        };
        let mut parameters = Parameters {
            what: table.what.get_ref().clone(),
            reason: table.reason,
            error: table.error,
            code: table.code,
            status: table.status,
            message: table.message,
            details: table.details,
            body: table.body,
            content_type: table.content_type,
            bytes: table.bytes,
            frames: table.frames,
            rate: table.rate,
            pause: table.pause,
            factor: table.factor,
        };
        let what = self.what(&mut parameters, &span)?;
        if let Some((name, span)) = parameters.left() {
            return Err(self.error(format!("`{name}` does not go with `{}`", parameters.what), &span));
        }
        self.fits(&what, &place, table.share, table.count, &span)?;
        if what == What::Refused && period.lasts.is_none() {
            let why =
                "`refused` needs `for`: while it lasts `/sim/` is out of reach, so that nobody can end it";
            return Err(self.error(why, &span));
        }
        Ok(Incident {
            what,
            period: Period {
                every: every.map(|(every, _)| every),
                ..period
            },
            share: table.share,
            count: table.count,
            place,
        })
    }

    /// What nobody listens to has neither place nor share, and every incident can happen somewhere.
    fn fits(
        &self,
        what: &What,
        place: &Place,
        share: f64,
        count: Option<u64>,
        span: &Range<usize>,
    ) -> Result<(), ScenarioError> {
        let connections = matches!(what, What::Refused | What::TlsFailure);
        if connections && *place != Place::default() {
            return Err(self.error("a connection is for every model, project and method alike", span));
        }
        if *what == What::Refused && (count.is_some() || share < 1.0) {
            return Err(self.error("`refused` goes by time only, without `share` and `count`", span));
        }
        let methods = what.methods();
        if !place.methods.is_empty() && !place.methods.iter().any(|method| methods.contains(method)) {
            let what = what.name();
            return Err(self.error(format!("`{what}` cannot happen to these methods"), span));
        }
        Ok(())
    }

    fn what(&self, with: &mut Parameters, span: &Range<usize>) -> Result<What, ScenarioError> {
        let what = match with.what.as_str() {
            "custom" => self.custom(with, span)?,
            "custom_body" => What::CustomBody {
                code: self.status_code(with.code.take(), 500)?,
                content_type: with
                    .content_type
                    .take()
                    .map_or_else(|| "text/plain; charset=UTF-8".to_owned(), Spanned::into_inner),
                body: self.required("body", with.body.take(), span)?,
            },
            "html" => What::Html(self.status_code(with.code.take(), 502)?),
            "plain_text" => What::PlainText(self.status_code(with.code.take(), 500)?),
            "huge_error" => What::HugeError(match with.bytes.take() {
                None => HUGE,
                Some(bytes) if *bytes.get_ref() <= LARGEST_ERROR => bytes.into_inner(),
                Some(bytes) => {
                    return Err(self.error(format!("`bytes` may be {LARGEST_ERROR} at most"), &bytes.span()));
                }
            }),
            "finish" => What::Finish(self.reason(with, &FINISH_REASONS, span)?),
            "block" => What::Block(self.reason(with, &BLOCK_REASONS, span)?),
            "empty" => What::Empty,
            "downgrade" => What::Downgrade,
            "slow_answers" => What::SlowAnswers(match with.factor.take() {
                Some(factor) if (0.0..=1e6).contains(factor.get_ref()) => factor.into_inner(),
                Some(factor) => {
                    return Err(self.error("`factor` must lie in 0 to 1e6", &factor.span()));
                }
                None => return Err(self.error("`slow_answers` needs `factor`", span)),
            }),
            "stream_error" => What::Stream(StreamFault::Error {
                frames: with.frames(),
                error: self.refusal(with.error.take())?,
            }),
            "stream_bare_error" => What::Stream(StreamFault::BareError {
                frames: with.frames(),
                error: self.refusal(with.error.take())?,
            }),
            "stream_end" => What::Stream(StreamFault::End {
                frames: with.frames(),
            }),
            "stream_cut" => What::Stream(StreamFault::Cut { bytes: with.bytes() }),
            "refused" => What::Refused,
            "tls_failure" => What::TlsFailure,
            _ => return self.wire_or_refusal(with, span),
        };
        Ok(what)
    }

    fn wire_or_refusal(&self, with: &mut Parameters, span: &Range<usize>) -> Result<What, ScenarioError> {
        let fault = match with.what.as_str() {
            "reset_before" => WireFault::ResetBefore,
            "reset_after" => WireFault::ResetAfter,
            "stall_head" => WireFault::StallHead { pause: with.pause() },
            "stall_body" => WireFault::StallBody {
                bytes: with.bytes(),
                pause: with.pause(),
            },
            "truncated" => WireFault::Truncated { bytes: with.bytes() },
            "slow_body" => WireFault::SlowBody {
                rate: match with.rate.take() {
                    None => RATE,
                    Some(rate) if *rate.get_ref() > 0 => rate.into_inner(),
                    Some(rate) => {
                        return Err(self.error("`rate` must be above zero bytes a second", &rate.span()));
                    }
                },
            },
            "wrong_length" => WireFault::WrongLength,
            "goaway" => WireFault::GoAway,
            name => {
                let kind = RefusalKind::ALL.into_iter().find(|kind| kind.name() == name);
                return kind.map(What::Refusal).ok_or_else(|| {
                    self.error(format!("unknown incident `{name}`"), span)
                        .nearest(name, names())
                });
            }
        };
        Ok(What::Wire(fault))
    }

    fn custom(&self, with: &mut Parameters, span: &Range<usize>) -> Result<What, ScenarioError> {
        Ok(What::Custom(CustomError {
            code: self.status_code(with.code.take(), 500)?,
            status: self.required("status", with.status.take(), span)?,
            message: self.required("message", with.message.take(), span)?,
            details: with.details.take().map_or_else(Vec::new, Spanned::into_inner),
        }))
    }

    fn required(
        &self,
        name: &str,
        value: Option<Name>,
        span: &Range<usize>,
    ) -> Result<String, ScenarioError> {
        value
            .map(Spanned::into_inner)
            .ok_or_else(|| self.error(format!("this incident needs `{name}`"), span))
    }

    /// A reason that is known, or one that is like none of these: Google adds to them.
    fn reason(
        &self,
        with: &mut Parameters,
        known: &[&'static str],
        span: &Range<usize>,
    ) -> Result<String, ScenarioError> {
        let at = with.reason.as_ref().map_or_else(|| span.clone(), Spanned::span);
        let reason = self.required("reason", with.reason.take(), span)?;
        if reason.is_empty() || !reason.bytes().all(|b| b.is_ascii_uppercase() || b == b'_') {
            return Err(self.error("`reason` is a name of capitals, such as \"SAFETY\"", &at));
        }
        let slip = self
            .error(format!("unknown reason `{reason}`"), &at)
            .nearest(&reason, known.iter().copied());
        if slip.has_nearest() && !known.contains(&reason.as_str()) {
            return Err(slip);
        }
        Ok(reason)
    }

    fn refusal(&self, name: Option<Name>) -> Result<RefusalKind, ScenarioError> {
        let Some(name) = name else {
            return Ok(RefusalKind::Capacity);
        };
        let kinds = RefusalKind::ALL.map(|kind| (kind.name(), kind));
        self.one_of("error", name.get_ref(), &name.span(), &kinds)
    }

    fn status_code(&self, code: Option<Spanned<u16>>, default: u16) -> Result<u16, ScenarioError> {
        match code {
            None => Ok(default),
            Some(code) if (200..=599).contains(code.get_ref()) => Ok(code.into_inner()),
            Some(code) => Err(self.error("`code` is an HTTP status in 200 to 599", &code.span())),
        }
    }

    /// Names of models, or their beginnings with a `*`.
    fn models_like(&self, names: Option<Names>, known: &Known<'_>) -> Result<Vec<String>, ScenarioError> {
        let Some(names) = names else { return Ok(Vec::new()) };
        let span = names.span();
        let mut models = Vec::new();
        for name in names.into_inner().into_vec() {
            let fits = match name.strip_suffix('*') {
                Some(start) => known.model_names().any(|model| model.starts_with(start)),
                None => known.model_names().any(|model| model == name),
            };
            if !fits {
                return Err(self
                    .error(format!("unknown model `{name}`"), &span)
                    .nearest(&name, known.model_names()));
            }
            models.push(name);
        }
        Ok(models)
    }

    fn all_known<'k>(
        &self,
        what: &str,
        names: Option<Names>,
        known: &(impl Iterator<Item = &'k str> + Clone),
    ) -> Result<Vec<String>, ScenarioError> {
        let Some(names) = names else { return Ok(Vec::new()) };
        let span = names.span();
        names
            .into_inner()
            .into_vec()
            .into_iter()
            .map(|name| self.known(what, Spanned::new(span.clone(), name), known.clone()))
            .collect()
    }

    fn each_of<T: Copy>(
        &self,
        what: &str,
        names: Option<Names>,
        known: impl AsRef<[(&'static str, T)]>,
    ) -> Result<Vec<T>, ScenarioError> {
        let Some(names) = names else { return Ok(Vec::new()) };
        let span = names.span();
        names
            .into_inner()
            .into_vec()
            .iter()
            .map(|name| self.one_of(what, name, &span, known.as_ref()))
            .collect()
    }

    fn one_of<T: Copy>(
        &self,
        what: &str,
        name: &str,
        span: &Range<usize>,
        known: &[(&'static str, T)],
    ) -> Result<T, ScenarioError> {
        match known.iter().find(|(candidate, _)| *candidate == name) {
            Some((_, value)) => Ok(*value),
            None => Err(self
                .error(format!("unknown {what} `{name}`"), span)
                .nearest(name, known.iter().map(|(candidate, _)| *candidate))),
        }
    }

    fn key_numbers(
        &self,
        span: Range<usize>,
        keys: Vec<usize>,
        known: &Known<'_>,
    ) -> Result<Vec<usize>, ScenarioError> {
        if keys.contains(&0) {
            return Err(self.error("keys are numbered from 1", &span));
        }
        let most = known
            .projects
            .iter()
            .map(|project| project.keys.len())
            .max()
            .unwrap_or_default();
        match keys.iter().find(|key| **key > most) {
            Some(key) => Err(self.error(format!("no project has a key {key}"), &span)),
            None => Ok(keys),
        }
    }
}
