//! JSON as a flat list of nodes: how the claims of a token are read.
//!
//! The tree of [`Json`](super::Json) is made for each text anew, out of many small pieces. Claims are
//! read with every CONNECT, so they are described instead, in a buffer that is used again: a node for
//! each value and each member name, in the order of the text, with the place of a scalar in the text
//! or the end of a container among the nodes. What the text may be is the same.

mod scan;

use std::borrow::Cow;

pub(crate) use scan::describe;

/// One value or member name, in 64 bits. Bytes, so that nodes can be kept behind the text that they
/// describe:
///
/// ```text
/// kind 4 | start 20 | length 20 | next 20
/// ```
///
/// Start and length are those of a scalar in the text. Next is the node after all that belongs to this
/// one: to a container what is in it, to a name its value.
pub(crate) type Node = [u8; 8];

/// How many bits of a node are a place in the text, or among the nodes.
const PLACE_BITS: u32 = 20;

/// The longest text, in bytes: the claims of the longest token are shorter.
const LONGEST: usize = (1 << PLACE_BITS) - 1;

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Null,
    True,
    False,
    Number,
    /// A string as it stands in the text.
    Plain,
    /// A string with escapes.
    Escaped,
    Array,
    Object,
}

impl Kind {
    fn of(bits: u32) -> Self {
        match bits & 7 {
            0 => Self::Null,
            1 => Self::True,
            2 => Self::False,
            3 => Self::Number,
            4 => Self::Plain,
            5 => Self::Escaped,
            6 => Self::Array,
            _ => Self::Object,
        }
    }
}

/// Makes a node of places that are at most [`LONGEST`].
#[inline]
fn node(kind: Kind, start: usize, len: usize, next: usize) -> Node {
    let places = [start, len, next]
        .into_iter()
        .fold(kind as u64, |bits, place| {
            (bits << PLACE_BITS) | place as u64
        });
    places.to_ne_bytes()
}

/// Kind, start, length and next.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "places of 20 bits")]
fn parts(node: Node) -> (Kind, usize, usize, usize) {
    let bits = u64::from_ne_bytes(node);
    let place = |shift: u32| (bits >> shift) as usize & LONGEST;
    let kind = Kind::of((bits >> (3 * PLACE_BITS)) as u32);
    (kind, place(2 * PLACE_BITS), place(PLACE_BITS), place(0))
}

/// A text that was described.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Flat<'d> {
    text: &'d str,
    nodes: &'d [Node],
}

impl<'d> Flat<'d> {
    /// A description that was kept, and its text.
    pub(crate) fn new(text: &'d str, nodes: &'d [Node]) -> Self {
        Self { text, nodes }
    }

    /// The nodes of one description, and what stands behind them.
    pub(crate) fn split(nodes: &[Node]) -> (&[Node], &[Node]) {
        let (_, _, _, end) = nodes
            .first()
            .map_or((Kind::Null, 0, 0, 0), |node| parts(*node));
        nodes.split_at_checked(end).unwrap_or_default()
    }

    pub(crate) fn text(self) -> &'d str {
        self.text
    }

    pub(crate) fn nodes(self) -> &'d [Node] {
        self.nodes
    }

    /// The outermost value.
    pub(crate) fn outermost(&self) -> Value<'_> {
        self.value(0)
    }

    /// The value of a node.
    #[inline]
    pub(crate) fn value(&self, index: usize) -> Value<'_> {
        Value { flat: self, index }
    }
}

/// A value of a text that was described.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Value<'d> {
    flat: &'d Flat<'d>,
    index: usize,
}

