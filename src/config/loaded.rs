//! What was loaded, for the log: a line for each option that names keys.

use std::fmt;
use std::sync::Arc;

use super::{IssuerConfig, IssuersConfig};
use crate::algorithm::Algorithm;
use crate::host::quote::quoted;
use crate::keys::Key;

/// An option that names keys, and the keys that it has brought.
pub(crate) struct KeySource {
    /// Its whole name, such as `issuers[2].jwks_file`.
    pub(super) option: String,
    /// The same for the statistics: its own name, and one for both names of `public_key`.
    pub(super) source: &'static str,
    /// The path of the file that holds the keys, if the option does not hold them itself.
    pub(super) file: Option<String>,
    pub(super) keys: Vec<Arc<Key>>,
}

/// So many keys are named by their `kid`.
const NAMED: usize = 5;

impl fmt::Display for KeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "loaded {}", quoted(&self.option))?;
        if let Some(file) = &self.file {
            write!(f, " from {}", quoted(file))?;
        }
        let number = self.keys.len();
        write!(f, ": {number} key(s) for ")?;
        let is_served = |algorithm: &Algorithm| self.keys.iter().any(|key| key.serves(*algorithm));
        for (index, algorithm) in Algorithm::ALL.into_iter().filter(is_served).enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            write!(f, "{separator}{algorithm}")?;
        }
        let kids = || {
            self.keys
                .iter()
                .filter_map(|key| key.identity.kid.as_deref())
        };
        for (index, kid) in kids().take(NAMED).enumerate() {
            let separator = if index == 0 { "; `kid`" } else { "," };
            write!(f, "{separator} {}", quoted(kid))?;
        }
        match kids().count().saturating_sub(NAMED) {
            0 => {}
            more => write!(f, " and {more} more")?,
        }
        match number.saturating_sub(kids().count()) {
            // All are without one where none was named.
            without if without > 0 && without < number => {
                write!(f, "; {without} without `kid`")
            }
            _ => Ok(()),
        }
    }
}

impl IssuersConfig {
    /// What each option that names keys has brought, or where its keys will come from.
    pub(crate) fn loaded(&self) -> Vec<String> {
        let lines = self.in_order().into_iter().flat_map(|issuer| {
            let local = issuer.sources.iter().map(KeySource::to_string);
            local.chain(issuer.to_be_fetched())
        });
        lines.collect()
    }
}

impl IssuerConfig {
    fn to_be_fetched(&self) -> Option<String> {
        let settings = self.keys.endpoint.as_ref()?;
        let (option, origin) = (settings.option(), settings.origin());
        Some(format!("fetching {} from {origin}", quoted(option)))
    }
}
