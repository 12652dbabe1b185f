//! Tokens that are no longer good, whatever they say themselves.

#[cfg(feature = "endpoint")]
mod fetched;
mod file;
mod lists;
mod watcher;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use serde::Deserialize;

use crate::host::quote::quoted;
use crate::json::Json;

pub(crate) use file::RevocationsFile;
pub(crate) use lists::{RevocationLists, RevocationSources, Standing};
pub(crate) use watcher::WatchedRevocations;

/// What a revocation can name of a token.
#[derive(Debug)]
pub(crate) struct Issued<'d> {
    /// The claim `jti`.
    pub(crate) id: Option<Cow<'d, str>>,
    /// The claim `sub`.
    pub(crate) subject: Option<Cow<'d, str>>,
    /// The claim `iss`.
    pub(crate) issuer: Option<Cow<'d, str>>,
    /// The second in which the token was issued, by the claim `iat`.
    pub(crate) at: Option<i64>,
}

/// The same, kept for as long as the client is connected, of whom there are many. A text is a part of the payload,
/// which the session keeps as well, unless it has an escape.
#[derive(Debug)]
pub(crate) struct KeptIssued {
    /// All texts, where one of them is no part of the payload.
    apart: Option<Box<str>>,
    /// Where each begins and ends, in these or in the payload; none: the token has no such claim.
    places: [Option<(u32, u32)>; 3],
    at: Option<i64>,
}

impl KeptIssued {
    /// Keeps what was read from this payload.
    pub(crate) fn new(issued: &Issued<'_>, payload: &[u8]) -> Self {
        let texts = [&issued.id, &issued.subject, &issued.issuer].map(Option::as_deref);
        let places = texts.map(|text| text.and_then(|text| place(text, payload)));
        let are_parts =
            (texts.iter().zip(&places)).all(|(text, place)| text.is_some() == place.is_some());
        if are_parts {
            return Self {
                apart: None,
                places,
                at: issued.at,
            };
        }
        let all = texts.map(Option::unwrap_or_default).concat();
        let mut end = 0;
        let places = texts.map(|text| {
            let start = end;
            // A payload is shorter than 4 GiB.
            end = u32::try_from(text?.len()).ok()?.checked_add(start)?;
            Some((start, end))
        });
        Self {
            apart: Some(all.into()),
            places,
            at: issued.at,
        }
    }

    /// What was kept of this payload.
    pub(crate) fn get<'a>(&'a self, payload: &'a [u8]) -> Issued<'a> {
        let texts = self.apart.as_deref().map_or(payload, str::as_bytes);
        let [id, subject, issuer] = self.places.map(|place| {
            let (start, end) = place?;
            let text = texts.get(start as usize..end as usize)?;
            std::str::from_utf8(text).ok().map(Cow::Borrowed)
        });
        Issued {
            id,
            subject,
            issuer,
            at: self.at,
        }
    }
}

/// Where a text that was read from a payload is in it; none: it is a copy.
fn place(text: &str, payload: &[u8]) -> Option<(u32, u32)> {
    let start = (text.as_ptr().addr()).checked_sub(payload.as_ptr().addr())?;
    let end = start.checked_add(text.len())?;
    let is_there = std::ptr::eq(payload.get(start..end)?, text.as_bytes());
    let place = (u32::try_from(start).ok()?, u32::try_from(end).ok()?);
    is_there.then_some(place)
}

/// What is revoked: the content of a `revocations_file`, or what a `revocations_endpoint` answers.
#[derive(Debug, Default, Deserialize)]
#[serde(from = "Members")]
pub(crate) struct Revocations {
    /// Of whichever issuer.
    of_all: List,
    /// Of the issuer with this `iss`.
    of_issuer: HashMap<Box<str>, List>,
}

/// What the text holds.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Members {
    #[serde(default)]
    jti: HashSet<Box<str>>,
    #[serde(default)]
    not_before: NotBefore,
    #[serde(default)]
    issuers: HashMap<Box<str>, List>,
}

