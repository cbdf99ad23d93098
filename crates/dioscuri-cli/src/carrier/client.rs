//! The client as a carrier.

use super::{Carrier, NoAnswer, Reply, finish::is_cut_off};
use crate::{
    figures::seconds,
    output::{LineReceipt, compact},
    tally::Refusal,
};
use dioscuri::{Class, Client, Config, ConfigError, Request, Scope, WaitingFor};
use std::collections::HashSet;

/// Requests that one connection carries at once. The client has one HTTP/2 connection to each host, and Google's
/// servers let it have 100 streams, the least that RFC 9113, section 6.5.2, recommends.
const STREAMS: usize = 100;

/// Gemini over HTTP.
#[derive(Debug)]
pub(crate) struct Gemini {
    client: Client,
}

impl Gemini {
    /// A carrier for what `config` names.
    ///
    /// # Errors
    ///
    /// If the configuration is contradictory or TLS cannot be set up.
    pub(crate) fn new(config: Config) -> Result<Self, ConfigError> {
        let client = Client::new(config)?;
        Ok(Self { client })
    }

    /// The client itself.
    pub(crate) const fn client(&self) -> &Client {
        &self.client
    }

    fn reply(&self, outcome: Result<dioscuri::Answer, dioscuri::Error>) -> Reply {
        let (receipt, shed) = match &outcome {
            Ok(answer) => (answer.receipt().clone(), false),
            Err(error) => (error.receipt().clone(), error.is_shed()),
        };
        let result = match outcome {
            Ok(answer) => compact(answer.body()).ok_or_else(|| NoAnswer {
                class: "unknown".to_owned(),
                status: Some(200),
                message: "the answer is not JSON".to_owned(),
            }),
            Err(error) => Err(NoAnswer {
                class: error.class().name().to_owned(),
                status: error.status(),
                message: error.message().to_owned(),
            }),
        };
        Reply {
            cut_off: result.as_ref().is_ok_and(|response| is_cut_off(response)),
            result,
            waits: receipt.waits,
            shed,
            sent: receipt.tries.iter().filter(|one| one.sent).count() as u64,
            fallback: self.is_fallback(&receipt),
            refusals: receipt.tries.iter().filter_map(refusal).collect(),
            receipt: LineReceipt {
                model: receipt.model,
                endpoint: receipt.endpoint,
                attempts: receipt.attempts,
                waited_s: seconds(receipt.waited),
                rule: receipt.rule.map_or("not_sent", |rule| rule.name()).to_owned(),
            },
        }
    }

    /// Whether the endpoint asked last has another model than the first choice. The model that served may
    /// have another name all the same: an alias is served by what it stands for.
    fn is_fallback(&self, receipt: &dioscuri::Receipt) -> bool {
        let asked = receipt
            .endpoint
            .as_deref()
            .and_then(|place| place.rsplit('/').next());
        asked.is_some_and(|asked| {
            self.client
                .config()
                .models
                .first()
                .is_none_or(|first| first != asked)
        })
    }
}

/// Hosts that `config` may send to: a Vertex location has its own, all Developer projects share theirs.
fn hosts(config: &Config) -> usize {
    let mut hosts = HashSet::new();
    for project in &config.projects {
        let url = project.base_url.as_ref();
        let surface = url.is_none().then_some(project.surface);
        let locations = project.locations.iter();
        hosts.extend(locations.map(|location| (surface, url.unwrap_or(location))));
    }
    hosts.len()
}

fn refusal(one: &dioscuri::Try) -> Option<Refusal> {
    let class = one.class?;
    let place = match class.usual_scope() {
        Scope::Key => &one.credential,
        _ => &one.endpoint,
    };
    Some(Refusal {
        class: class.name().to_owned(),
        place: place.clone(),
        unreached: class == Class::Connection && !one.sent,
    })
}

impl Carrier for Gemini {
    async fn generate(&self, body: Vec<u8>) -> Reply {
        match Request::from_json(body) {
            Ok(request) => self.reply(self.client.generate(&request).await),
            Err(invalid) => Reply::unsent("invalid_request", &invalid),
        }
    }

    fn streams(&self) -> usize {
        hosts(self.client.config()) * STREAMS
    }

    fn waiting(&self) -> usize {
        self.client.waiting()
    }

    fn waiting_for(&self) -> Option<WaitingFor> {
        self.client.waiting_for()
    }

    fn in_flight(&self) -> usize {
        self.client.in_flight()
    }

    fn close(&self) {
        self.client.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dioscuri::Project;

    #[track_caller]
    fn check(projects: impl IntoIterator<Item = Project>, expected: usize) {
        assert_eq!(hosts(&Config::new(projects)), expected);
    }

    #[test]
    fn developer_projects_share_a_host() {
        check([Project::developer("castor"), Project::developer("pollux")], 1);
    }

    #[test]
    fn each_vertex_location_has_its_own() {
        let leda = Project::vertex("leda", ["global", "eu"]);
        check(
            [
                leda,
                Project::vertex("helena", ["eu"]),
                Project::developer("castor"),
            ],
            3,
        );
    }

    #[test]
    fn a_base_url_takes_the_place_of_all_locations() {
        check(
            [Project::vertex("leda", ["global", "eu"]).with_base_url("http://127.0.0.1:9")],
            1,
        );
    }
}
