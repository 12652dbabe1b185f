//! JSON as a flat list of nodes: how the claims of a token are read.
//!
//! The tree of [`Json`](super::Json) is made for each text anew, out of many small pieces. Claims are
//! read with every CONNECT, so they are described instead, in a buffer that is used again: a node for
//! each value and each member name, in the order of the text, with the place of a scalar in the text
//! or the end of a container among the nodes. What the text may be is the same.

use std::borrow::Cow;

pub(crate) use super::number::Number;
use super::number::text;

/// One value or member name, in 64 bits. Bytes, so that nodes can be kept behind the text that they
/// describe:
///
/// ```text
/// kind 4 | start 20 | length 20 | next 20
/// ```
///
/// Start and length are those of a scalar in the text; a container starts with the first node in it. Next
/// is the node after this one and, if it is a container, all that is in it. A member's name is followed by
/// its value. No node is all zeros.
pub(crate) type Node = [u8; 8];

/// How many bits of a node are a place in the text, or among the nodes.
const PLACE_BITS: u32 = 20;

/// The longest text, in bytes: the claims of the longest token are shorter.
pub(super) const LONGEST: usize = (1 << PLACE_BITS) - 1;

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
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
pub(super) fn node(kind: Kind, start: usize, len: usize, next: usize) -> Node {
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
    /// UTF-8, which is not looked at again for what is compared only.
    pub(super) text: &'d [u8],
    pub(super) nodes: &'d [Node],
}

impl<'d> Flat<'d> {
    /// A description that was kept, and its text.
    pub(crate) fn new(text: &'d [u8], nodes: &'d [Node]) -> Self {
        Self { text, nodes }
    }

    pub(crate) fn text(self) -> &'d [u8] {
        self.text
    }

    pub(crate) fn nodes(self) -> &'d [Node] {
        self.nodes
    }

    /// The outermost value.
    pub(crate) fn outermost(&self) -> Value<'_> {
        self.at(0)
    }

    /// The value of a node.
    #[inline]
    pub(crate) fn value(&self, node: Node) -> Value<'_> {
        Value { flat: self, node }
    }

    /// The value of the node at a place.
    #[inline]
    pub(super) fn at(&self, place: usize) -> Value<'_> {
        // Null, after which there is nothing.
        const NOTHING: Node = (LONGEST as u64).to_ne_bytes();
        self.value(self.nodes.get(place).copied().unwrap_or(NOTHING))
    }
}

/// A value of a text that was described.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Value<'d> {
    flat: &'d Flat<'d>,
    pub(super) node: Node,
}

