//! The lists of revocations that are in force: that of a file, and that of an endpoint.

use std::sync::Arc;

use super::{Issued, Revocations, RevocationsFile, WatchedRevocations};
use crate::remote::{Awaited, Endpoint, Settings};

/// Where lists come from.
#[derive(Default)]
pub(crate) struct RevocationSources {
    pub(crate) file: Option<RevocationsFile>,
    pub(crate) endpoint: Option<Settings>,
}

impl RevocationSources {
    /// What there is, for the log, behind a description of something else; empty where there is nothing.
    pub(crate) fn describe(&self) -> String {
        let file = self.file.as_ref().map(|file| {
            let count = file.revocations.len();
            format!("; {count} revocation(s) in `revocations_file`")
        });
        let endpoint = self.endpoint.as_ref().map(|settings| {
            let origin = settings.origin();
            format!("; a list of revocations will come from {origin}")
        });
        file.into_iter().chain(endpoint).collect()
    }
}

/// All lists, each with the thread that keeps it current.
pub(crate) struct RevocationLists {
    file: Option<WatchedRevocations>,
    endpoint: Option<Arc<Endpoint<Revocations>>>,
    /// What an endpoint before this one has brought. Until this one has brought a list, what was revoked stays so.
    earlier: Option<Arc<Revocations>>,
}

/// What the lists say of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    Good,
    Revoked,
    /// No list that is there revokes it, and one is yet to come.
    Unknown,
}

impl RevocationLists {
    /// The lists of these sources, in the place of those before; none: there are no sources.
    pub(crate) fn of(
        file: Option<WatchedRevocations>,
        endpoint: Option<Arc<Endpoint<Revocations>>>,
        before: Option<&Self>,
    ) -> Option<Self> {
        let earlier = before.and_then(Self::fetched);
        (file.is_some() || endpoint.is_some()).then_some(Self {
            file,
            endpoint,
            earlier,
        })
    }

    /// The list that was fetched last, from whichever endpoint.
    fn fetched(&self) -> Option<Arc<Revocations>> {
        let endpoint = self.endpoint.as_ref()?;
        endpoint.content().clone().or_else(|| self.earlier.clone())
    }

    pub(crate) fn endpoint(&self) -> Option<&Arc<Endpoint<Revocations>>> {
        self.endpoint.as_ref()
    }

    /// How many revocations of each kind each option has brought.
    pub(crate) fn counts(&self) -> Vec<(&'static str, &'static str, usize)> {
        let mut counts = Vec::new();
        if let Some(file) = &self.file {
            let kinds = file.now().counts();
            counts.extend(kinds.into_iter().map(|(kind, count)| ("file", kind, count)));
        }
        if let Some(endpoint) = &self.endpoint {
            let none = Revocations::default();
            let list = endpoint.content();
            let kinds = list.as_deref().unwrap_or(&none).counts();
            counts.extend(
                kinds
                    .into_iter()
                    .map(|(kind, count)| ("endpoint", kind, count)),
            );
        }
        counts
    }

    /// The endpoint, for who waits for it.
    pub(crate) fn awaited(&self) -> Option<&dyn Awaited> {
        let endpoint = self.endpoint.as_deref()?;
        Some(endpoint)
    }

    /// What they say now of a token that was verified by a key of this `kid`. Each list is loaded once: one that
    /// comes meanwhile must not make a token good that it was not asked about.
    pub(crate) fn standing(&self, token: &Issued<'_>, kid: Option<&str>) -> Standing {
        if let Some(file) = &self.file
            && file.now().revoke(token, kid)
        {
            return Standing::Revoked;
        }
        let Some(endpoint) = &self.endpoint else {
            return Standing::Good;
        };
        match &*endpoint.content() {
            None if (self.earlier.as_ref()).is_some_and(|list| list.revoke(token, kid)) => {
                Standing::Revoked
            }
            None => Standing::Unknown,
            Some(list) if list.revoke(token, kid) => Standing::Revoked,
            Some(_) => Standing::Good,
        }
    }

    /// Has a list that is yet to come asked for again soon.
    #[cold]
    pub(crate) fn request(&self) {
        if let Some(endpoint) = &self.endpoint {
            endpoint.request_refresh();
        }
    }

    /// Ends the threads that `after` has not taken over.
    pub(crate) fn stop(&self, after: Option<&Self>) {
        if let Some(file) = &self.file {
            file.stop();
        }
        let after = after.and_then(Self::endpoint);
        if let Some(endpoint) = &self.endpoint
            && !after.is_some_and(|after| Arc::ptr_eq(endpoint, after))
        {
            endpoint.stop();
        }
    }
}
