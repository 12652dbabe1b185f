//! What a configuration may ask of claims beside their values, and their names with dots.

use serde_json::json;

use super::json::Value;
use crate::refusal::Reason;

/// The reason with which a token is refused where the configuration asks for this.
type Decide = fn(&[u8], &serde_json::Value) -> Reason;

/// A claim with the names that lead to it, from the outermost.
type Path<'v> = (Vec<&'v str>, &'v Value);

/// Asks for some of the claims in every way, and for what they are not.
pub(super) fn compare(token: &[u8], members: &[(String, Value)], decide: Decide) {
    let without = decide(token, &json!({}));
    if ![
        Reason::Accepted,
        Reason::CertificateMismatch,
        Reason::BadAcl,
    ]
    .contains(&without)
    {
        return;
    }
    let mut paths = Vec::new();
    collect(members, &[], &mut paths);
    for (path, _) in paths.iter().filter(|(path, _)| is_name(path)).take(4) {
        let name = path.join(".");
        // Of all that the name may lead to, that with the longest first part, then the longest second one.
        let lengths = |path: &[&str]| path.iter().map(|part| part.len()).collect::<Vec<_>>();
        let same = paths.iter().filter(|(other, _)| other.join(".") == name);
        let (_, value) = same.max_by_key(|(path, _)| lengths(path)).unwrap();
        for (condition, is_met) in conditions(value) {
            let expected = if is_met {
                without
            } else {
                Reason::ClaimMismatch
            };
            let found = decide(token, &json!({ &name: condition }));
            assert_eq!(found, expected, "{name}: {condition}");
        }
    }
    let missing = "this.name.is.not.there";
    if paths.iter().all(|(path, _)| path.join(".") != missing) {
        let condition = |condition| json!({ missing: condition });
        assert_eq!(
            decide(token, &condition(json!({ "exists": false }))),
            without
        );
        let either = json!([{ "has": "x" }, { "exists": true }]);
        assert_eq!(decide(token, &condition(either)), Reason::MissingClaim);
    }
}

fn collect<'v>(members: &'v [(String, Value)], outside: &[&'v str], paths: &mut Vec<Path<'v>>) {
    for (name, value) in members {
        let path = [outside, &[name.as_str()]].concat();
        if let Some(inside) = value.members() {
            collect(inside, &path, paths);
        }
        paths.push((path, value));
    }
}

fn is_name(path: &[&str]) -> bool {
    let name = path.join(".");
    !name.is_empty() && name.split('.').count() <= 33
}

/// Conditions on a value, and whether it meets them.
fn conditions(value: &Value) -> Vec<(serde_json::Value, bool)> {
    let mut all = vec![
        (json!({ "exists": true }), true),
        (json!({ "exists": false }), false),
        (json!([{ "exists": false }, { "exists": true }]), true),
    ];
    if let Some(same) = asked_for(value) {
        all.push((json!([{ "exists": false }, same]), true));
    }
    let texts = match value {
        Value::Text(text) => Some(vec![text.as_str()]),
        Value::List(values) => values.iter().map(Value::text).collect(),
        _ => None,
    };
    let words: Vec<&str> = match value {
        Value::Text(text) => text.split(' ').collect(),
        Value::Object(members) => members.iter().map(|(name, _)| name.as_str()).collect(),
        _ => texts.clone().unwrap_or_default(),
    };
    let words: Vec<_> = words
        .into_iter()
        .filter(|word| !word.is_empty())
        .take(4)
        .collect();
    if !words.is_empty() {
        let longer = format!("{}.", words.iter().max_by_key(|word| word.len()).unwrap());
        all.push((json!({ "has": literal(&longer) }), has(value, &longer)));
        let words: Vec<_> = words.into_iter().map(literal).collect();
        all.push((json!({ "has": words }), true));
    }
    all.push((
        json!({ "matches": "(?s).*" }),
        texts.as_ref().is_some_and(|texts| !texts.is_empty()),
    ));
    if let Some(text) = texts.as_ref().and_then(|texts| texts.first()) {
        let escaped: String = text.chars().flat_map(char::escape_unicode).collect();
        if !escaped.is_empty() && escaped.len() < 1_000 {
            all.push((json!({ "matches": escaped }), true));
            let longer = format!("{text}.");
            let has_longer = texts.is_some_and(|texts| texts.contains(&longer.as_str()));
            all.push((json!({ "matches": format!("{escaped}\\.") }), has_longer));
        }
    }
    all
}

fn has(value: &Value, word: &str) -> bool {
    match value {
        Value::Text(text) => text.split(' ').any(|found| found == word),
        Value::List(values) => values.iter().any(|value| value.text() == Some(word)),
        value => value.get(word).is_some(),
    }
}

/// How a configuration asks for a value, if it can.
pub(super) fn asked_for(value: &Value) -> Option<serde_json::Value> {
    match value {
        Value::Bool(value) => Some((*value).into()),
        Value::Integer(number) => i64::try_from(*number).ok().map(Into::into),
        // Others cannot be compared exactly.
        Value::Float(number) => (number.abs() < 9e15).then(|| (*number).into()),
        Value::Text(text) => Some(literal(text).into()),
        Value::Null | Value::List(_) | Value::Object(_) => None,
    }
}

/// A text without placeholders.
fn literal(text: &str) -> String {
    text.replace('$', "${$}").replace('%', "%%")
}
