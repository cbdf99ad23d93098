//! What each part of a prompt costs, by the published rules.

use super::measure::{Measure, Resolution};

/// Tokens of `prompt` on `model` by the published rules, without a margin.
///
/// Source: [tokens](https://ai.google.dev/gemini-api/docs/tokens) and
/// [media resolution](https://ai.google.dev/gemini-api/docs/media-resolution), read in September 2026.
pub(super) fn by_rule(model: &str, prompt: &Measure) -> f64 {
    let media = Media::of(model, prompt.resolution);
    // "A token is equivalent to about 4 characters" holds for Latin script. A CJK character takes 1 / 1.3
    // of a token and other scripts lie between: ours, to be corrected by what answers report. JSON has more
    // punctuation than prose: a token for every 3 characters. Audio has 32 a second. What a turn costs is
    // not published; the markers of its role and its end are four in open models.
    let parts = [
        (prompt.latin, 1.0 / 4.0),
        (prompt.dense, 1.0 / 1.3),
        (prompt.other, 1.0 / 2.0),
        (prompt.audio_seconds, 32.0),
        (prompt.video_seconds, media.second),
        (prompt.pdf_pages, media.page),
        (prompt.turns, 4.0),
        (prompt.tool_chars, 1.0 / 3.0),
        media.images(prompt),
    ];
    #[expect(clippy::cast_precision_loss, reason = "counts of a prompt are far below 2^52")]
    let tokens = parts.iter().map(|&(count, each)| count as f64 * each).sum();
    tokens
}

/// Tokens of one image, one second of video and one page.
struct Media {
    image: Image,
    second: f64,
    page: f64,
}

enum Image {
    /// Each costs the same.
    Whole(f64),
    /// Each square of 768 pixels costs this.
    Squares(f64),
}

impl Media {
    fn of(model: &str, resolution: Resolution) -> Self {
        let (image, second, page) = match (is_second_generation(model), resolution) {
            (true, Resolution::Low) => (Image::Whole(64.0), 100.0, 258.0),
            (true, Resolution::Medium) => (Image::Whole(256.0), 263.0, 258.0),
            (true, _) => (Image::Squares(258.0), 263.0, 258.0),
            (false, Resolution::Low) => (Image::Whole(280.0), 102.0, 280.0),
            (false, Resolution::Medium) => (Image::Whole(560.0), 102.0, 560.0),
            (false, Resolution::High) => (Image::Whole(1_120.0), 312.0, 1_120.0),
            (false, Resolution::UltraHigh) => (Image::Whole(2_240.0), 312.0, 1_120.0),
            // An image is looked at closely by default, a page less so, and video has "about 300 a second".
            (false, Resolution::Unspecified) => (Image::Whole(1_120.0), 300.0, 560.0),
        };
        Self { image, second, page }
    }

    fn images(&self, prompt: &Measure) -> (u64, f64) {
        match self.image {
            Image::Whole(each) => (prompt.images, each),
            Image::Squares(each) if prompt.tiles > 0 => (prompt.tiles, each),
            Image::Squares(each) => (prompt.images.saturating_mul(USUAL_TILES), each),
        }
    }
}

/// Gemini 1 and 2 cut images into squares; later ones do not.
fn is_second_generation(model: &str) -> bool {
    let name = model.rsplit('/').next().unwrap_or(model);
    name.starts_with("gemini-1") || name.starts_with("gemini-2")
}

/// Squares of an image of unknown size: a square of 1,536 pixels has four.
const USUAL_TILES: u64 = 4;