impl From<Members> for Revocations {
    fn from(members: Members) -> Self {
        let Members {
            jti,
            not_before,
            issuers,
        } = members;
        Self {
            of_all: List { jti, not_before },
            of_issuer: issuers,
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    /// The ids of tokens.
    #[serde(default)]
    jti: HashSet<Box<str>>,
    #[serde(default)]
    not_before: NotBefore,
}

/// Times in Unix seconds. What was issued before is no longer good.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct NotBefore {
    /// Of tokens about this subject.
    #[serde(default)]
    sub: HashMap<Box<str>, i64>,
    /// Of tokens verified by a key of this `kid`.
    #[serde(default)]
    kid: HashMap<Box<str>, i64>,
    /// Of all tokens.
    #[serde(rename = "*")]
    all: Option<i64>,
}

impl Revocations {
    /// Reads a JSON text. The error quotes no value of it.
    pub(crate) fn parse(text: &[u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(text).map_err(|_| "not UTF-8".to_owned())?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let json = Json::parse(text).map_err(|error| error.to_string())?;
        serde_path_to_error::deserialize(json).map_err(|error| {
            let path = error.path().to_string();
            format!("{}: {}", quoted(&path), error.inner())
        })
    }

    /// Whether they revoke a token that was verified by a key of this `kid`.
    pub(crate) fn revoke(&self, token: &Issued<'_>, kid: Option<&str>) -> bool {
        let of_issuer = || self.of_issuer.get(token.issuer.as_deref()?);
        self.of_all.revoke(token, kid)
            || (!self.of_issuer.is_empty()
                && of_issuer().is_some_and(|list| list.revoke(token, kid)))
    }

    /// How many revocations there are.
    pub(crate) fn len(&self) -> usize {
        let counts = self.counts().map(|(_, count)| count);
        counts.into_iter().fold(0, usize::saturating_add)
    }

    /// How many there are of each kind, by its name in the file.
    pub(crate) fn counts(&self) -> [(&'static str, usize); 4] {
        let lists = || std::iter::once(&self.of_all).chain(self.of_issuer.values());
        let sum = |count: fn(&List) -> usize| lists().map(count).fold(0, usize::saturating_add);
        [
            ("jti", sum(|list| list.jti.len())),
            ("sub", sum(|list| list.not_before.sub.len())),
            ("kid", sum(|list| list.not_before.kid.len())),
            ("*", sum(|list| list.not_before.all.iter().len())),
        ]
    }
}

impl List {
    fn revoke(&self, token: &Issued<'_>, kid: Option<&str>) -> bool {
        let is_before = |limit: &i64| token.at.is_none_or(|at| at < *limit);
        let Self { jti, not_before } = self;
        let limit = |times: &HashMap<Box<str>, i64>, name: Option<&str>| {
            name.and_then(|name| times.get(name)).is_some_and(is_before)
        };
        token
            .id
            .as_ref()
            .is_some_and(|id| jti.contains(id.as_ref()))
            || not_before.all.as_ref().is_some_and(is_before)
            || limit(&not_before.sub, token.subject.as_deref())
            || limit(&not_before.kid, kid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(text: &str, expected: &str) {
        assert_eq!(
            Revocations::parse(text.as_bytes()).err().as_deref(),
            Some(expected)
        );
    }

    #[test]
    fn a_list_that_is_not_understood_is_an_error_and_never_quoted() {
        refused("[]", "`.`: expected an object");
        refused(r#"{"jti": "hunter2"}"#, "`jti`: expected a list");
        refused(r#"{"jti": [7]}"#, "`jti[0]`: expected a string");
        refused(
            r#"{"jit": []}"#,
            "`jit`: unknown; the nearest known name is `jti`",
        );
        refused(r#"{"not_before": 7}"#, "`not_before`: expected an object");
        refused(
            r#"{"issuers": {"a": {"jti": 7}}}"#,
            "`issuers.a.jti`: expected a list",
        );
        for all in ["\"7\"", "7.5", "null"] {
            refused(
                &format!(r#"{{"not_before": {{"*": {all}}}}}"#),
                "`not_before.*`: expected a whole number",
            );
        }
        refused(
            r#"{"not_before": {"sub": {"a\nb": "7"}}}"#,
            "`not_before.sub.a\\nb`: expected a whole number",
        );
        refused(
            "{",
            "not valid JSON at line 1 column 1: the text ends too early",
        );
    }
}
