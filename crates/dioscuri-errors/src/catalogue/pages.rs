//! The official pages that the catalogue points to, as of 2026-11-21.

pub(crate) const RATE_LIMITS: &str = "https://ai.google.dev/gemini-api/docs/rate-limits";
pub(crate) const TROUBLESHOOTING: &str = "https://ai.google.dev/gemini-api/docs/troubleshooting";
pub(crate) const BILLING: &str = "https://ai.google.dev/gemini-api/docs/billing";
pub(crate) const PRICING: &str = "https://ai.google.dev/gemini-api/docs/pricing";
pub(crate) const REGIONS: &str = "https://ai.google.dev/gemini-api/docs/available-regions";
pub(crate) const SAFETY: &str = "https://ai.google.dev/gemini-api/docs/safety-settings";
pub(crate) const THINKING: &str = "https://ai.google.dev/gemini-api/docs/thinking";
pub(crate) const SIGNATURES: &str = "https://ai.google.dev/gemini-api/docs/thought-signatures";
pub(crate) const TOKENS: &str = "https://ai.google.dev/gemini-api/docs/tokens";
pub(crate) const LONG_CONTEXT: &str = "https://ai.google.dev/gemini-api/docs/long-context";
pub(crate) const LONG_DECODE: &str = "https://ai.google.dev/gemini-api/docs/generate-content/long-decode";
pub(crate) const CACHING: &str = "https://ai.google.dev/gemini-api/docs/caching";
pub(crate) const BATCH: &str = "https://ai.google.dev/gemini-api/docs/batch-api";
pub(crate) const FILES: &str = "https://ai.google.dev/gemini-api/docs/files";
pub(crate) const API_KEYS: &str = "https://ai.google.dev/gemini-api/docs/api-key";
pub(crate) const OAUTH: &str = "https://ai.google.dev/gemini-api/docs/oauth";
pub(crate) const MODELS: &str = "https://ai.google.dev/gemini-api/docs/models";
pub(crate) const DEPRECATIONS: &str = "https://ai.google.dev/gemini-api/docs/deprecations";
pub(crate) const FUNCTIONS: &str = "https://ai.google.dev/gemini-api/docs/function-calling";
pub(crate) const STRUCTURED: &str = "https://ai.google.dev/gemini-api/docs/structured-output";
pub(crate) const IMAGES: &str = "https://ai.google.dev/gemini-api/docs/image-generation";
pub(crate) const TERMS: &str = "https://ai.google.dev/gemini-api/terms";
pub(crate) const REFERENCE: &str = "https://ai.google.dev/api/generate-content";

pub(crate) const VERTEX_429: &str =
    "https://docs.cloud.google.com/gemini-enterprise-agent-platform/models/deploy/error-code-429";
pub(crate) const VERTEX_QUOTAS: &str =
    "https://docs.cloud.google.com/gemini-enterprise-agent-platform/models/quotas";
pub(crate) const VERTEX_ERRORS: &str =
    "https://docs.cloud.google.com/gemini-enterprise-agent-platform/reference/models/api-errors";
pub(crate) const VERTEX_LOCATIONS: &str =
    "https://docs.cloud.google.com/gemini-enterprise-agent-platform/resources/locations";
pub(crate) const VERTEX_RETRY: &str =
    "https://docs.cloud.google.com/gemini-enterprise-agent-platform/models/retry-strategy";
pub(crate) const PROVISIONED: &str =
    "https://docs.cloud.google.com/gemini-enterprise-agent-platform/models/provisioned-throughput";
pub(crate) const CLOUD_AUTH: &str = "https://cloud.google.com/docs/authentication";
pub(crate) const CLOUD_API_KEYS: &str = "https://cloud.google.com/docs/authentication/api-keys";
pub(crate) const ENABLE_API: &str = "https://cloud.google.com/service-usage/docs/enable-disable";
pub(crate) const CLOUD_QUOTAS: &str = "https://cloud.google.com/docs/quotas/overview";
pub(crate) const CLOUD_BILLING: &str = "https://cloud.google.com/billing/docs/how-to/modify-project";
pub(crate) const IAM: &str = "https://cloud.google.com/iam/docs/troubleshooting-access";
pub(crate) const SUSPENSION: &str =
    "https://cloud.google.com/resource-manager/docs/project-suspension-guidelines";
pub(crate) const MODEL_ARMOR: &str =
    "https://cloud.google.com/security-command-center/docs/model-armor-overview";
pub(crate) const CODE_ASSIST: &str = "https://docs.cloud.google.com/gemini/docs/quotas";
pub(crate) const SERVICE_CONTROLS: &str =
    "https://cloud.google.com/vpc-service-controls/docs/troubleshooting";

pub(crate) const STATUS_DEVELOPER: &str = "https://aistudio.google.com/status";
pub(crate) const STATUS_CLOUD: &str = "https://status.cloud.google.com";

/// How the pages of each service begin.
pub(crate) const OF_DEVELOPER: &str = "https://ai.google.dev/";
pub(crate) const OF_VERTEX: &str = "https://docs.cloud.google.com/gemini-enterprise-agent-platform/";
