//! How to generate, and what to block.

use super::{
    Enum, Kind, Message, any, bytes, choice, content::SCHEMA, field, flag, float, int, message, text,
};

pub(super) static GENERATION_CONFIG: Message = Message::new(
    "GenerationConfig",
    &[
        float("temperature"),
        int("max_output_tokens"),
        float("top_p"),
        int("top_k").developer(),
        float("top_k").vertex(),
        text("response_mime_type"),
        message("response_schema", &SCHEMA),
        any("response_json_schema").alias("_responseJsonSchema"),
        message("thinking_config", &THINKING_CONFIG),
        int("candidate_count"),
        text("stop_sequences").many(),
        int("seed"),
        float("presence_penalty"),
        float("frequency_penalty"),
        flag("response_logprobs"),
        int("logprobs"),
        choice("response_modalities", &MODALITY).many(),
        message("speech_config", &SPEECH_CONFIG),
        message("image_config", &IMAGE_CONFIG),
        choice("media_resolution", &MEDIA_RESOLUTION),
        // What these two hold is not looked at.
        field("response_format", Kind::Struct).many(),
        field("audio_transcription_config", Kind::Struct),
        flag("enable_enhanced_civic_answers").developer(),
        flag("audio_timestamp").vertex(),
        flag("enable_affective_dialog").vertex(),
        field("routing_config", Kind::Struct).vertex(),
        field("model_config", Kind::Struct).vertex(),
        field("translation_config", Kind::Struct).vertex(),
    ],
);

static THINKING_CONFIG: Message = Message::new(
    "ThinkingConfig",
    &[
        flag("include_thoughts"),
        int("thinking_budget"),
        choice("thinking_level", &THINKING_LEVEL),
    ],
)
.on_vertex("GenerationConfig.ThinkingConfig");

/// The number of `XHIGH` is not known.
static THINKING_LEVEL: Enum = Enum::new(
    "ThinkingConfig.ThinkingLevel",
    &[
        "THINKING_LEVEL_UNSPECIFIED",
        "LOW",
        "MEDIUM",
        "HIGH",
        "MINIMAL",
        "XHIGH",
    ],
)
.on_vertex("GenerationConfig.ThinkingConfig.ThinkingLevel");

static MODALITY: Enum = Enum::new(
    "GenerationConfig.Modality",
    &["MODALITY_UNSPECIFIED", "TEXT", "IMAGE", "AUDIO", "VIDEO"],
);

static MEDIA_RESOLUTION: Enum = Enum::new(
    "GenerationConfig.MediaResolution",
    &[
        "MEDIA_RESOLUTION_UNSPECIFIED",
        "MEDIA_RESOLUTION_LOW",
        "MEDIA_RESOLUTION_MEDIUM",
        "MEDIA_RESOLUTION_HIGH",
    ],
);

static SPEECH_CONFIG: Message = Message::new(
    "SpeechConfig",
    &[
        message("voice_config", &VOICE_CONFIG),
        message("multi_speaker_voice_config", &MULTI_SPEAKER_VOICE_CONFIG),
        text("language_code"),
    ],
);

static VOICE_CONFIG: Message = Message::new(
    "VoiceConfig",
    &[
        message("prebuilt_voice_config", &PREBUILT_VOICE_CONFIG).one_of("voice_config"),
        message("replicated_voice_config", &REPLICATED_VOICE_CONFIG).one_of("voice_config"),
        text("voice"),
    ],
);

static PREBUILT_VOICE_CONFIG: Message = Message::new("PrebuiltVoiceConfig", &[text("voice_name")]);

static REPLICATED_VOICE_CONFIG: Message = Message::new(
    "ReplicatedVoiceConfig",
    &[
        text("mime_type"),
        bytes("voice_sample_audio"),
        bytes("consent_audio"),
    ],
);

static MULTI_SPEAKER_VOICE_CONFIG: Message = Message::new(
    "MultiSpeakerVoiceConfig",
    &[message("speaker_voice_configs", &SPEAKER_VOICE_CONFIG).many()],
);

static SPEAKER_VOICE_CONFIG: Message = Message::new(
    "SpeakerVoiceConfig",
    &[text("speaker"), message("voice_config", &VOICE_CONFIG)],
);

static IMAGE_CONFIG: Message = Message::new(
    "ImageConfig",
    &[
        text("aspect_ratio"),
        text("image_size"),
        choice("person_generation", &PERSON_GENERATION).vertex(),
        choice("prominent_people", &PROMINENT_PEOPLE).vertex(),
        message("image_output_options", &IMAGE_OUTPUT_OPTIONS).vertex(),
    ],
);

static PERSON_GENERATION: Enum = Enum::new(
    "ImageConfig.PersonGeneration",
    &[
        "PERSON_GENERATION_UNSPECIFIED",
        "ALLOW_ALL",
        "ALLOW_ADULT",
        "ALLOW_NONE",
    ],
);

static PROMINENT_PEOPLE: Enum = Enum::new(
    "ImageConfig.ProminentPeople",
    &[
        "PROMINENT_PEOPLE_UNSPECIFIED",
        "ALLOW_PROMINENT_PEOPLE",
        "BLOCK_PROMINENT_PEOPLE",
    ],
);

static IMAGE_OUTPUT_OPTIONS: Message = Message::new(
    "ImageConfig.ImageOutputOptions",
    &[text("mime_type"), int("compression_quality")],
);

pub(super) static SAFETY_SETTING: Message = Message::new(
    "SafetySetting",
    &[
        choice("category", &HARM_CATEGORY),
        choice("threshold", &THRESHOLD),
        choice("method", &METHOD).vertex(),
    ],
);

/// In the Developer API's order; Vertex numbers them otherwise, and has none of the second to seventh.
static HARM_CATEGORY: Enum = Enum::new(
    "HarmCategory",
    &[
        "HARM_CATEGORY_UNSPECIFIED",
        "HARM_CATEGORY_DEROGATORY",
        "HARM_CATEGORY_TOXICITY",
        "HARM_CATEGORY_VIOLENCE",
        "HARM_CATEGORY_SEXUAL",
        "HARM_CATEGORY_MEDICAL",
        "HARM_CATEGORY_DANGEROUS",
        "HARM_CATEGORY_HARASSMENT",
        "HARM_CATEGORY_HATE_SPEECH",
        "HARM_CATEGORY_SEXUALLY_EXPLICIT",
        "HARM_CATEGORY_DANGEROUS_CONTENT",
        "HARM_CATEGORY_CIVIC_INTEGRITY",
        "HARM_CATEGORY_IMAGE_HATE",
        "HARM_CATEGORY_IMAGE_DANGEROUS_CONTENT",
        "HARM_CATEGORY_IMAGE_HARASSMENT",
        "HARM_CATEGORY_IMAGE_SEXUALLY_EXPLICIT",
        "HARM_CATEGORY_JAILBREAK",
    ],
);

static THRESHOLD: Enum = Enum::new(
    "SafetySetting.HarmBlockThreshold",
    &[
        "HARM_BLOCK_THRESHOLD_UNSPECIFIED",
        "BLOCK_LOW_AND_ABOVE",
        "BLOCK_MEDIUM_AND_ABOVE",
        "BLOCK_ONLY_HIGH",
        "BLOCK_NONE",
        "OFF",
    ],
);

static METHOD: Enum = Enum::new(
    "SafetySetting.HarmBlockMethod",
    &["HARM_BLOCK_METHOD_UNSPECIFIED", "SEVERITY", "PROBABILITY"],
);
