//! JSON as a tape: a flat list of nodes that refer to the text, which is how claims are read.
//!
//! The tree of [`Json`](super::Json) is many small allocations for each text. Claims are read with every
//! CONNECT, so [`scan`](super::scan()) writes a tape instead, into a buffer that is used again: a node for
//! each value and each member name, in the order of the text. The node of a scalar holds its offset and
//! length in the text, that of a container the index behind the last node in it, so that a reader skips it
//! in one step. Both readers accept the same texts.

use std::borrow::Cow;

pub(crate) use super::number::Number;
use super::number::text;

/// One value or member name in 64 bits, from the highest down:
///
/// ```text
/// kind 4 | start 20 | length 20 | next 20
/// ```
///
/// Of a scalar, start and length are its offset and its length in the text. Of a container, start is the
/// index of the first node in it, and length is 0. Next is the index behind the node and all that is in
/// it. The node of a member's name comes before that of its value. No node is all zeros, which stands for
/// a claim that was not found. Nodes are bytes, so that they need no alignment where they are remembered
/// behind the text.
pub(crate) type Node = [u8; 8];

/// How many bits of a node hold an offset in the text, or an index on the tape.
const OFFSET_BITS: u32 = 20;

/// The longest text, in bytes: the claims of the longest token are shorter.
pub(super) const LONGEST: usize = (1 << OFFSET_BITS) - 1;

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    True,
    False,
    Number,
    /// A string without escapes.
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

/// Packs a node of numbers that are at most [`LONGEST`].
#[inline]
pub(super) fn node(kind: Kind, start: usize, len: usize, next: usize) -> Node {
    let packed = [start, len, next]
        .into_iter()
        .fold(kind as u64, |bits, number| {
            (bits << OFFSET_BITS) | number as u64
        });
    packed.to_ne_bytes()
}

/// Kind, start, length and next.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "numbers of 20 bits")]
fn parts(node: Node) -> (Kind, usize, usize, usize) {
    let bits = u64::from_ne_bytes(node);
    let number = |shift: u32| (bits >> shift) as usize & LONGEST;
    let kind = Kind::of((bits >> (3 * OFFSET_BITS)) as u32);
    (
        kind,
        number(2 * OFFSET_BITS),
        number(OFFSET_BITS),
        number(0),
    )
}

/// A text with the nodes of its values.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tape<'d> {
    /// UTF-8, as [`scan`](super::scan()) saw. What is only compared is compared as bytes.
    pub(super) text: &'d [u8],
    pub(super) nodes: &'d [Node],
}

impl<'d> Tape<'d> {
    /// The tape of a text that was scanned before.
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
        Value { tape: self, node }
    }

    /// The text of a node that is a string.
    #[inline]
    pub(crate) fn string(self, node: Node) -> Option<Cow<'d, str>> {
        match parts(node) {
            (Kind::Plain, start, len, _) => Some(Cow::Borrowed(text(self.slice(start, len)))),
            (Kind::Escaped, start, len, _) => Some(Cow::Owned(self.unescaped(start, len))),
            _ => None,
        }
    }

    #[inline]
    fn slice(self, start: usize, len: usize) -> &'d [u8] {
        let end = start.wrapping_add(len);
        self.text.get(start..end).unwrap_or_default()
    }

    fn unescaped(self, start: usize, len: usize) -> String {
        // With its quotation marks.
        let quoted = self.slice(start.saturating_sub(1), len.saturating_add(2));
        serde_json::from_slice(quoted).unwrap_or_default()
    }

    /// The value of the node at an index.
    #[inline]
    pub(super) fn at(&self, index: usize) -> Value<'_> {
        // A null that ends the tape.
        const NOTHING: Node = (LONGEST as u64).to_ne_bytes();
        self.value(self.nodes.get(index).copied().unwrap_or(NOTHING))
    }
}

/// A value on a tape.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Value<'d> {
    tape: &'d Tape<'d>,
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
        self.tape.string(self.node)
    }

    /// Whether it is a string that is not empty.
    pub(crate) fn is_some_text(self) -> bool {
        matches!(self.parts(), (Kind::Plain | Kind::Escaped, _, 1.., _))
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

    /// The elements of a list of strings and nothing else, to be compared.
    #[inline]
    pub(crate) fn as_strings(self) -> Option<impl Iterator<Item = Cow<'d, [u8]>>> {
        let list = self.as_array()?;
        let is_string =
            |element: Value<'_>| matches!(element.parts(), (Kind::Plain | Kind::Escaped, ..));
        let are_strings = list.iter().all(is_string);
        are_strings.then(|| list.iter().filter_map(Value::as_bytes))
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
        self.tape.slice(start, len)
    }

    fn unescaped(self, start: usize, len: usize) -> String {
        self.tape.unescaped(start, len)
    }

    #[inline]
    fn inside(self, next: usize, end: usize) -> Inside<'d> {
        let tape = self.tape;
        Inside { tape, next, end }
    }
}

/// The nodes of a container that are still to be visited.
#[derive(Debug, Clone, Copy)]
struct Inside<'d> {
    tape: &'d Tape<'d>,
    next: usize,
    end: usize,
}

impl<'d> Inside<'d> {
    /// The next node, if one is left.
    #[inline]
    fn first(self) -> Option<Value<'d>> {
        (self.next < self.end).then(|| self.tape.at(self.next))
    }

    /// Skips a value and all that is in it.
    #[inline]
    fn skip(&mut self, value: Value<'d>) {
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
            inside.skip(element);
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
            inside.skip(value);
            Some((name, value))
        })
    }

    /// Names and values.
    #[inline]
    pub(crate) fn iter(self) -> impl Iterator<Item = (Cow<'d, [u8]>, Value<'d>)> {
        self.members()
            .map_while(|(name, value)| Some((name.as_bytes()?, value)))
    }

    pub(crate) fn get(self, name: &str) -> Option<Value<'d>> {
        self.members()
            .find_map(|(member, value)| member.is(name).then_some(value))
    }

    /// The member of this name; failing that, the nested one to which its dots lead. The longest part of the
    /// name before a dot that leads somewhere counts.
    ///
    /// Each object is reached by one way only, so all members are compared at most once for each dot. The
    /// depth of the recursion is that of the objects.
    pub(crate) fn get_dotted(self, name: &str) -> Option<Value<'d>> {
        self.get(name).or_else(|| {
            name.rmatch_indices('.').find_map(|(dot, _)| {
                let (outer, rest) = name.split_at_checked(dot)?;
                let outer = self.get(outer)?.as_object()?;
                outer.get_dotted(rest.strip_prefix('.')?)
            })
        })
    }
}

impl Value<'_> {
    /// Whether it is this string.
    #[inline]
    fn is(self, text: &str) -> bool {
        match self.parts() {
            (Kind::Plain, start, len, _) => self.slice(start, len) == text.as_bytes(),
            _ => self.as_str().as_deref() == Some(text),
        }
    }
}
