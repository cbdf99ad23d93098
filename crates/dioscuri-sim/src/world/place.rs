//! What a request asks for: which model, where.

use super::{World, access::Owner, ledger::Place, route::Target};
use crate::{
    scenario::{Method, ModelKind, ModelState},
    wire::refusal::{self, Refusal},
};

impl World {
    /// Whether there is such a model for its owner, and where it is counted.
    pub(super) fn place(&self, target: &Target<'_>, owner: Owner) -> Result<Place, Refusal> {
        let asked = self.model(target, owner)?;
        let locations = &self.scenario.projects[owner.project].locations;
        let location = locations.iter().position(|location| location == target.location);
        let model = &self.scenario.models[asked];
        let is_here =
            model.locations.is_empty() || model.locations.iter().any(|name| name == target.location);
        let is_for_it = match target.method {
            Method::Generate | Method::Stream => model.kind == ModelKind::Generate,
            Method::Embed | Method::BatchEmbed => model.kind == ModelKind::Embed,
            Method::Count | Method::Models => true,
        };
        let Some(location) = location.filter(|_| is_here && is_for_it) else {
            return Err(refusal::unknown_model(target));
        };
        Ok(Place {
            project: owner.project,
            location,
            model: self.serves[asked],
        })
    }

    /// The model that is asked for, by index, if it may be.
    pub(super) fn model(&self, target: &Target<'_>, owner: Owner) -> Result<usize, Refusal> {
        let scenario = &self.scenario;
        let asked = scenario.models.iter().position(|model| {
            model.name == target.model || model.aliases.iter().any(|alias| alias == target.model)
        });
        let asked = asked.ok_or_else(|| refusal::unknown_model(target))?;
        let model = &scenario.models[asked];
        let successor = model.served_by.as_deref();
        match model.state {
            ModelState::Retired => Err(refusal::retired_model(target, successor)),
            ModelState::ClosedToNewUsers if scenario.projects[owner.project].new_user => {
                Err(refusal::closed_to_new_users(target, successor))
            }
            ModelState::Active | ModelState::ClosedToNewUsers => Ok(asked),
        }
    }
}
