//! The requests themselves.

use super::{
    Enum, Kind, Message, any, bytes, choice,
    config::{GENERATION_CONFIG, SAFETY_SETTING},
    content::CONTENT,
    field, flag, int, message, text,
    tools::{TOOL, TOOL_CONFIG},
};

/// §4.1. `continuation_token` stands at the top, as the SDKs of November 2026 send it.
pub(in crate::wire) static GENERATE_CONTENT: Message = Message::new(
    "GenerateContentRequest",
    &[
        message("contents", &CONTENT).many(),
        message("generation_config", &GENERATION_CONFIG),
        message("system_instruction", &CONTENT),
        message("safety_settings", &SAFETY_SETTING).many(),
        message("tools", &TOOL).many(),
        message("tool_config", &TOOL_CONFIG),
        text("cached_content"),
        bytes("continuation_token"),
        text("model"),
        choice("service_tier", &SERVICE_TIER).developer(),
        flag("store").developer(),
        field("labels", Kind::Labels).vertex(),
        field("model_armor_config", Kind::Struct).vertex(),
        field("output_config", Kind::Struct).vertex(),
    ],
);

static SERVICE_TIER: Enum = Enum::new("ServiceTier", &["UNSPECIFIED", "STANDARD", "FLEX", "PRIORITY"]);

/// §1.1: `contents` or `generate_content_request` on the Developer API.
pub(in crate::wire) static COUNT_TOKENS: Message = Message::new(
    "CountTokensRequest",
    &[
        message("contents", &CONTENT).many(),
        message("generate_content_request", &GENERATE_CONTENT).developer(),
        text("model"),
        any("instances").many().vertex(),
        message("system_instruction", &CONTENT).vertex(),
        message("tools", &TOOL).many().vertex(),
        message("generation_config", &GENERATION_CONFIG).vertex(),
    ],
);

/// §4.7.
pub(in crate::wire) static EMBED_CONTENT: Message = Message::new(
    "EmbedContentRequest",
    &[
        text("model"),
        message("content", &CONTENT),
        choice("task_type", &TASK_TYPE),
        text("title"),
        int("output_dimensionality"),
        flag("auto_truncate").vertex(),
        message("embed_content_config", &EMBED_CONTENT_CONFIG).vertex(),
    ],
);

static EMBED_CONTENT_CONFIG: Message = Message::new(
    "EmbedContentRequest.EmbedContentConfig",
    &[
        choice("task_type", &TASK_TYPE),
        text("title"),
        int("output_dimensionality"),
        flag("auto_truncate"),
        flag("document_ocr"),
        flag("audio_track_extraction"),
    ],
);

static TASK_TYPE: Enum = Enum::new(
    "TaskType",
    &[
        "TASK_TYPE_UNSPECIFIED",
        "RETRIEVAL_QUERY",
        "RETRIEVAL_DOCUMENT",
        "SEMANTIC_SIMILARITY",
        "CLASSIFICATION",
        "CLUSTERING",
        "QUESTION_ANSWERING",
        "FACT_VERIFICATION",
        "CODE_RETRIEVAL_QUERY",
    ],
)
.on_vertex("EmbedContentRequest.EmbeddingTaskType");

/// §4.7; on Vertex, as the SDKs of November 2026 send it.
pub(in crate::wire) static BATCH_EMBED_CONTENTS: Message = Message::new(
    "BatchEmbedContentsRequest",
    &[text("model"), message("requests", &EMBED_CONTENT).many()],
);

/// Vertex's older way to embed. What instances and parameters hold is the model's affair.
pub(in crate::wire) static PREDICT: Message = Message::new(
    "PredictRequest",
    &[
        any("instances").many(),
        any("parameters"),
        field("labels", Kind::Labels),
    ],
);
