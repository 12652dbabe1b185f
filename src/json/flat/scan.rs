//! From a text to its nodes, in one pass.

use super::{Flat, Kind, LONGEST, Node, Number, Read, Value, node};
use crate::json::{DUPLICATE, INVALID, MAX_DEPTH, NESTED};
use crate::words;

/// Describes the one value that fills the whole of `text`, in place of what `nodes` holds.
///
/// # Errors
///
/// What is wrong with the text.
pub(crate) fn describe<'d>(
    text: &'d str,
    nodes: &'d mut Vec<Node>,
) -> Result<Flat<'d>, &'static str> {
    nodes.clear();
    if text.len() > LONGEST {
        return Err(INVALID);
    }
    let mut scanner = Scanner {
        text,
        bytes: text.as_bytes(),
        nodes,
        defect: INVALID,
    };
    let end = scanner.value(0, 0).ok_or(scanner.defect)?;
    match scanner.next_byte(end) {
        (None, _) => Ok(Flat { text, nodes }),
        (Some(_), _) => Err(INVALID),
    }
}

/// Its functions take the place in the text where they begin, and return the one where they end; none:
/// there is no such thing.
struct Scanner<'s> {
    text: &'s str,
    bytes: &'s [u8],
    nodes: &'s mut Vec<Node>,
    /// What is wrong, if something is.
    defect: &'static str,
}

