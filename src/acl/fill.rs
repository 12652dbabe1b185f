//! From a topic of a rule, which may have placeholders, to a filter for one client.

use std::borrow::Cow;

use super::filters::Filter;
use super::{Defect, topic};
use crate::client::Client;
use crate::client::template::{self, Placeholder, Unfilled};
use crate::json::tape::Object;

/// Who presents the token: whose values fill the placeholders. (Not the `sub` of the token.)
pub(crate) struct Bearer<'a> {
    pub(crate) client: &'a Client<'a>,
    /// The claim `client_attrs`.
    pub(crate) attributes: Option<Object<'a>>,
}

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
    bearer: &'a Bearer<'a>,
    /// A topic whose placeholders are filled in.
    text: &'a mut String,
    was_needed: bool,
}

impl<'a> Fill<'a> {
    pub(super) fn new(bearer: &'a Bearer<'a>, text: &'a mut String) -> Self {
        Self {
            bearer,
            text,
            was_needed: false,
        }
    }

    /// Who presents the token.
    pub(super) fn client(&self) -> &'a Client<'a> {
        self.bearer.client
    }

    /// Whether a topic was met that may have placeholders.
    pub(super) fn was_needed(&self) -> bool {
        self.was_needed
    }

    /// The filter that a topic of a rule is for the bearer.
    #[inline]
    pub(super) fn filter<'t>(&'t mut self, topic: &'t [u8]) -> Result<Filter<'t>, Unusable> {
        let literal = topic.strip_prefix(b"eq ");
        let text = literal.unwrap_or(topic);
        let exact = literal.is_some();
        if topic::is_filter_without(text, template::marks) || (exact && topic::is_filter(text)) {
            Ok(Filter { text, exact })
        } else if exact {
            Err(Unusable::Invalid)
        } else {
            self.fill(topic)
        }
    }

    fn fill(&mut self, topic: &[u8]) -> Result<Filter<'_>, Unusable> {
        self.was_needed = true;
        let topic = std::str::from_utf8(topic).map_err(|_| Unusable::Invalid)?;
        let filled = &mut *self.text;
        // Filled with `x` first: a value must not complete a level beside a wildcard (in `+%c`, an empty
        // one would), nor make the topic begin with `$`. What an ordinary value gives must be what this
        // one gives.
        match template::fill(topic, topic::LONGEST, |_| Some(Cow::Borrowed("x")), filled) {
            Ok(()) if topic::is_filter(filled.as_bytes()) => {}
            Err(Unfilled::Unknown) => {
                return Err(Unusable::Defect("a placeholder that is not known"));
            }
            _ => return Err(Unusable::Invalid),
        }
        let is_system = filled.starts_with('$');
        template::fill(topic, topic::LONGEST, |it| value(it, self.bearer), filled)
            .map_err(|_| Unusable::NoValue)?;
        if !topic::is_filter(filled.as_bytes()) || filled.starts_with('$') != is_system {
            return Err(Unusable::NoValue);
        }
        Ok(Filter {
            text: filled.as_bytes(),
            exact: false,
        })
    }
}

/// The value of a placeholder, if it can be a part of a level.
fn value<'s>(placeholder: Placeholder<'_>, bearer: &Bearer<'s>) -> Option<Cow<'s, str>> {
    let text = |field: Option<&'s [u8]>| std::str::from_utf8(field?).ok().map(Cow::Borrowed);
    match placeholder {
        Placeholder::Username => text(bearer.client.username),
        Placeholder::ClientId => text(bearer.client.client_id),
        Placeholder::Attribute(name) => bearer.attributes?.get(name)?.to_text(),
    }
    .filter(|value| !value.contains(['/', '+', '#', '\0']))
}
