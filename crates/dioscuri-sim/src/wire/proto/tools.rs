//! Tools and how to call them.

use super::{
    Enum, Kind, Message, any, choice, content::SCHEMA, double, field, flag, float, int, message, text,
};

pub(super) static TOOL: Message = Message::new(
    "Tool",
    &[
        message("function_declarations", &FUNCTION_DECLARATION).many(),
        message("google_search", &GOOGLE_SEARCH),
        message("google_search_retrieval", &GOOGLE_SEARCH_RETRIEVAL),
        message("code_execution", &CODE_EXECUTION),
        message("computer_use", &COMPUTER_USE),
        message("url_context", &URL_CONTEXT),
        message("google_maps", &GOOGLE_MAPS),
        message("file_search", &FILE_SEARCH).developer(),
        // Sent by the SDKs of November 2026.
        field("mcp_servers", Kind::Struct).many(),
        // What these hold is not looked at.
        field("retrieval", Kind::Struct).vertex(),
        field("enterprise_web_search", Kind::Struct).vertex(),
        field("parallel_ai_search", Kind::Struct).vertex(),
        field("exa_ai_search", Kind::Struct).vertex(),
    ],
);

static FUNCTION_DECLARATION: Message = Message::new(
    "FunctionDeclaration",
    &[
        text("name"),
        text("description"),
        message("parameters", &SCHEMA),
        any("parameters_json_schema"),
        message("response", &SCHEMA),
        any("response_json_schema"),
        choice("behavior", &BEHAVIOR),
    ],
);

static BEHAVIOR: Enum = Enum::new(
    "FunctionDeclaration.Behavior",
    &["UNSPECIFIED", "BLOCKING", "NON_BLOCKING"],
);

static GOOGLE_SEARCH: Message = Message::new(
    "Tool.GoogleSearch",
    &[
        message("time_range_filter", &INTERVAL).developer(),
        field("search_types", Kind::Struct),
        text("exclude_domains").many().vertex(),
        choice("blocking_confidence", &BLOCKING_CONFIDENCE).vertex(),
    ],
);

/// Of another package, as [`LAT_LNG`] is: a wrong value in its place names it wrongly.
static INTERVAL: Message = Message::new(
    "Interval",
    &[
        field("start_time", Kind::Timestamp),
        field("end_time", Kind::Timestamp),
    ],
);

static BLOCKING_CONFIDENCE: Enum = Enum::new(
    "Tool.PhishBlockThreshold",
    &[
        "PHISH_BLOCK_THRESHOLD_UNSPECIFIED",
        "BLOCK_LOW_AND_ABOVE",
        "BLOCK_MEDIUM_AND_ABOVE",
        "BLOCK_HIGH_AND_ABOVE",
        "BLOCK_HIGHER_AND_ABOVE",
        "BLOCK_VERY_HIGH_AND_ABOVE",
        "BLOCK_ONLY_EXTREMELY_HIGH",
    ],
);

static GOOGLE_SEARCH_RETRIEVAL: Message = Message::new(
    "GoogleSearchRetrieval",
    &[message("dynamic_retrieval_config", &DYNAMIC_RETRIEVAL_CONFIG)],
);

static DYNAMIC_RETRIEVAL_CONFIG: Message = Message::new(
    "DynamicRetrievalConfig",
    &[
        choice("mode", &DYNAMIC_RETRIEVAL_MODE),
        float("dynamic_threshold"),
    ],
);

static DYNAMIC_RETRIEVAL_MODE: Enum = Enum::new(
    "DynamicRetrievalConfig.Mode",
    &["MODE_UNSPECIFIED", "MODE_DYNAMIC"],
);

static CODE_EXECUTION: Message = Message::new("CodeExecution", &[]).on_vertex("Tool.CodeExecution");

static COMPUTER_USE: Message = Message::new(
    "Tool.ComputerUse",
    &[
        choice("environment", &ENVIRONMENT),
        text("excluded_predefined_functions").many(),
        flag("enable_prompt_injection_detection"),
        text("disabled_safety_policies").many(),
    ],
);

static ENVIRONMENT: Enum = Enum::new(
    "Tool.ComputerUse.Environment",
    &[
        "ENVIRONMENT_UNSPECIFIED",
        "ENVIRONMENT_BROWSER",
        "ENVIRONMENT_MOBILE",
        "ENVIRONMENT_DESKTOP",
    ],
);

static URL_CONTEXT: Message = Message::new("UrlContext", &[]);

static GOOGLE_MAPS: Message = Message::new(
    "GoogleMaps",
    &[
        flag("enable_widget"),
        field("grounding_types", Kind::Struct),
        field("auth_config", Kind::Struct).vertex(),
    ],
);

static FILE_SEARCH: Message = Message::new(
    "FileSearch",
    &[
        text("file_search_store_names").many(),
        int("top_k"),
        text("metadata_filter"),
    ],
);

pub(super) static TOOL_CONFIG: Message = Message::new(
    "ToolConfig",
    &[
        message("function_calling_config", &FUNCTION_CALLING_CONFIG),
        message("retrieval_config", &RETRIEVAL_CONFIG),
        flag("include_server_side_tool_invocations").developer(),
    ],
);

static FUNCTION_CALLING_CONFIG: Message = Message::new(
    "FunctionCallingConfig",
    &[
        choice("mode", &CALLING_MODE),
        text("allowed_function_names").many(),
        flag("stream_function_call_arguments").vertex(),
    ],
);

static CALLING_MODE: Enum = Enum::new(
    "FunctionCallingConfig.Mode",
    &["MODE_UNSPECIFIED", "AUTO", "ANY", "NONE", "VALIDATED"],
);

static RETRIEVAL_CONFIG: Message = Message::new(
    "RetrievalConfig",
    &[message("lat_lng", &LAT_LNG), text("language_code")],
);

static LAT_LNG: Message = Message::new("LatLng", &[double("latitude"), double("longitude")]);