impl Scanner<'_> {
    #[inline]
    fn byte(&self, at: usize) -> Option<u8> {
        self.bytes.get(at).copied()
    }

    /// The next byte that is no space, and where it is.
    #[inline]
    fn next_byte(&self, mut at: usize) -> (Option<u8>, usize) {
        loop {
            match self.byte(at) {
                Some(b' ' | b'\t' | b'\n' | b'\r') => at = after(at),
                other => return (other, at),
            }
        }
    }

    #[inline]
    fn push(&mut self, kind: Kind, start: usize, end: usize) {
        let next = after(self.nodes.len());
        self.nodes
            .push(node(kind, start, end.wrapping_sub(start), next));
    }

    /// A value that is `depth` levels below the outermost.
    #[inline]
    fn value(&mut self, at: usize, depth: usize) -> Option<usize> {
        let (first, at) = self.next_byte(at);
        match first? {
            b'"' => self.string(after(at)),
            b'{' => self.object(at, depth),
            b'[' => self.array(at, depth),
            b'-' | b'0'..=b'9' => self.number(at),
            b't' => self.literal(at, "true", Kind::True),
            b'f' => self.literal(at, "false", Kind::False),
            b'n' => self.literal(at, "null", Kind::Null),
            _ => None,
        }
    }

    fn literal(&mut self, at: usize, literal: &str, kind: Kind) -> Option<usize> {
        let end = at.saturating_add(literal.len());
        let is_it = self.bytes.get(at..end) == Some(literal.as_bytes());
        self.push(kind, at, end);
        is_it.then_some(end)
    }

    /// RFC 8259 section 6; and no number is too large for a double.
    fn number(&mut self, start: usize) -> Option<usize> {
        let first = self.past(start, b'-');
        let mut at = self.digits(first)?;
        if self.byte(first) == Some(b'0') && at != after(first) {
            return None;
        }
        if self.byte(at) == Some(b'.') {
            at = self.digits(after(at))?;
        }
        let has_exponent = matches!(self.byte(at), Some(b'e' | b'E'));
        if has_exponent {
            let sign = after(at);
            let has_sign = matches!(self.byte(sign), Some(b'+' | b'-'));
            at = self.digits(sign.saturating_add(has_sign.into()))?;
        }
        self.push(Kind::Number, start, at);
        // A double has room for 308 digits before the point.
        let may_be_too_large = has_exponent || at.saturating_sub(start) > 300;
        if may_be_too_large {
            let number = Number(self.text.get(start..at)?);
            return number.float().is_finite().then_some(at);
        }
        Some(at)
    }

    /// Past this byte, if it is there.
    fn past(&self, at: usize, byte: u8) -> usize {
        at.saturating_add((self.byte(at) == Some(byte)).into())
    }

    /// One digit at least.
    fn digits(&self, start: usize) -> Option<usize> {
        let mut at = start;
        while let Some(b'0'..=b'9') = self.byte(at) {
            at = after(at);
        }
        (at != start).then_some(at)
    }

    /// RFC 8259 section 7; it begins after the quotation mark.
    #[inline]
    fn string(&mut self, start: usize) -> Option<usize> {
        let end = self.plain(start);
        match self.byte(end)? {
            b'"' => {
                self.push(Kind::Plain, start, end);
                Some(after(end))
            }
            _ => self.escaped(start, end),
        }
    }

    /// Past bytes that stand for themselves in a string.
    #[inline]
    fn plain(&self, at: usize) -> usize {
        words::find(self.bytes, at, |word| {
            word.is(b'"') | word.is(b'\\') | word.less(b' ')
        })
    }

    /// A string that goes on with a backslash.
    #[cold]
    fn escaped(&mut self, start: usize, mut at: usize) -> Option<usize> {
        loop {
            match self.byte(at)? {
                b'\\' => at = self.plain(self.escape(after(at))?),
                b'"' => {
                    self.push(Kind::Escaped, start, at);
                    return Some(after(at));
                }
                _ => return None,
            }
        }
    }

    /// What follows a backslash. Of surrogates there must be a pair.
    fn escape(&self, at: usize) -> Option<usize> {
        match self.byte(at)? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(after(at)),
            b'u' => match self.code_unit(after(at))? {
                (0xdc00..=0xdfff, _) => None,
                (0xd800..=0xdbff, at) => {
                    let digits = at.saturating_add(2);
                    let has_next = self.bytes.get(at..digits) == Some(b"\\u");
                    match self.code_unit(digits)? {
                        (0xdc00..=0xdfff, end) if has_next => Some(end),
                        _ => None,
                    }
                }
                (_, at) => Some(at),
            },
            _ => None,
        }
    }

    fn code_unit(&self, at: usize) -> Option<(u16, usize)> {
        let end = at.saturating_add(4);
        let digits = self.text.get(at..end)?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        Some((u16::from_str_radix(digits, 16).ok()?, end))
    }

    fn array(&mut self, at: usize, depth: usize) -> Option<usize> {
        let (container, depth) = self.open(depth)?;
        let (first, mut at) = self.next_byte(after(at));
        if first != Some(b']') {
            loop {
                at = self.value(at, depth)?;
                let (next, here) = self.next_byte(at);
                at = here;
                match next? {
                    b',' => at = after(at),
                    b']' => break,
                    _ => return None,
                }
            }
        }
        self.close(container, Kind::Array);
        Some(after(at))
    }

    fn object(&mut self, at: usize, depth: usize) -> Option<usize> {
        let (container, depth) = self.open(depth)?;
        // Names that fall to different bits are different; whether others are is looked at closely.
        let mut seen = 0_u64;
        let mut may_repeat = false;
        let (first, mut at) = self.next_byte(after(at));
        if first != Some(b'}') {
            loop {
                let name = self.nodes.len();
                let bit;
                (bit, at) = self.name(at)?;
                may_repeat |= seen & bit != 0;
                seen |= bit;
                let (colon, here) = self.next_byte(at);
                if colon? != b':' {
                    return None;
                }
                at = self.value(after(here), depth)?;
                self.end(name);
                let (next, here) = self.next_byte(at);
                at = here;
                match next? {
                    b',' => at = after(at),
                    b'}' => break,
                    _ => return None,
                }
            }
        }
        self.close(container, Kind::Object);
        if may_repeat && self.repeats(container) {
            self.defect = DUPLICATE;
            return None;
        }
        Some(after(at))
    }

    /// A member's name, and its bit: all of them, if the name does not stand as it is.
    #[inline]
    fn name(&mut self, at: usize) -> Option<(u64, usize)> {
        let (first, at) = self.next_byte(at);
        if first? != b'"' {
            return None;
        }
        let start = after(at);
        let end = self.plain(start);
        if self.byte(end) == Some(b'"') {
            self.push(Kind::Plain, start, end);
            Some((bit(self.bytes.get(start..end)?), after(end)))
        } else {
            Some((u64::MAX, self.escaped(start, end)?))
        }
    }

    /// Makes room for the node of a container.
    #[inline]
    fn open(&mut self, depth: usize) -> Option<(usize, usize)> {
        let depth = after(depth);
        if depth > MAX_DEPTH {
            self.defect = NESTED;
            return None;
        }
        let container = self.nodes.len();
        self.nodes.push(Node::default());
        Some((container, depth))
    }

    #[inline]
    fn close(&mut self, container: usize, kind: Kind) {
        let next = self.nodes.len();
        if let Some(container) = self.nodes.get_mut(container) {
            *container = node(kind, 0, 0, next);
        }
    }

    /// Lets a name end with its value.
    #[inline]
    fn end(&mut self, name: usize) {
        let next = self.nodes.len();
        if let Some(name) = self.nodes.get_mut(name) {
            let (kind, start, len, _) = super::parts(*name);
            *name = node(kind, start, len, next);
        }
    }

    /// Whether two members of an object have one name. Many names are sorted: a hostile object stays
    /// cheap.
    fn repeats(&self, index: usize) -> bool {
        const FEW: usize = 16;
        let flat = Flat {
            text: self.text,
            nodes: self.nodes,
        };
        let Read::Object(object) = flat.value(index).read() else {
            return false;
        };
        let mut names = object.0;
        if names.clone().nth(FEW).is_none() {
            while let Some(name) = names.next() {
                let text = name.as_str();
                if names.clone().any(|other| other.as_str() == text) {
                    return true;
                }
            }
            return false;
        }
        let mut sorted: Vec<_> = names.filter_map(Value::as_str).collect();
        sorted.sort_unstable();
        let mut following = sorted.iter().skip(1);
        sorted.iter().any(|name| following.next() == Some(name))
    }
}

/// One place further.
#[inline]
fn after(at: usize) -> usize {
    // Places end at `LONGEST`.
    at.wrapping_add(1)
}

/// One of 64 bits, by the length and the ends of a name.
#[inline]
fn bit(name: &[u8]) -> u64 {
    let end = |byte: Option<&u8>| u32::from(byte.copied().unwrap_or_default());
    let ends = end(name.first()).wrapping_mul(5) ^ end(name.last()).wrapping_mul(3);
    let len = u32::try_from(name.len()).unwrap_or_default();
    1_u64.rotate_left(ends.wrapping_add(len))
}
