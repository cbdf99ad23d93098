//! What a prompt holds, as far as it costs tokens.

/// What a prompt holds, as far as it costs tokens: counts only, nothing of its content.
///
/// ```
/// use dioscuri_budget::Measure;
///
/// let mut prompt = Measure::default();
/// prompt.text("What is the highest mountain in Africa? 非洲最高的山是哪座?");
/// prompt.images = 1;
/// assert_eq!((prompt.latin, prompt.dense), (41, 9));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Measure {
    /// Characters of ASCII and the Latin scripts.
    pub latin: u64,
    /// Characters of Chinese, Japanese and Korean, and emoji: about a token each.
    pub dense: u64,
    /// Characters of all other scripts.
    pub other: u64,
    /// Images.
    pub images: u64,
    /// Squares of 768 pixels that the images are cut into, as far as their sizes are known, for models that
    /// count them; 0 where none is known.
    pub tiles: u64,
    /// Seconds of audio.
    pub audio_seconds: u64,
    /// Seconds of video, its sound included.
    pub video_seconds: u64,
    /// Pages of PDF.
    pub pdf_pages: u64,
    /// Turns of the conversation, the system instruction included.
    pub turns: u64,
    /// Characters of the JSON of tool declarations and response schemas.
    pub tool_chars: u64,
    /// How closely images, video and pages are looked at (`mediaResolution`).
    pub resolution: Resolution,
}

/// How closely a model looks at media (`mediaResolution`).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[non_exhaustive]
pub enum Resolution {
    /// Not stated: the model's default.
    #[default]
    Unspecified,
    /// `MEDIA_RESOLUTION_LOW`.
    Low,
    /// `MEDIA_RESOLUTION_MEDIUM`.
    Medium,
    /// `MEDIA_RESOLUTION_HIGH`.
    High,
    /// `MEDIA_RESOLUTION_ULTRA_HIGH`.
    UltraHigh,
}

impl Measure {
    /// Adds the characters of `text`, by script.
    pub fn text(&mut self, text: &str) {
        // Most text begins with ASCII and has long runs of it: those are counted at once.
        let mut rest = text;
        while !rest.is_empty() {
            let run = rest.bytes().position(|byte| !byte.is_ascii());
            let (ascii, other) = rest.split_at(run.unwrap_or(rest.len()));
            self.latin += ascii.len() as u64;
            let end = other.bytes().position(|byte| byte.is_ascii());
            let (foreign, more) = other.split_at(end.unwrap_or(other.len()));
            self.foreign(foreign);
            rest = more;
        }
    }

    fn foreign(&mut self, text: &str) {
        for char in text.chars() {
            match char {
                '\0'..='\u{24F}' | '\u{2000}'..='\u{206F}' => self.latin += 1,
                '\u{1100}'..='\u{11FF}'
                | '\u{2E80}'..='\u{A4CF}'
                | '\u{AC00}'..='\u{D7FF}'
                | '\u{F900}'..='\u{FAFF}'
                | '\u{FF00}'..='\u{FFEF}'
                | '\u{1F000}'.. => self.dense += 1,
                _ => self.other += 1,
            }
        }
    }

    /// Adds an image of `width` × `height` pixels.
    ///
    /// Up to 384 pixels on both sides it is one square, else one for every 768 pixels begun on each side.
    pub fn image(&mut self, width: u32, height: u32) {
        self.images += 1;
        self.tiles += if width.max(height) <= SMALL {
            1
        } else {
            u64::from(width.div_ceil(TILE).max(1)) * u64::from(height.div_ceil(TILE).max(1))
        };
    }
}

/// The longest side of an image that is one square, in pixels.
///
/// Source: [tokens](https://ai.google.dev/gemini-api/docs/tokens), read in September 2026.
const SMALL: u32 = 384;

/// The side of a square, in pixels. Source: as [`SMALL`].
const TILE: u32 = 768;
