//! The members of one rule, as simply as can be.

use super::no_answer::NoAnswer::{self, BadAcl};
use crate::fuzzing::json::Value;

/// The topics of a rule.
pub(super) fn topics(rule: &Value) -> Result<Vec<&Value>, NoAnswer> {
    let given = |name| rule.get(name).filter(|value| **value != Value::Null);
    match (given("topic"), given("topics")) {
        (Some(topic @ Value::Text(_)), None) => Ok(vec![topic]),
        (None, Some(Value::List(topics))) => Ok(topics.iter().collect()),
        _ => Err(BadAcl),
    }
}

/// For which `qos` a rule holds.
pub(super) fn qos(value: Option<&Value>) -> Result<[bool; 3], NoAnswer> {
    let one = |value: &Value| match value {
        Value::Integer(number @ 0..=2) => Ok(usize::try_from(*number).unwrap()),
        Value::Text(text) => ["0", "1", "2"]
            .iter()
            .position(|digit| digit == text)
            .ok_or(BadAcl),
        _ => Err(BadAcl),
    };
    let members = match value {
        None | Some(Value::Null) => return Ok([true; 3]),
        Some(Value::List(values)) => values.clone(),
        Some(Value::Text(list)) => list
            .split(',')
            .map(|digit| Value::Text(digit.to_owned()))
            .collect(),
        Some(value) => vec![value.clone()],
    };
    let mut set = [false; 3];
    for member in &members {
        set[one(member)?] = true;
    }
    Ok(set)
}

/// Whether a rule is about retained messages, about others, or about both.
pub(super) fn retain(value: Option<&Value>) -> Result<Option<bool>, NoAnswer> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Bool(retain)) => Ok(Some(*retain)),
        Some(Value::Integer(number @ 0..=1)) => Ok(Some(*number == 1)),
        Some(Value::Text(text)) => match text.as_str() {
            "all" => Ok(None),
            "true" | "1" => Ok(Some(true)),
            "false" | "0" => Ok(Some(false)),
            _ => Err(BadAcl),
        },
        _ => Err(BadAcl),
    }
}
