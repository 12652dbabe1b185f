//! From a topic of a rule, which may have placeholders, to a filter for one client.

use std::cell::Cell;

use super::filters::Filter;
use super::limits::{LEAST_FILLED_IN, MOST_DOTS, MOST_FILLED_IN};
use super::values::{Bearer, Values};
use super::{Defect, topic};
use crate::client::template::{self, Piece, Pieces, Placeholder, Unfilled};

/// Why a topic of a rule is no filter for the bearer.
pub(super) enum Unusable {
    /// It is none for any client.
    Invalid,
    /// It has a placeholder whose value is absent, or would be more than a part of a level.
    NoValue,
    /// It has `${claims.NAME}`, so it may be several: see [`Fill::multiplied`].
    HasClaims,
    Defect(Defect),
}

/// A ban that would be lost for the bearer.
pub(super) const UNFILLED_BAN: Defect = "a deny rule with a placeholder for what the client did not send, \
                                         or what is too long or cannot be part of a level";

/// A topic of a rule that is a filter as it is written: for every client the same.
#[inline]
pub(super) fn plain(topic: &[u8]) -> Result<Option<Filter<'_>>, Unusable> {
    let literal = topic.strip_prefix(b"eq ");
    let text = literal.unwrap_or(topic);
    let exact = literal.is_some();
    if topic::is_filter_without(text, template::marks) || (exact && topic::is_filter(text)) {
        Ok(Some(Filter { text, exact }))
    } else if exact {
        Err(Unusable::Invalid)
    } else {
        Ok(None)
    }
}

/// What is known of a topic with placeholders before they are filled in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    /// It begins with `$`, which a value must not bring about.
    is_system: bool,
    pub(super) has_claims: bool,
}

impl Shape {
    /// Fills a topic with `x`: a value must not complete a level beside a wildcard (in `+%c`, an empty one would),
    /// nor make the topic begin with `$`. What an ordinary value gives must be what this one gives.
    pub(super) fn of(topic: &str, buffer: &mut String) -> Result<Self, Unusable> {
        let (has_claims, is_too_deep) = (Cell::new(false), Cell::new(false));
        let ordinary = |placeholder: Placeholder<'_>| {
            if let Placeholder::Claim(name) = placeholder {
                has_claims.set(true);
                is_too_deep.set(is_too_deep.get() || name.matches('.').count() > MOST_DOTS);
            }
            Some("x")
        };
        match template::fill(Pieces(topic), topic::LONGEST, ordinary, buffer) {
            Err(Unfilled::Unknown) => {
                return Err(Unusable::Defect("a placeholder that is not known"));
            }
            _ if is_too_deep.get() => {
                return Err(Unusable::Defect(
                    "a name of more than 32 dots in ${claims.NAME}",
                ));
            }
            Ok(()) if topic::is_filter(buffer.as_bytes()) => {}
            _ => return Err(Unusable::Invalid),
        }
        Ok(Self {
            is_system: buffer.starts_with('$'),
            has_claims: has_claims.get(),
        })
    }
}

/// Fills placeholders in topics with the values of one bearer.
pub(super) struct Fill<'a> {
    values: Values<'a>,
    /// A topic whose placeholders are filled in.
    text: &'a mut String,
    was_needed: bool,
    /// How many bytes of values were filled in.
    filled_in: Cell<usize>,
    /// Names in `${claims.NAME}` are those of the token's rules, which are limited.
    limits_names: bool,
}

impl<'a> Fill<'a> {
    pub(super) fn new(bearer: &'a Bearer<'a>, text: &'a mut String) -> Self {
        Self {
            values: Values::new(bearer),
            text,
            was_needed: false,
            filled_in: Cell::new(0),
            limits_names: true,
        }
    }

    /// Starts with a rule of the operator. Each is counted by itself, and names are not limited.
    pub(super) fn start_operator_rule(&mut self) {
        self.filled_in.set(0);
        self.limits_names = false;
    }

    /// Goes over to the rules of the token, whose work is counted from here.
    pub(super) fn start_claim(&mut self) {
        self.was_needed = false;
        self.filled_in.set(0);
        self.limits_names = true;
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
        // As `plain`, without its result in between: each topic of a token comes here.
        let literal = topic.strip_prefix(b"eq ");
        let text = literal.unwrap_or(topic);
        let exact = literal.is_some();
        if topic::is_filter_without(text, template::marks) || (exact && topic::is_filter(text)) {
            Ok(Filter { text, exact })
        } else if exact {
            Err(Unusable::Invalid)
        } else {
            self.fill_written(topic, is_about_bearer)
        }
    }

