//! What topics of rules are for a client, with their placeholders replaced.

use super::no_answer::NoAnswer::{self, BadAcl};
use super::values::{Choice, attribute, choices, claim, names};
use crate::fuzzing::filters;

/// Who asks.
pub(super) struct Who<'a> {
    pub(super) client_id: Option<&'a str>,
    pub(super) username: Option<&'a str>,
}

/// A topic of a rule.
pub(super) enum Topic {
    Filter(String),
    /// `eq `: the filter that it is, literally.
    Exact(String),
    /// It is a filter for no client.
    Invalid,
    /// It is none for this client.
    NoValue,
}

impl Who<'_> {
    /// The filters that the topics of a rule are for this client. If claims make more than 64 of them, these topics
    /// have no value.
    pub(super) fn fill_all(&self, topics: &[&str]) -> Result<Vec<Topic>, NoAnswer> {
        let (mut all, mut with_claims) = (Vec::new(), Vec::new());
        let mut has_too_many = false;
        for topic in topics {
            let choices = choices(topic);
            // It must be well-formed, however many filters it is.
            let plain = self.fill(topic, &[])?;
            if choices.is_none() || matches!(plain, Topic::Invalid) {
                all.push(plain);
                continue;
            }
            let choices = choices.unwrap_or_default();
            // What a ban would lose beside an empty list, too.
            if names(topic).any(|name| claim(name).contains(&None)) {
                all.push(Topic::NoValue);
            }
            has_too_many |= with_claims.len() + choices.len() > 64;
            for choice in choices {
                with_claims.push(self.fill(topic, &choice)?);
            }
        }
        if has_too_many {
            with_claims = vec![Topic::NoValue];
        }
        all.extend(with_claims);
        Ok(all)
    }

    /// The filter that a topic is for this client, with these values of claims.
    fn fill(&self, topic: &str, claims: &Choice<'_>) -> Result<Topic, NoAnswer> {
        if let Some(exact) = topic.strip_prefix("eq ") {
            return Ok(if filters::is_filter(exact) {
                Topic::Exact(exact.to_owned())
            } else {
                Topic::Invalid
            });
        }
        let plain = self.replaced(topic, Some("x"), claims)?.unwrap_or_default();
        if !filters::is_filter(&plain) {
            return Ok(Topic::Invalid);
        }
        Ok(match self.replaced(topic, None, claims)? {
            Some(filled)
                if filters::is_filter(&filled)
                    && filled.starts_with('$') == plain.starts_with('$') =>
            {
                Topic::Filter(filled)
            }
            _ => Topic::NoValue,
        })
    }

    /// A topic with its placeholders replaced: by this text, or else by what is known of the client, if it is known
    /// and can stand there.
    fn replaced(
        &self,
        topic: &str,
        by: Option<&str>,
        claims: &Choice<'_>,
    ) -> Result<Option<String>, NoAnswer> {
        let (mut filled, mut rest, mut is_complete) = (String::new(), topic, true);
        while let Some(first) = rest.chars().next() {
            let (value, after) = if let Some(after) = rest.strip_prefix("%u") {
                (self.username, after)
            } else if let Some(after) = rest.strip_prefix("%c") {
                (self.client_id, after)
            } else if let Some(after) = rest.strip_prefix("%%") {
                filled.push('%');
                rest = after;
                continue;
            } else if let Some(after) = rest.strip_prefix("${") {
                let (name, after) = after.split_once('}').ok_or(BadAcl)?;
                let value = match name {
                    "$" => {
                        filled.push('$');
                        rest = after;
                        continue;
                    }
                    "username" => self.username,
                    "clientid" => self.client_id,
                    "client_attrs." | "claims." => return Err(BadAcl),
                    claim if claim.starts_with("claims.") => {
                        let name = &claim["claims.".len()..];
                        if name.matches('.').count() > 32 {
                            return Err(BadAcl);
                        }
                        let chosen = claims.iter().find(|(chosen, _)| *chosen == name);
                        chosen.and_then(|(_, value)| *value)
                    }
                    known if known.starts_with("client_attrs.") => {
                        attribute(&known["client_attrs.".len()..])
                    }
                    _ => return Err(BadAcl),
                };
                (value, after)
            } else {
                filled.push(first);
                rest = &rest[first.len_utf8()..];
                continue;
            };
            let value = by.or(value);
            match value.filter(|value| !value.contains(['/', '+', '#', '\0'])) {
                Some(value) => filled.push_str(value),
                None => is_complete = false,
            }
            rest = after;
        }
        Ok(is_complete.then_some(filled))
    }
}
