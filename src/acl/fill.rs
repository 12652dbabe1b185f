//! From a topic of a rule, which may have placeholders, to a filter for one client.

use std::cell::Cell;

use super::filters::Filter;
use super::limits::MOST_FILLED_IN;
use super::values::{Bearer, Values};
use super::{Defect, topic};
use crate::client::template::{self, Placeholder, Unfilled};

/// Why a topic of a rule is no filter for the bearer.
pub(super) enum Unusable {
    /// It is none for any client.
    Invalid,
    /// It has a placeholder whose value is absent, or would be more than a part of a level.
    NoValue,
    Defect(Defect),
}

/// Fills placeholders in topics with the values of one bearer.
pub(super) struct Fill<'a> {
    values: Values<'a>,
    /// A topic whose placeholders are filled in.
    text: &'a mut String,
    was_needed: bool,
    /// How many bytes of values were filled in.
    filled_in: Cell<usize>,
}

impl<'a> Fill<'a> {
    pub(super) fn new(bearer: &'a Bearer<'a>, text: &'a mut String) -> Self {
        Self {
            values: Values::new(bearer),
            text,
            was_needed: false,
            filled_in: Cell::new(0),
        }
    }

    /// What is known of who presents the token.
    pub(super) fn values(&self) -> &Values<'a> {
        &self.values
    }

    /// Whether a topic was met that may have placeholders.
    pub(super) fn was_needed(&self) -> bool {
        self.was_needed
    }

    /// The filter that a topic of a rule is for the bearer. In a rule that is not about the bearer placeholders
    /// have no value.
    #[inline]
    pub(super) fn filter<'t>(
        &'t mut self,
        topic: &'t [u8],
        is_about_bearer: bool,
    ) -> Result<Filter<'t>, Unusable> {
        let literal = topic.strip_prefix(b"eq ");
        let text = literal.unwrap_or(topic);
        let exact = literal.is_some();
        if topic::is_filter_without(text, template::marks) || (exact && topic::is_filter(text)) {
            Ok(Filter { text, exact })
        } else if exact {
            Err(Unusable::Invalid)
        } else {
            self.fill(topic, is_about_bearer)
        }
    }

    fn fill(&mut self, topic: &[u8], is_about_bearer: bool) -> Result<Filter<'_>, Unusable> {
        self.was_needed = true;
        let topic = std::str::from_utf8(topic).map_err(|_| Unusable::Invalid)?;
        // Filled with `x` first: a value must not complete a level beside a wildcard (in `+%c`, an empty
        // one would), nor make the topic begin with `$`. What an ordinary value gives must be what this
        // one gives.
        match template::fill(topic, topic::LONGEST, |_| Some("x"), self.text) {
            Ok(()) if topic::is_filter(self.text.as_bytes()) => {}
            Err(Unfilled::Unknown) => {
                return Err(Unusable::Defect("a placeholder that is not known"));
            }
            _ => return Err(Unusable::Invalid),
        }
        let is_system = self.text.starts_with('$');
        if !is_about_bearer {
            return Err(Unusable::NoValue);
        }
        self.fill_values(topic)?;
        if !topic::is_filter(self.text.as_bytes()) || self.text.starts_with('$') != is_system {
            return Err(Unusable::NoValue);
        }
        Ok(Filter {
            text: self.text.as_bytes(),
            exact: false,
        })
    }

    /// Writes a topic with the bearer's values in it.
    fn fill_values(&mut self, topic: &str) -> Result<(), Unusable> {
        let (values, filled_in) = (&self.values, &self.filled_in);
        let value = |placeholder: Placeholder<'_>| {
            let value = values.get(placeholder)?;
            filled_in.set(filled_in.get().saturating_add(value.len()));
            Some(value)
        };
        let result = template::fill(topic, topic::LONGEST, value, self.text);
        if filled_in.get() > MOST_FILLED_IN {
            return Err(Unusable::Defect(
                "more than 64 KiB of values for placeholders",
            ));
        }
        result.map_err(|_| Unusable::NoValue)
    }
}