    fn fill_written(
        &mut self,
        topic: &[u8],
        is_about_bearer: bool,
    ) -> Result<Filter<'_>, Unusable> {
        self.was_needed = true;
        let topic = std::str::from_utf8(topic).map_err(|_| Unusable::Invalid)?;
        let shape = Shape::of(topic, self.text)?;
        if !is_about_bearer {
            return Err(Unusable::NoValue);
        }
        if shape.has_claims {
            return Err(Unusable::HasClaims);
        }
        self.fill(Pieces(topic), shape)
    }

    /// The filter that a topic without `${claims.NAME}` is for the bearer.
    pub(super) fn fill<'t>(
        &mut self,
        pieces: impl Iterator<Item = Option<Piece<'t>>>,
        shape: Shape,
    ) -> Result<Filter<'_>, Unusable> {
        let Self {
            values,
            text,
            filled_in,
            ..
        } = self;
        let values: &Values<'a> = values;
        fill(
            pieces,
            shape,
            |placeholder| values.get(placeholder),
            filled_in,
            text,
        )?;
        Ok(Filter {
            text: text.as_bytes(),
            exact: false,
        })
    }

    /// Over how many filters the claims in a topic multiply it.
    pub(super) fn count<'t>(
        &mut self,
        pieces: impl Iterator<Item = Option<Piece<'t>>>,
    ) -> Result<usize, Defect> {
        let limits = self.limits_names;
        let mut seen: Vec<&str> = Vec::new();
        let mut count: usize = 1;
        for name in pieces.filter_map(claim) {
            let members = self.values.claims().count(name, limits)?;
            if members != 1 && !seen.contains(&name) {
                seen.push(name);
                count = count.saturating_mul(members);
            }
        }
        Ok(count)
    }

    /// Whether all members of the claims in a topic can be parts of a level. They have been counted.
    pub(super) fn are_usable<'t>(&self, pieces: impl Iterator<Item = Option<Piece<'t>>>) -> bool {
        let mut texts = pieces
            .filter_map(claim)
            .flat_map(|name| self.values.texts(name));
        texts.all(Option::is_some)
    }

    /// Gives each filter that a topic with `${claims.NAME}` is, for each member of the lists that it names, to `take`.
    /// A list that is named twice has one value in a filter. They have been counted.
    pub(super) fn multiplied<'t>(
        &mut self,
        pieces: &(impl Iterator<Item = Option<Piece<'t>>> + Clone),
        shape: Shape,
        count: usize,
        mut take: impl FnMut(Result<Filter<'_>, Unusable>) -> Result<(), Defect>,
    ) -> Result<(), Defect> {
        let Self {
            values,
            text,
            filled_in,
            ..
        } = self;
        let values: &Values<'a> = values;
        // How many filters come before the next member of each list is taken.
        let mut strides: Vec<(&str, usize)> = Vec::new();
        let mut stride: usize = 1;
        let mut texts = Vec::new();
        for name in pieces.clone().filter_map(claim) {
            let list = values.texts(name);
            let own = if list.len() == 1 {
                1
            } else if let Some((_, own)) = strides.iter().find(|(other, _)| *other == name) {
                *own
            } else {
                let own = stride;
                strides.push((name, own));
                stride = own.saturating_mul(list.len());
                own
            };
            texts.push((list, own));
        }
        for nth in 0..count {
            let mut claims = texts.iter().map(|(list, stride)| {
                let member = nth.checked_div(*stride)?.checked_rem(list.len())?;
                list.get(member)?.as_deref()
            });
            let next_claim = std::cell::RefCell::new(&mut claims);
            let value = |placeholder: Placeholder<'_>| match placeholder {
                Placeholder::Claim(_) => next_claim.borrow_mut().next().flatten(),
                _ => values.get(placeholder),
            };
            let filled = fill(pieces.clone(), shape, value, filled_in, text);
            take(filled.map(|()| Filter {
                text: text.as_bytes(),
                exact: false,
            }))?;
        }
        Ok(())
    }
}

/// The name in `${claims.NAME}`.
fn claim(piece: Option<Piece<'_>>) -> Option<&str> {
    match piece? {
        Piece::Placeholder(Placeholder::Claim(name)) => Some(name),
        _ => None,
    }
}

/// Writes a topic with values in it over `text`.
fn fill<'t: 'v, 'v>(
    pieces: impl Iterator<Item = Option<Piece<'t>>>,
    shape: Shape,
    value: impl Fn(Placeholder<'t>) -> Option<&'v str>,
    filled_in: &Cell<usize>,
    text: &mut String,
) -> Result<(), Unusable> {
    let value = |placeholder: Placeholder<'t>| {
        let least = match placeholder {
            Placeholder::Claim(_) => LEAST_FILLED_IN,
            _ => 0,
        };
        let value = value(placeholder);
        let len = value.map_or(0, str::len).max(least);
        filled_in.set(filled_in.get().saturating_add(len));
        value
    };
    let result = template::fill(pieces, topic::LONGEST, value, text);
    if filled_in.get() > MOST_FILLED_IN {
        return Err(Unusable::Defect(
            "more than 64 KiB of values for placeholders",
        ));
    }
    result.map_err(|_| Unusable::NoValue)?;
    if !topic::is_filter(text.as_bytes()) || text.starts_with('$') != shape.is_system {
        return Err(Unusable::NoValue);
    }
    Ok(())
}
