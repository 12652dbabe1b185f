//! What the operator adds to each request.

use std::fmt;

use ureq::http::{HeaderName, HeaderValue, header};
use zeroize::Zeroizing;

/// The headers without which a request would not be one, or its answer not what is expected.
const OURS: [HeaderName; 10] = [
    header::ACCEPT_ENCODING,
    header::CONTENT_LENGTH,
    header::EXPECT,
    header::HOST,
    header::IF_MODIFIED_SINCE,
    header::IF_NONE_MATCH,
    header::PROXY_AUTHORIZATION,
    header::RANGE,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// Request headers. Their values may be secrets, so nothing shows them and they are wiped.
#[derive(Default, PartialEq, Eq)]
pub(crate) struct Headers(Vec<(HeaderName, Zeroizing<String>)>);

impl Headers {
    /// One more header.
    pub(crate) fn add(&mut self, name: &str, value: Zeroizing<String>) -> Result<(), &'static str> {
        let name: HeaderName = name.parse().map_err(|_| "not the name of a header")?;
        if OURS.contains(&name) {
            return Err("a header that the library sets or must not send");
        }
        if self.0.iter().any(|(known, _)| *known == name) {
            return Err("given twice; header names are the same in upper and lower case");
        }
        HeaderValue::from_str(&value).map_err(|_| "not the value of a header")?;
        self.0.push((name, value));
        Ok(())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&HeaderName, HeaderValue)> {
        let each = self.0.iter();
        each.filter_map(|(name, value)| Some((name, sensitive(value)?)))
    }
}

/// A value that `ureq` does not show.
pub(super) fn sensitive(value: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(value).ok()?;
    value.set_sensitive(true);
    Some(value)
}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.0.iter().map(|(name, _)| name))
            .finish()
    }
}
