//! Failures as the Gemini API words them.

use crate::ClassifyLayer;
use dioscuri_errors::{Classify, Taxonomy};
use dioscuri_http::Reader;

impl ClassifyLayer {
    /// Failures are read as the Gemini API words them, by [`Taxonomy`].
    #[must_use]
    pub fn gemini() -> Self {
        Self::by(Taxonomy::new())
    }

    /// Failures are read by `classify`.
    pub fn by(classify: impl Classify + 'static) -> Self {
        Self::new(Reader(classify))
    }
}
