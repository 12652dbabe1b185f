//! A configuration.

use super::json::{self, Value};
use super::{SECRET, client, compact, log};
use crate::config::{Config, ConfigError};
use crate::verifier::{Hooks, Verifier};

/// Stands in every text of a configuration, and must stand in no error.
const MARK: &str = "hunter2";

/// Takes the bytes for a configuration.
pub fn config(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    // What a configuration names is read, and reading some of these files would wait.
    if ["/proc", "/dev", "/sys"]
        .iter()
        .any(|path| text.contains(path))
    {
        return;
    }
    // A byte order mark may stand in front.
    let read = json::read(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes));
    match Config::parse(text, &log()) {
        Ok(config) => {
            assert!(matches!(read, Some(Value::Object(_))));
            // Nothing is fetched, no thread is started, and little is allocated.
            let is_modest = config.cache_capacity <= 1024;
            let is_fetched = config.issuers.are_fetched();
            let revocations = &config.revocations;
            let is_watched = revocations.file.is_some() || revocations.endpoint.is_some();
            if !is_fetched && !is_watched && is_modest {
                start(text);
            }
        }
        Err(error) => assert_is_a_sentence(&error),
    }
    // A name may be quoted.
    if let Some(read) = read.filter(|read| !has_marked_name(read)) {
        let marked = marked(&read).to_string();
        if let Err(error) = Config::parse(&marked, &log()) {
            assert!(!error.to_string().contains(MARK), "{error}: {marked}");
            assert_is_a_sentence(&error);
        }
    }
}

fn assert_is_a_sentence(error: &ConfigError) {
    let text = error.to_string();
    assert!(!text.contains(char::is_control), "{text:?}");
    assert!(!text.is_empty() && text.len() < 1_000, "{text}");
}

/// Decides about a client by this configuration, and by the same once more.
fn start(text: &str) {
    let verifier = Verifier::new(text, Hooks::default()).unwrap();
    let token = compact::signed(br#"{"alg":"HS256"}"#, br#"{"acl":[]}"#, SECRET);
    let first = verifier.check(&client(&token)).unwrap().reason();
    verifier.reload(text).unwrap();
    assert_eq!(verifier.check(&client(&token)).unwrap().reason(), first);
}

fn has_marked_name(value: &Value) -> bool {
    match value {
        Value::List(values) => values.iter().any(has_marked_name),
        Value::Object(members) => members
            .iter()
            .any(|(name, value)| name.contains(MARK) || has_marked_name(value)),
        _ => false,
    }
}

/// The same with a mark in every text that is no name.
fn marked(value: &Value) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(value) => (*value).into(),
        Value::Integer(number) => match (u64::try_from(*number), i64::try_from(*number)) {
            (Ok(number), _) => number.into(),
            (_, Ok(number)) => number.into(),
            _ => serde_json::Value::Null,
        },
        Value::Float(number) => (*number).into(),
        // On both sides: a text that is a path beyond doubt may be shown.
        Value::Text(text) => format!("{MARK}{text}{MARK}").into(),
        Value::List(values) => values.iter().map(marked).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), marked(value)))
            .collect(),
    }
}