/// What a value is.
#[derive(Debug, Clone)]
pub(crate) enum Read<'d> {
    Null,
    Bool(bool),
    Number(Number<'d>),
    String(Cow<'d, str>),
    Array(Array<'d>),
    Object(Object<'d>),
}

impl<'d> Value<'d> {
    #[inline]
    fn parts(self) -> (Kind, usize, usize, usize) {
        let node = self.flat.nodes.get(self.index);
        node.map_or((Kind::Null, 0, 0, usize::MAX), |node| parts(*node))
    }

    /// Its node.
    pub(crate) fn index(self) -> usize {
        self.index
    }

    #[inline]
    pub(crate) fn read(self) -> Read<'d> {
        let (kind, start, len, next) = self.parts();
        match kind {
            Kind::Null => Read::Null,
            Kind::True => Read::Bool(true),
            Kind::False => Read::Bool(false),
            Kind::Number => Read::Number(Number(self.slice(start, len))),
            Kind::Plain => Read::String(Cow::Borrowed(self.slice(start, len))),
            Kind::Escaped => Read::String(Cow::Owned(self.unescaped(start, len))),
            Kind::Array => Read::Array(Array(self.inside(next))),
            Kind::Object => Read::Object(Object(self.inside(next))),
        }
    }

    #[inline]
    pub(crate) fn as_str(self) -> Option<Cow<'d, str>> {
        match self.parts() {
            (Kind::Plain, start, len, _) => Some(Cow::Borrowed(self.slice(start, len))),
            (Kind::Escaped, start, len, _) => Some(Cow::Owned(self.unescaped(start, len))),
            _ => None,
        }
    }

    /// A string, a number or a boolean as text; a number as it is written.
    pub(crate) fn to_text(self) -> Option<Cow<'d, str>> {
        match self.read() {
            Read::String(text) => Some(text),
            Read::Number(number) => Some(Cow::Borrowed(number.0)),
            Read::Bool(true) => Some(Cow::Borrowed("true")),
            Read::Bool(false) => Some(Cow::Borrowed("false")),
            Read::Null | Read::Array(_) | Read::Object(_) => None,
        }
    }

    #[inline]
    fn slice(self, start: usize, len: usize) -> &'d str {
        let end = start.saturating_add(len);
        self.flat.text.get(start..end).unwrap_or_default()
    }

    fn unescaped(self, start: usize, len: usize) -> String {
        // With its quotation marks.
        let quoted = self.slice(start.saturating_sub(1), len.saturating_add(2));
        serde_json::from_str(quoted).unwrap_or_default()
    }

    #[inline]
    fn inside(self, end: usize) -> Inside<'d> {
        Inside {
            flat: self.flat,
            next: self.index.saturating_add(1),
            end,
        }
    }
}

/// A number as it is written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Number<'d>(&'d str);

impl Number<'_> {
    /// The value of a number without fraction or exponent that fits 64 bits; of -0 there is none.
    #[inline]
    pub(crate) fn integer(self) -> Option<i128> {
        if self.0 == "-0" {
            return None;
        }
        let signed = self.0.parse::<i64>().map(i128::from);
        signed
            .or_else(|_| self.0.parse::<u64>().map(i128::from))
            .ok()
    }

    /// The value of a number without fraction or exponent that fits an `i64`.
    #[inline]
    pub(crate) fn short(self) -> Option<i64> {
        self.0.parse().ok()
    }

    /// The nearest double; always finite.
    pub(crate) fn float(self) -> f64 {
        self.0.parse().unwrap_or(f64::INFINITY)
    }
}

/// The nodes in a container: the elements of an array, the names of an object.
#[derive(Debug, Clone, Copy)]
struct Inside<'d> {
    flat: &'d Flat<'d>,
    next: usize,
    end: usize,
}

#[expect(
    clippy::copy_iterator,
    reason = "a place to begin from, which is read only"
)]
impl<'d> Iterator for Inside<'d> {
    type Item = Value<'d>;

    #[inline]
    fn next(&mut self) -> Option<Value<'d>> {
        if self.next >= self.end {
            return None;
        }
        let value = self.flat.value(self.next);
        (_, _, _, self.next) = value.parts();
        Some(value)
    }
}

/// The elements of an array.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Array<'d>(Inside<'d>);

impl<'d> Array<'d> {
    pub(crate) fn iter(self) -> impl Iterator<Item = Value<'d>> {
        self.0
    }
}

/// The members of an object: in the order of the text, each name once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Object<'d>(Inside<'d>);

impl<'d> Object<'d> {
    /// Names and values.
    #[inline]
    pub(crate) fn iter(self) -> impl Iterator<Item = (Cow<'d, str>, Value<'d>)> {
        self.0
            .map_while(|name| Some((name.as_str()?, name.following())))
    }

    pub(crate) fn get(self, wanted: &str) -> Option<Value<'d>> {
        let Self(mut names) = self;
        names.find(|name| name.is(wanted)).map(Value::following)
    }
}

/// A member's name.
impl Value<'_> {
    #[inline]
    fn is(self, wanted: &str) -> bool {
        match self.parts() {
            (Kind::Plain, start, len, _) => len == wanted.len() && self.slice(start, len) == wanted,
            _ => self.as_str().as_deref() == Some(wanted),
        }
    }

    /// Its value.
    #[inline]
    fn following(self) -> Self {
        self.flat.value(self.index.saturating_add(1))
    }
}

#[cfg(test)]
mod tests;
