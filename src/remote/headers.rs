//! What the operator adds to each request.

use std::fmt;

use ureq::http::{HeaderName, HeaderValue, header};
use zeroize::Zeroizing;

use super::bearer::{BearerTokenFile, sensitive};
use super::failure::Failure;

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
pub(crate) struct Headers {
    given: Vec<(HeaderName, Zeroizing<String>)>,
    bearer_token_file: Option<BearerTokenFile>,
}

impl Headers {
    /// One more header.
    pub(crate) fn add(&mut self, name: &str, value: Zeroizing<String>) -> Result<(), &'static str> {
        let name: HeaderName = name.parse().map_err(|_| "not the name of a header")?;
        if OURS.contains(&name) {
            return Err("a header that the library sets or must not send");
        }
        if self.given.iter().any(|(known, _)| *known == name) {
            return Err("given twice; header names are the same in upper and lower case");
        }
        HeaderValue::from_str(&value).map_err(|_| "not the value of a header")?;
        self.given.push((name, value));
        Ok(())
    }

    /// A token to be read from a file before each fetch, for the header `Authorization`.
    pub(crate) fn set_bearer_token_file(&mut self, path: String) -> Result<(), String> {
        if self
            .given
            .iter()
            .any(|(name, _)| name == header::AUTHORIZATION)
        {
            return Err("`headers` has `Authorization` as well; one is enough".to_owned());
        }
        self.bearer_token_file = Some(BearerTokenFile::new(path)?);
        Ok(())
    }

    /// What to send with one fetch. The error names the option.
    pub(super) fn read(&self) -> Result<Vec<(HeaderName, HeaderValue)>, Failure> {
        let given = self.given.iter().filter_map(|(name, value)| {
            let value = Zeroizing::new(value.as_bytes().to_vec());
            Some((name.clone(), sensitive(value)?))
        });
        let mut headers: Vec<_> = given.collect();
        if let Some(file) = &self.bearer_token_file {
            let token = file
                .read()
                .map_err(|problem| Failure::new(format!("`bearer_token_file`: {problem}")))?;
            headers.push((header::AUTHORIZATION, token));
        }
        Ok(headers)
    }
}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.given.iter().map(|(name, _)| name))
            .finish()
    }
}