/// What a value is.
#[derive(Debug, Clone)]
pub(crate) enum Read<'d> {
    Null,
    Bool(bool),
    Number(Number<'d>),
    String(Cow<'d, str>),
    Array(Array<'d>),
    /// See [`Value::as_object`].
    Object,
}

impl<'d> Value<'d> {
    #[inline]
    pub(super) fn parts(self) -> (Kind, usize, usize, usize) {
        parts(self.node)
    }

    pub(crate) fn read(self) -> Read<'d> {
        let (kind, start, len, next) = self.parts();
        match kind {
            Kind::Null => Read::Null,
            Kind::True => Read::Bool(true),
            Kind::False => Read::Bool(false),
            Kind::Number => Read::Number(Number(self.slice(start, len))),
            Kind::Plain => Read::String(Cow::Borrowed(text(self.slice(start, len)))),
            Kind::Escaped => Read::String(Cow::Owned(self.unescaped(start, len))),
            Kind::Array => Read::Array(Array(self.inside(start, next))),
            Kind::Object => Read::Object,
        }
    }

    pub(crate) fn as_str(self) -> Option<Cow<'d, str>> {
        match self.parts() {
            (Kind::Plain, start, len, _) => Some(Cow::Borrowed(text(self.slice(start, len)))),
            (Kind::Escaped, start, len, _) => Some(Cow::Owned(self.unescaped(start, len))),
            _ => None,
        }
    }

    /// The bytes of a string, to be compared.
    #[inline]
    pub(crate) fn as_bytes(self) -> Option<Cow<'d, [u8]>> {
        match self.parts() {
            (Kind::Plain, start, len, _) => Some(Cow::Borrowed(self.slice(start, len))),
            (Kind::Escaped, start, len, _) => {
                Some(Cow::Owned(self.unescaped(start, len).into_bytes()))
            }
            _ => None,
        }
    }

    #[inline]
    pub(crate) fn as_number(self) -> Option<Number<'d>> {
        match self.parts() {
            (Kind::Number, start, len, _) => Some(Number(self.slice(start, len))),
            _ => None,
        }
    }

    #[inline]
    pub(crate) fn as_array(self) -> Option<Array<'d>> {
        match self.parts() {
            (Kind::Array, first, _, end) => Some(Array(self.inside(first, end))),
            _ => None,
        }
    }

    #[inline]
    pub(crate) fn as_object(self) -> Option<Object<'d>> {
        match self.parts() {
            (Kind::Object, first, _, end) => Some(Object(self.inside(first, end))),
            _ => None,
        }
    }

    /// A string, a number or a boolean as text; a number as it is written.
    pub(crate) fn to_text(self) -> Option<Cow<'d, str>> {
        match self.read() {
            Read::String(text) => Some(text),
            Read::Number(number) => Some(Cow::Borrowed(text(number.0))),
            Read::Bool(true) => Some(Cow::Borrowed("true")),
            Read::Bool(false) => Some(Cow::Borrowed("false")),
            Read::Null | Read::Array(_) | Read::Object => None,
        }
    }

    #[inline]
    fn slice(self, start: usize, len: usize) -> &'d [u8] {
        let end = start.wrapping_add(len);
        self.flat.text.get(start..end).unwrap_or_default()
    }

    fn unescaped(self, start: usize, len: usize) -> String {
        // With its quotation marks.
        let quoted = self.slice(start.saturating_sub(1), len.saturating_add(2));
        serde_json::from_slice(quoted).unwrap_or_default()
    }

    #[inline]
    fn inside(self, next: usize, end: usize) -> Inside<'d> {
        let flat = self.flat;
        Inside { flat, next, end }
    }
}

/// The nodes in a container.
#[derive(Debug, Clone, Copy)]
struct Inside<'d> {
    flat: &'d Flat<'d>,
    next: usize,
    end: usize,
}

impl<'d> Inside<'d> {
    /// The node that comes next, if there is one.
    #[inline]
    fn first(self) -> Option<Value<'d>> {
        (self.next < self.end).then(|| self.flat.at(self.next))
    }

    /// Lets the node after this value come next.
    #[inline]
    fn go_past(&mut self, value: Value<'d>) {
        (_, _, _, self.next) = value.parts();
    }
}

/// The elements of an array.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Array<'d>(Inside<'d>);

impl<'d> Array<'d> {
    #[inline]
    pub(crate) fn iter(self) -> impl Iterator<Item = Value<'d>> {
        let Self(mut inside) = self;
        std::iter::from_fn(move || {
            let element = inside.first()?;
            inside.go_past(element);
            Some(element)
        })
    }
}

/// The members of an object: in the order of the text, each name once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Object<'d>(Inside<'d>);

impl<'d> Object<'d> {
    /// The nodes of names and values.
    #[inline]
    pub(super) fn members(self) -> impl Iterator<Item = (Value<'d>, Value<'d>)> + Clone {
        let Self(mut inside) = self;
        std::iter::from_fn(move || {
            let name = inside.first()?;
            inside.next = inside.next.saturating_add(1);
            let value = inside.first()?;
            inside.go_past(value);
            Some((name, value))
        })
    }

    /// Names and values.
    #[inline]
    pub(crate) fn iter(self) -> impl Iterator<Item = (Cow<'d, [u8]>, Value<'d>)> {
        self.members()
            .map_while(|(name, value)| Some((name.as_bytes()?, value)))
    }

    pub(crate) fn get(self, wanted: &str) -> Option<Value<'d>> {
        self.members()
            .find_map(|(name, value)| name.is(wanted).then_some(value))
    }
}

/// A member's name.
impl Value<'_> {
    #[inline]
    fn is(self, wanted: &str) -> bool {
        match self.parts() {
            (Kind::Plain, start, len, _) => self.slice(start, len) == wanted.as_bytes(),
            _ => self.as_str().as_deref() == Some(wanted),
        }
    }
}
