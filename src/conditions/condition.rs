//! What a claim must be: a value, a list of which one must be met, or `has`, `matches` and `exists`.

use super::outcome::Outcome;
use super::{ExpectedValue, Pattern};
use crate::client::Client;
use crate::client::template::Template;
use crate::json::tape::Value;
use crate::refusal::Mismatch;

/// A condition on a claim.
#[derive(Debug, Clone)]
pub(crate) enum Condition {
    /// It is this value, or a list of strings with this one in it.
    Equals(ExpectedValue),
    /// It has each of these words: a list of strings, a text of words, or an object by its names.
    Has(Box<[Template]>),
    /// It matches as a whole, or is a list of strings of which one does.
    Matches(Pattern),
    /// It is there, or it is not.
    Exists(bool),
    AllOf(Box<[Condition]>),
    AnyOf(Box<[Condition]>),
}

impl Condition {
    /// Whether a claim, if there is one, is surely what is expected of this client.
    #[inline]
    pub(super) fn is_met(&self, claim: Option<Value<'_>>, client: &Client<'_>) -> bool {
        match (self, claim) {
            // Most conditions are values, and need no call.
            (Self::Equals(expected), Some(claim)) => expected.is_met(claim, client),
            _ => self.outcome(claim, client) == Outcome::Met,
        }
    }

    /// Whether a claim, if there is one, is what is expected of this client.
    pub(crate) fn outcome(&self, claim: Option<Value<'_>>, client: &Client<'_>) -> Outcome {
        match (self, claim) {
            (Self::Exists(expected), claim) => (claim.is_some() == *expected).into(),
            (Self::AllOf(all), claim) => {
                let outcomes = all.iter().map(|each| each.outcome(claim, client));
                outcomes.min().unwrap_or(Outcome::Met)
            }
            (Self::AnyOf(any), claim) => {
                let outcomes = any.iter().map(|each| each.outcome(claim, client));
                outcomes.max().unwrap_or(Outcome::NotMet)
            }
            (Self::Equals(expected), claim) => expected.outcome(claim, client),
            (Self::Has(words), claim) => {
                let outcomes = words.iter().map(|word| has_word(claim, word, client));
                outcomes.min().unwrap_or(Outcome::Met)
            }
            (Self::Matches(pattern), claim) => {
                claim.is_some_and(|claim| matches(claim, pattern)).into()
            }
        }
    }

    /// Whether it depends on who the client is.
    pub(crate) fn names_client(&self) -> bool {
        match self {
            Self::Equals(ExpectedValue::Text(text)) => text.names_client(),
            Self::Has(words) => words.iter().any(Template::names_client),
            Self::AllOf(all) | Self::AnyOf(all) => all.iter().any(Self::names_client),
            Self::Equals(_) | Self::Matches(_) | Self::Exists(_) => false,
        }
    }

    /// Texts of which a claim must be one, or have one, whatever client it is; none: it may be or have others.
    pub(crate) fn words(&self) -> Option<Vec<String>> {
        match self {
            Self::Equals(ExpectedValue::Text(text)) => Some(vec![text.literal()?]),
            Self::Has(words) => words.iter().find_map(|word| Some(vec![word.literal()?])),
            Self::AllOf(all) => all.iter().find_map(Self::words),
            Self::AnyOf(any) => {
                let words: Option<Vec<_>> = any.iter().map(Self::words).collect();
                Some(words?.concat())
            }
            Self::Equals(_) | Self::Matches(_) | Self::Exists(_) => None,
        }
    }

    /// Why a claim that is there does not meet the condition.
    pub(super) fn mismatch(&self, claim: Value<'_>, client: &Client<'_>) -> Mismatch {
        match self {
            Self::AllOf(all) => {
                let mut all = all.iter();
                let first = all.find(|each| !each.is_met(Some(claim), client));
                first.map_or(Mismatch::Value, |first| first.mismatch(claim, client))
            }
            _ if self.outcome(Some(claim), client) == Outcome::Undecided => Mismatch::NotSent,
            Self::Equals(_) => Mismatch::Value,
            Self::AnyOf(_) => Mismatch::List,
            Self::Has(_) => Mismatch::Has,
            Self::Matches(_) => Mismatch::Matches,
            Self::Exists(_) => Mismatch::Exists,
        }
    }
}

