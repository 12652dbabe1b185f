//! A list of revocations.

use std::borrow::Cow;

use super::json::{self, Value};
use crate::revocations::{Issued, Revocations};

/// Takes the bytes for a list, and asks about tokens that it names.
pub fn revocations(bytes: &[u8]) {
    // A byte order mark may stand in front.
    let list = json::read(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)).filter(is_list);
    let found = Revocations::parse(bytes);
    assert_eq!(found.is_ok(), list.is_some(), "{:?}", found.err());
    let (Ok(found), Some(list)) = (found, list) else {
        return;
    };
    let ids = list.get("jti").and_then(Value::list).unwrap_or_default();
    let ids: Vec<&str> = ids.iter().filter_map(Value::text).take(2).collect();
    let (subjects, kids) = (times(&list, "sub"), times(&list, "kid"));
    let all = list.get("not_before").and_then(|times| times.get("*"));
    let limits = [&subjects, &kids]
        .into_iter()
        .flatten()
        .map(|(_, time)| time)
        .chain(all);
    let around = |time: &Value| match time {
        Value::Integer(time) => [-1, 0].map(|step| i64::try_from(time + step).ok()),
        _ => [None, None],
    };
    let mut times: Vec<Option<i64>> = limits.flat_map(around).take(8).collect();
    times.push(None);
    let issuers = list.get("issuers").and_then(Value::members);
    let issuers = issuers
        .unwrap_or_default()
        .iter()
        .map(|(name, _)| Some(name.as_str()));
    for issuer in issuers.take(2).chain([None, Some("no issuer")]) {
        let own = list.get("issuers").and_then(|lists| lists.get(issuer?));
        for id in ids.iter().copied().map(Some).chain([None, Some("no id")]) {
            for subject in names(&subjects) {
                for kid in names(&kids) {
                    for at in &times {
                        let token = Issued {
                            id: id.map(Cow::Borrowed),
                            subject: subject.map(Cow::Borrowed),
                            issuer: issuer.map(Cow::Borrowed),
                            at: *at,
                        };
                        let lists = [Some(&list), own];
                        let expected =
                            (lists.into_iter().flatten()).any(|list| revokes(list, &token, kid));
                        assert_eq!(found.revoke(&token, kid), expected, "{token:?} {kid:?}");
                    }
                }
            }
        }
    }
}

/// A whole list: its own members, and lists of issuers.
fn is_list(value: &Value) -> bool {
    let Some(members) = value.members() else {
        return false;
    };
    let (issuers, own): (Vec<_>, Vec<_>) = members
        .iter()
        .cloned()
        .partition(|(name, _)| name == "issuers");
    is_plain_list(&Value::Object(own))
        && issuers.iter().all(|(_, issuers)| {
            let lists = issuers.members();
            lists.is_some_and(|lists| lists.iter().all(|(_, list)| is_plain_list(list)))
        })
}

fn is_plain_list(value: &Value) -> bool {
    let has_only = |value: &Value, names: &[&str]| {
        let members = value.members();
        members.is_some_and(|all| all.iter().all(|(name, _)| names.contains(&&**name)))
    };
    let is_time =
        |value: &Value| matches!(value, Value::Integer(time) if i64::try_from(*time).is_ok());
    let is_table = |value: &Value| {
        let members = value.members();
        members.is_some_and(|all| all.iter().all(|(_, time)| is_time(time)))
    };
    let is_ids = |value: &Value| {
        let ids = value.list();
        ids.is_some_and(|ids| ids.iter().all(|id| id.text().is_some()))
    };
    has_only(value, &["jti", "not_before"])
        && value.get("jti").is_none_or(is_ids)
        && value.get("not_before").is_none_or(|not_before| {
            has_only(not_before, &["sub", "kid", "*"])
                && not_before.get("sub").is_none_or(is_table)
                && not_before.get("kid").is_none_or(is_table)
                && not_before.get("*").is_none_or(is_time)
        })
}

fn times<'l>(list: &'l Value, of: &str) -> Vec<&'l (String, Value)> {
    let table = list.get("not_before").and_then(|times| times.get(of));
    let members = table.and_then(Value::members).unwrap_or_default();
    members.iter().take(2).collect()
}

fn names<'l>(times: &[&'l (String, Value)]) -> Vec<Option<&'l str>> {
    let names = times.iter().map(|(name, _)| Some(name.as_str()));
    names.chain([None, Some("no name")]).collect()
}

fn revokes(list: &Value, token: &Issued<'_>, kid: Option<&str>) -> bool {
    let is_before = |limit: &Value| match limit {
        Value::Integer(limit) => token.at.is_none_or(|at| i128::from(at) < *limit),
        _ => false,
    };
    let limit = |of: &str, name: Option<&str>| list.get("not_before")?.get(of)?.get(name?);
    let ids = list.get("jti").and_then(Value::list).unwrap_or_default();
    ids.iter()
        .any(|id| token.id.is_some() && id.text() == token.id.as_deref())
        || [
            list.get("not_before").and_then(|times| times.get("*")),
            limit("sub", token.subject.as_deref()),
            limit("kid", kid),
        ]
        .into_iter()
        .flatten()
        .any(is_before)
}
