//! How good estimates are, to keep over a restart.

use super::Estimates;
use crate::{Correction, SavedCorrection};

impl Estimates {
    /// As plain data; `None` where they are taken as they are.
    pub(crate) fn save(&self) -> Option<SavedCorrection> {
        (!self.are_exact()).then(|| self.correction.saved())
    }

    /// Goes on from what was kept; what was learned since is newer and stays.
    pub(crate) fn restore(&mut self, saved: Option<SavedCorrection>) {
        if let Some(saved) = saved
            && *self == Self::default()
        {
            self.correction = Correction::restore(&saved);
            self.exact = 0;
        }
    }
}
