//! The options about one endpoint, wherever in the configuration they are written.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use super::{FailCount, Interval, Ssl};

/// The options about one endpoint. Each part of the configuration that may have an endpoint has options
/// of these names, and takes them out of itself into this.
#[derive(Default)]
pub(crate) struct EndpointOptions {
    /// What is to be fetched; none: nothing, unless the URL comes from another option.
    pub(crate) url: Option<String>,
    pub(crate) refresh_interval: Option<Interval>,
    pub(crate) headers: Option<BTreeMap<String, Zeroizing<String>>>,
    pub(crate) ssl: Option<Ssl>,
    pub(crate) proxy: Option<Zeroizing<String>>,
    pub(crate) bearer_token_file: Option<String>,
    pub(crate) max_fail_count: Option<FailCount>,
}
