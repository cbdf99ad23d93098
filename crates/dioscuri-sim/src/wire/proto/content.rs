//! Contents, their parts, and schemas.

use super::{Enum, Kind, Message, any, bytes, choice, double, field, flag, int, long, message, text};

pub(super) static CONTENT: Message = Message::new("Content", &[message("parts", &PART).many(), text("role")]);

static PART: Message = Message::new(
    "Part",
    &[
        text("text").one_of("data"),
        message("inline_data", &BLOB).one_of("data"),
        message("file_data", &FILE_DATA).one_of("data"),
        message("function_call", &FUNCTION_CALL).one_of("data"),
        message("function_response", &FUNCTION_RESPONSE).one_of("data"),
        message("executable_code", &EXECUTABLE_CODE).one_of("data"),
        message("code_execution_result", &CODE_EXECUTION_RESULT).one_of("data"),
        message("tool_call", &TOOL_CALL).one_of("data").developer(),
        message("tool_response", &TOOL_RESPONSE)
            .one_of("data")
            .developer(),
        flag("thought"),
        bytes("thought_signature"),
        message("video_metadata", &VIDEO_METADATA),
        message("media_resolution", &MEDIA_RESOLUTION),
        field("part_metadata", Kind::Struct).developer(),
        choice("media_processing", &MEDIA_PROCESSING),
        // Sent by the SDKs of November 2026; what they hold is not looked at.
        field("audio_transcription", Kind::Struct),
        field("speech_metadata", Kind::Struct),
        field("document_metadata", Kind::Struct),
        field("spreadsheet_metadata", Kind::Struct),
        field("audio_metadata", Kind::Struct),
    ],
);

static BLOB: Message = Message::new(
    "Blob",
    &[text("mime_type"), bytes("data"), text("display_name").vertex()],
);

static FILE_DATA: Message = Message::new(
    "FileData",
    &[text("mime_type"), text("file_uri"), text("display_name").vertex()],
);

static FUNCTION_CALL: Message = Message::new(
    "FunctionCall",
    &[
        text("id"),
        text("name"),
        field("args", Kind::Struct),
        field("partial_args", Kind::Struct).many().vertex(),
        flag("will_continue").vertex(),
    ],
);

static FUNCTION_RESPONSE: Message = Message::new(
    "FunctionResponse",
    &[
        text("id"),
        text("name"),
        field("response", Kind::Struct),
        message("parts", &FUNCTION_RESPONSE_PART).many(),
        flag("will_continue").developer(),
        choice("scheduling", &SCHEDULING),
    ],
);

static FUNCTION_RESPONSE_PART: Message = Message::new(
    "FunctionResponsePart",
    &[
        message("inline_data", &BLOB).one_of("data"),
        message("file_data", &FILE_DATA).one_of("data").vertex(),
    ],
);

static SCHEDULING: Enum = Enum::new(
    "FunctionResponse.Scheduling",
    &["SCHEDULING_UNSPECIFIED", "SILENT", "WHEN_IDLE", "INTERRUPT"],
);

static EXECUTABLE_CODE: Message = Message::new(
    "ExecutableCode",
    &[text("id"), choice("language", &LANGUAGE), text("code")],
);

static LANGUAGE: Enum = Enum::new("ExecutableCode.Language", &["LANGUAGE_UNSPECIFIED", "PYTHON"]);

static CODE_EXECUTION_RESULT: Message = Message::new(
    "CodeExecutionResult",
    &[text("id"), choice("outcome", &OUTCOME), text("output")],
);

static OUTCOME: Enum = Enum::new(
    "CodeExecutionResult.Outcome",
    &[
        "OUTCOME_UNSPECIFIED",
        "OUTCOME_OK",
        "OUTCOME_FAILED",
        "OUTCOME_DEADLINE_EXCEEDED",
    ],
);

static TOOL_CALL: Message = Message::new(
    "ToolCall",
    &[
        text("id"),
        choice("tool_type", &TOOL_TYPE),
        field("args", Kind::Struct),
    ],
);

static TOOL_RESPONSE: Message = Message::new(
    "ToolResponse",
    &[
        text("id"),
        choice("tool_type", &TOOL_TYPE),
        field("response", Kind::Struct),
    ],
);

static TOOL_TYPE: Enum = Enum::new(
    "ToolType",
    &[
        "TOOL_TYPE_UNSPECIFIED",
        "GOOGLE_SEARCH_WEB",
        "GOOGLE_SEARCH_IMAGE",
        "URL_CONTEXT",
        "GOOGLE_MAPS",
        "FILE_SEARCH",
        "MEDIA_PROCESSING",
    ],
);

static VIDEO_METADATA: Message = Message::new(
    "VideoMetadata",
    &[
        field("start_offset", Kind::Duration),
        field("end_offset", Kind::Duration),
        double("fps"),
    ],
);

/// Captured: a text in its place is refused as a message, not as an enum.
static MEDIA_RESOLUTION: Message = Message::new(
    "MediaResolution",
    &[choice("level", &MEDIA_RESOLUTION_LEVEL), int("num_tokens")],
)
.on_vertex("Part.MediaResolution");

static MEDIA_RESOLUTION_LEVEL: Enum = Enum::new(
    "MediaResolution.Level",
    &[
        "MEDIA_RESOLUTION_UNSPECIFIED",
        "MEDIA_RESOLUTION_LOW",
        "MEDIA_RESOLUTION_MEDIUM",
        "MEDIA_RESOLUTION_HIGH",
        "MEDIA_RESOLUTION_ULTRA_HIGH",
    ],
)
.on_vertex("Part.MediaResolution.Level");

static MEDIA_PROCESSING: Enum = Enum::new(
    "Part.MediaProcessing",
    &["MEDIA_PROCESSING_UNSPECIFIED", "STATIC", "AGENTIC"],
);

/// `oneOf` and `allOf` are in no published proto; captured errors name them as fields.
pub(super) static SCHEMA: Message = Message::new(
    "Schema",
    &[
        choice("type", &TYPE),
        text("description"),
        field("properties", Kind::Map(&SCHEMA)),
        text("required").many(),
        text("enum").many(),
        message("items", &SCHEMA),
        text("format"),
        text("title"),
        flag("nullable"),
        long("min_items"),
        long("max_items"),
        long("min_properties"),
        long("max_properties"),
        double("minimum"),
        double("maximum"),
        long("min_length"),
        long("max_length"),
        text("pattern"),
        any("example"),
        message("any_of", &SCHEMA).many(),
        message("one_of", &SCHEMA).many(),
        message("all_of", &SCHEMA).many(),
        text("property_ordering").many(),
        any("default"),
        any("additional_properties").vertex(),
        text("ref").vertex(),
        field("defs", Kind::Map(&SCHEMA)).vertex(),
    ],
);

static TYPE: Enum = Enum::new(
    "Type",
    &[
        "TYPE_UNSPECIFIED",
        "STRING",
        "NUMBER",
        "INTEGER",
        "BOOLEAN",
        "ARRAY",
        "OBJECT",
        "NULL",
    ],
);
