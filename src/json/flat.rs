//! JSON as a flat list of nodes: how the claims of a token are read.
//!
//! The tree of [`Json`](super::Json) is made for each text anew, out of many small pieces. Claims are
//! read with every CONNECT, so they are described instead, in a buffer that is used again: a node for
//! each value and each member name, in the order of the text, with the place of a scalar in the text
//! or the end of a container among the nodes. What the text may be is the same.

mod scan;

use std::borrow::Cow;
use std::iter::StepBy;

pub(crate) use scan::describe;

/// One value or member name: three bits of kind and 29 of where it begins, then where it ends. Bytes,
/// so that nodes can be kept behind the text that they describe.
pub(crate) type Node = [u8; 8];

/// How many bits of a node are the place where it begins.
const PLACE_BITS: u32 = 29;

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
    /// The node's end is the index of the node after its last element.
    Array,
    /// The node's end is the index of the node after its last member.
    Object,
}

impl Kind {
    fn of(bits: u32) -> Self {
        match bits {
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

fn node(kind: Kind, start: u32, end: u32) -> Node {
    let first = ((kind as u32) << PLACE_BITS) | start;
    ((u64::from(first) << 32) | u64::from(end)).to_be_bytes()
}

#[inline]
#[expect(clippy::cast_possible_truncation, reason = "these are the halves")]
fn parts(node: Node) -> (Kind, usize, usize) {
    let bits = u64::from_be_bytes(node);
    let (first, end) = ((bits >> 32) as u32, bits as u32);
    let start = first & ((1 << PLACE_BITS) - 1);
    (Kind::of(first >> PLACE_BITS), start as usize, end as usize)
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
    fn parts(self) -> (Kind, usize, usize) {
        let node = self.flat.nodes.get(self.index);
        node.map_or((Kind::Null, 0, 0), |node| parts(*node))
    }

    /// Its node.
    pub(crate) fn index(self) -> usize {
        self.index
    }

    #[inline]
    pub(crate) fn read(self) -> Read<'d> {
        let (kind, start, end) = self.parts();
        match kind {
            Kind::Null => Read::Null,
            Kind::True => Read::Bool(true),
            Kind::False => Read::Bool(false),
            Kind::Number => Read::Number(Number(self.slice(start, end))),
            Kind::Plain => Read::String(Cow::Borrowed(self.slice(start, end))),
            Kind::Escaped => Read::String(Cow::Owned(self.unescaped(start, end))),
            Kind::Array => Read::Array(Array(self.inside(end))),
            Kind::Object => Read::Object(Object(self.inside(end))),
        }
    }

    #[inline]
    pub(crate) fn as_str(self) -> Option<Cow<'d, str>> {
        match self.parts() {
            (Kind::Plain, start, end) => Some(Cow::Borrowed(self.slice(start, end))),
            (Kind::Escaped, start, end) => Some(Cow::Owned(self.unescaped(start, end))),
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
    fn slice(self, start: usize, end: usize) -> &'d str {
        self.flat.text.get(start..end).unwrap_or_default()
    }

    fn unescaped(self, start: usize, end: usize) -> String {
        // With its quotation marks.
        let quoted = self.slice(start.saturating_sub(1), end.saturating_add(1));
        serde_json::from_str(quoted).unwrap_or_default()
    }

    /// Whether both are strings, of the same characters.
    fn same_string(self, other: Self) -> bool {
        self.as_str() == other.as_str()
    }

    /// The node after this value and all that is in it.
    #[inline]
    fn after(self) -> usize {
        match self.parts() {
            (Kind::Array | Kind::Object, _, end) => end,
            _ => self.index.saturating_add(1),
        }
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

    /// The nearest double; always finite.
    pub(crate) fn float(self) -> f64 {
        self.0.parse().unwrap_or(f64::INFINITY)
    }
}

/// The values in a container.
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
        self.next = value.after();
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
        let Self(mut inside) = self;
        std::iter::from_fn(move || Some((inside.next()?.as_str()?, inside.next()?)))
    }

    pub(crate) fn get(self, name: &str) -> Option<Value<'d>> {
        let Self(Inside { flat, next, end }) = self;
        let mut index = next;
        let mut rest = flat.nodes.get(next..end)?;
        while let [found, value, ..] = rest {
            let is_it = match parts(*found) {
                (Kind::Plain, start, end) => {
                    end.wrapping_sub(start) == name.len()
                        && flat.text.as_bytes().get(start..end) == Some(name.as_bytes())
                }
                _ => flat.value(index).as_str().as_deref() == Some(name),
            };
            index = index.saturating_add(1);
            if is_it {
                return Some(flat.value(index));
            }
            let after = match parts(*value) {
                (Kind::Array | Kind::Object, _, end) => end,
                _ => index.saturating_add(1),
            };
            rest = flat.nodes.get(after..end)?;
            index = after;
        }
        None
    }

    fn names(self) -> StepBy<Inside<'d>> {
        self.0.step_by(2)
    }
}

#[cfg(test)]
mod tests;
