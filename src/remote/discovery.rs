//! Discovery documents, which say where an issuer's key set is (`OpenID` Connect Discovery 1.0 sections
//! 3 and 4, RFC 8414).

use super::failure::Failure;
use super::url::Url;
use crate::host::quote::quoted;
use crate::json::{Json, Object};

/// What is appended to an issuer (`OpenID` Connect Discovery 1.0 section 4).
const WELL_KNOWN: &str = ".well-known/openid-configuration";

/// What to do with a discovery document: a JSON object with `jwks_uri` and without `keys`. One is followed
/// to its `jwks_uri`, as one of the redirects.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Discovery {
    /// The answer may be one. If an issuer is given, the document's `issuer` must be exactly this.
    Allowed(Option<String>),
    /// The answer must be one, and its `issuer` must be exactly this. The URL is that of [`discovery_url`].
    Required(String),
}

/// The URL of an issuer's discovery document: `{issuer}/.well-known/openid-configuration`, a final `/` of
/// the issuer not doubled.
///
/// # Errors
///
/// Why the issuer has none, without quoting it.
pub(crate) fn discovery_url(issuer: &str) -> Result<Url, &'static str> {
    if issuer.contains(['?', '#']) {
        return Err("a URL with a query or a fragment");
    }
    let issuer = issuer.strip_suffix('/').unwrap_or(issuer);
    Url::parse(issuer)?;
    Url::parse(&format!("{issuer}/{WELL_KNOWN}"))
}

impl Discovery {
    /// Whether what is wanted cannot come before a document has been read.
    pub(super) fn is_required(&self) -> bool {
        matches!(self, Self::Required(_))
    }

    /// Where an answer leads, if it is a document; none: it is what is wanted.
    pub(super) fn follow(&self, body: &[u8]) -> Result<Option<Url>, Failure> {
        let issuer = match self {
            Self::Allowed(issuer) => issuer.as_ref(),
            Self::Required(issuer) => Some(issuer),
        };
        match document(body) {
            Ok(document) => target(&document, issuer.map(String::as_str)).map(Some),
            Err(problem) if self.is_required() => Err(Failure::new(format!(
                "the answer is no discovery document: {problem}"
            ))),
            Err(_) => Ok(None),
        }
    }
}

fn document(body: &[u8]) -> Result<Object<'_>, &'static str> {
    let text = std::str::from_utf8(body).map_err(|_| "not UTF-8")?;
    match Json::parse(text).map_err(|error| error.defect())? {
        Json::Object(members)
            if members.get("jwks_uri").is_some() && members.get("keys").is_none() =>
        {
            Ok(members)
        }
        _ => Err("expected an object with `jwks_uri` and without `keys`"),
    }
}

fn target(document: &Object<'_>, expected: Option<&str>) -> Result<Url, Failure> {
    let text = |member| document.get(member).and_then(Json::as_str);
    if let Some(expected) = expected
        && text("issuer") != Some(expected)
    {
        return Err(Failure::new(match text("issuer") {
            Some(found) => format!(
                "the discovery document is that of another issuer: {}",
                quoted(found)
            ),
            None => "the discovery document names no `issuer`".to_owned(),
        }));
    }
    let url = text("jwks_uri").and_then(|uri| Url::parse(uri).ok());
    url.ok_or_else(|| {
        Failure::new("the `jwks_uri` of the discovery document is no http or https URL")
    })
}

#[cfg(test)]
#[path = "discovery_tests.rs"]
mod tests;