/// Whether a claim, if there is one, has a word.
fn has_word(claim: Option<Value<'_>>, word: &Template, client: &Client<'_>) -> Outcome {
    let is_it = |found: &[u8]| word.matches(found, client);
    let has_it = |claim: Value<'_>| {
        if let Some(text) = claim.as_bytes() {
            // A value that is filled in may be empty, and no word is.
            let mut words = text.split(|byte| *byte == b' ');
            words.any(|found| !found.is_empty() && is_it(found))
        } else if let Some(object) = claim.as_object() {
            object.iter().any(|(name, _)| is_it(&name))
        } else {
            claim
                .as_strings()
                .is_some_and(|mut texts| texts.any(|text| is_it(&text)))
        }
    };
    if claim.is_some_and(has_it) {
        Outcome::Met
    } else {
        Outcome::not_met(word, client)
    }
}

fn matches(claim: Value<'_>, pattern: &Pattern) -> bool {
    if let Some(text) = claim.as_bytes() {
        return pattern.matches(&text);
    }
    claim
        .as_strings()
        .is_some_and(|mut texts| texts.any(|text| pattern.matches(&text)))
}

#[cfg(test)]
mod tests {
    use super::Outcome::{Met, NotMet, Undecided};
    use super::*;
    use crate::json;

    /// The outcome for a client that sent an id and no user name.
    #[track_caller]
    fn is(condition: &str, claim: Option<&str>, expected: Outcome) {
        let parsed: Result<Condition, _> = serde_json::from_str(condition);
        let client = Client {
            client_id: Some(b"c1"),
            ..Client::default()
        };
        let mut nodes = Vec::new();
        let text = claim.unwrap_or("null").as_bytes();
        let tape = json::scan(text, &mut nodes, |_, _, _| {});
        let value = tape.as_ref().ok().map(json::tape::Tape::outermost);
        let value = value.filter(|_| claim.is_some());
        let outcome = parsed.map(|condition| condition.outcome(value, &client));
        assert_eq!(outcome.ok(), Some(expected), "{condition} {claim:?}");
    }

    #[test]
    fn what_depends_on_a_field_that_was_not_sent_is_undecided() {
        is(r#""%u""#, Some(r#""u1""#), Undecided);
        is(r#""%u""#, Some(r#"["u1"]"#), Undecided);
        is(r#""x-${username}""#, Some("1"), Undecided);
        is(r#"{"has":"%u"}"#, Some(r#""a b""#), Undecided);
        is(r#"{"has":"%u"}"#, Some(r#"{"a":1}"#), Undecided);
        is(r#"{"has":["%u","%c"]}"#, Some(r#"["c1"]"#), Undecided);
        is(r#"["a","%u"]"#, Some(r#""b""#), Undecided);
        is(r#"{"has":"%u","matches":".*"}"#, Some(r#""a""#), Undecided);
        is(r#""%u""#, None, Undecided);
        is(r#"{"has":"%u"}"#, None, Undecided);
    }

    #[test]
    fn what_does_not_depend_on_it_is_decided() {
        is(r#""%c""#, Some(r#""c1""#), Met);
        is(r#""%c""#, Some(r#""c2""#), NotMet);
        is(r#""%c""#, None, NotMet);
        is(r#"{"has":["%u","a"]}"#, None, NotMet);
        is(r#"["%u",{"exists":false}]"#, None, Met);
        is(r#"["a","%u"]"#, Some(r#""a""#), Met);
        is(r#"{"has":["%u","c2"]}"#, Some(r#"["c1"]"#), NotMet);
        is(r#"{"has":"%u","matches":"b"}"#, Some(r#""a""#), NotMet);
        is(r#"{"matches":"%u"}"#, Some(r#""u1""#), NotMet);
    }
}
