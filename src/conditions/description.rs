//! What a condition expects, in words.

use super::{Condition, ExpectedValue};
use crate::client::Client;
use crate::client::template::Template;

impl Condition {
    /// What is expected of this client; `show` writes a text, or says that it is not shown.
    pub(crate) fn describe(&self, client: &Client<'_>, show: &dyn Fn(&str) -> String) -> String {
        let text = |template: &Template| match template.filled(client) {
            Some(text) => show(&String::from_utf8_lossy(&text)),
            None => "what the client did not send".to_owned(),
        };
        let all = |conditions: &[Self], between: &str| {
            let each = conditions.iter().map(|each| each.describe(client, show));
            each.collect::<Vec<_>>().join(between)
        };
        match self {
            Self::Equals(ExpectedValue::Text(template)) => text(template),
            Self::Equals(ExpectedValue::Bool(value)) => value.to_string(),
            Self::Equals(ExpectedValue::Integer(value)) => value.to_string(),
            Self::Equals(ExpectedValue::Float(value)) => value.to_string(),
            Self::Has(words) => {
                let words: Vec<_> = words.iter().map(text).collect();
                format!("that it has {}", words.join(" and "))
            }
            Self::Matches(_) => "that it matches the expression".to_owned(),
            Self::Exists(true) => "that it is there".to_owned(),
            Self::Exists(false) => "that it is not there".to_owned(),
            Self::AllOf(conditions) => all(conditions, ", and "),
            Self::AnyOf(conditions) => all(conditions, " or "),
        }
    }
}
