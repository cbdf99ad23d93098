//! What the numbers of endpoints and credentials stand for.

use crate::{Address, Credential};
use dioscuri_vocab::{CredentialId, EndpointId};

/// What the numbers of endpoints and credentials stand for.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    endpoints: Vec<Address>,
    credentials: Vec<Credential>,
}

impl Directory {
    /// An empty directory.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an endpoint; its number is the count of those before it.
    pub fn add_endpoint(&mut self, address: Address) -> EndpointId {
        self.endpoints.push(address);
        EndpointId(last(&self.endpoints))
    }

    /// Adds a credential; its number is the count of those before it.
    pub fn add_credential(&mut self, credential: Credential) -> CredentialId {
        self.credentials.push(credential);
        CredentialId(last(&self.credentials))
    }

    /// The address of an endpoint.
    #[must_use]
    pub fn address(&self, endpoint: EndpointId) -> Option<&Address> {
        self.endpoints.get(endpoint.0 as usize)
    }

    /// A credential.
    #[must_use]
    pub fn credential(&self, credential: CredentialId) -> Option<&Credential> {
        self.credentials.get(credential.0 as usize)
    }
}

/// The number of the last of `all`; nobody has four billion of anything here.
fn last<T>(all: &[T]) -> u32 {
    u32::try_from(all.len() - 1).unwrap_or(u32::MAX)
}
