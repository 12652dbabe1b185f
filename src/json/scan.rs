//! From a text to its tape, in one pass.

use super::grammar::{DUPLICATE, INVALID, MAX_DEPTH, NESTED, NOT_UTF8};
use super::number::Number;
use super::tape::{Kind, LONGEST, Node, Tape, Value, node};
use crate::bytes::ShortKey;
use crate::bytes::{self, Block16};

/// Writes the tape of the one value that fills the whole of `text`, over what `nodes` holds. If it is an
/// object, `member` is called with the name of each of its members, the name's key, and the node of the
/// value.
///
/// # Errors
///
/// What is wrong with the text.
pub(crate) fn scan<'d>(
    text: &'d [u8],
    nodes: &'d mut Vec<Node>,
    member: impl FnMut(&[u8], ShortKey, Node),
) -> Result<Tape<'d>, &'static str> {
    nodes.clear();
    if text.len() > LONGEST {
        return Err(INVALID);
    }
    if !text.is_ascii() && std::str::from_utf8(text).is_err() {
        return Err(NOT_UTF8);
    }
    let mut scanner = Scanner {
        nodes,
        member,
        has_escapes: false,
        defect: INVALID,
    };
    let end = scanner.value(Text(text), 0, 0).ok_or(scanner.defect)?;
    if Text(text).past_spaces(end) != text.len() {
        return Err(INVALID);
    }
    Ok(Tape { text, nodes })
}

/// The text that is scanned. Each function here and of [`Scanner`] takes an offset in the text and returns
/// the one behind what it matched, or None where nothing matches.
#[derive(Clone, Copy)]
struct Text<'s>(&'s [u8]);

impl Text<'_> {
    /// The byte at an offset; NUL, which no JSON text holds, behind its end.
    #[inline]
    fn byte(self, at: usize) -> u8 {
        self.0.get(at).copied().unwrap_or_default()
    }

    /// Past white space. Issuers write none into tokens, so this is cold.
    #[cold]
    fn past_spaces(self, mut at: usize) -> usize {
        while let b' ' | b'\t' | b'\n' | b'\r' = self.byte(at) {
            at = after(at);
        }
        at
    }

    /// Past white space and this byte.
    #[inline]
    fn past_token(self, at: usize, token: u8) -> Option<usize> {
        if self.byte(at) == token {
            return Some(after(at));
        }
        let at = self.past_spaces(at);
        (self.byte(at) == token).then_some(after(at))
    }

    /// Past this byte, if it is there.
    #[inline]
    fn past(self, at: usize, byte: u8) -> usize {
        at.saturating_add((self.byte(at) == byte).into())
    }

    /// Past digits, at least one.
    #[inline]
    fn past_digits(self, start: usize) -> Option<usize> {
        let at = bytes::find(self.0, start, |block| block.less(b'0') | block.more(b'9'));
        (at != start).then_some(at)
    }

    /// Past the bytes of a string that are neither its end nor an escape nor forbidden.
    #[inline]
    fn past_plain(self, at: usize) -> usize {
        let special = |block: Block16| block.is(b'"') | block.is(b'\\') | block.less(b' ');
        bytes::find(self.0, at, special)
    }

    /// From a backslash to the quotation mark that ends the string.
    #[cold]
    fn past_escaped(self, mut at: usize) -> Option<usize> {
        loop {
            match self.byte(at) {
                b'\\' => at = self.past_plain(self.past_escape(after(at))?),
                b'"' => return Some(at),
                _ => return None,
            }
        }
    }

    /// Past what follows a backslash. Surrogates come in pairs (RFC 8259 section 7).
    fn past_escape(self, at: usize) -> Option<usize> {
        match self.byte(at) {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(after(at)),
            b'u' => match self.code_unit(after(at))? {
                (0xdc00..=0xdfff, _) => None,
                (0xd800..=0xdbff, at) => {
                    let digits = at.saturating_add(2);
                    let has_next = self.0.get(at..digits) == Some(b"\\u");
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

    fn code_unit(self, at: usize) -> Option<(u16, usize)> {
        let end = at.saturating_add(4);
        let digits = self.0.get(at..end)?;
        if !digits.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
        let digits = std::str::from_utf8(digits).ok()?;
        Some((u16::from_str_radix(digits, 16).ok()?, end))
    }
}

/// Writes the nodes.
struct Scanner<'s, M> {
    nodes: &'s mut Vec<Node>,
    member: M,
    /// A string with escapes was met: it may spell a name that another member has as well.
    has_escapes: bool,
    /// What is wrong where nothing matches.
    defect: &'static str,
}

impl<M: FnMut(&[u8], ShortKey, Node)> Scanner<'_, M> {
    #[inline]
    fn push(&mut self, kind: Kind, start: usize, end: usize) {
        let next = after(self.nodes.len());
        self.nodes
            .push(node(kind, start, end.wrapping_sub(start), next));
    }

    /// A value that is `depth` levels below the outermost.
    #[expect(
        clippy::inline_always,
        reason = "most values are no containers, and need no call"
    )]
    #[inline(always)]
    fn value(&mut self, text: Text<'_>, mut at: usize, depth: usize) -> Option<usize> {
        loop {
            match text.byte(at) {
                b'"' => return self.string(text, after(at)),
                b'{' => return self.object(text, after(at), depth),
                b'[' => return self.array(text, after(at), depth),
                b'-' | b'0'..=b'9' => return self.number(text, at),
                b't' => return self.literal(text, at, "true", Kind::True),
                b'f' => return self.literal(text, at, "false", Kind::False),
                b'n' => return self.literal(text, at, "null", Kind::Null),
                b' ' | b'\t' | b'\n' | b'\r' => at = after(at),
                _ => return None,
            }
        }
    }

    fn literal(&mut self, text: Text<'_>, at: usize, literal: &str, kind: Kind) -> Option<usize> {
        let end = at.saturating_add(literal.len());
        self.push(kind, at, end);
        (text.0.get(at..end) == Some(literal.as_bytes())).then_some(end)
    }

    /// RFC 8259 section 6; and no number is too large for a double.
    #[inline]
    fn number(&mut self, text: Text<'_>, start: usize) -> Option<usize> {
        let first = text.past(start, b'-');
        let mut at = text.past_digits(first)?;
        if text.byte(first) == b'0' && at != after(first) {
            return None;
        }
        if text.byte(at) == b'.' {
            at = text.past_digits(after(at))?;
        }
        let has_exponent = matches!(text.byte(at), b'e' | b'E');
        if has_exponent {
            let sign = after(at);
            let has_sign = matches!(text.byte(sign), b'+' | b'-');
            at = text.past_digits(sign.saturating_add(has_sign.into()))?;
        }
        self.push(Kind::Number, start, at);
        // A double has room for 308 digits before the point.
        let may_be_too_large = has_exponent || at.saturating_sub(start) > 300;
        if may_be_too_large {
            let number = Number(text.0.get(start..at)?);
            return number.float().is_finite().then_some(at);
        }
        Some(at)
    }

    /// RFC 8259 section 7; it begins after the quotation mark.
    #[inline]
    fn string(&mut self, text: Text<'_>, start: usize) -> Option<usize> {
        let end = text.past_plain(start);
        if text.byte(end) == b'"' {
            self.push(Kind::Plain, start, end);
            return Some(after(end));
        }
        let end = text.past_escaped(end)?;
        self.push(Kind::Escaped, start, end);
        self.has_escapes = true;
        Some(after(end))
    }

    #[inline(never)]
    fn array(&mut self, text: Text<'_>, mut at: usize, depth: usize) -> Option<usize> {
        let (container, depth) = self.open(depth)?;
        let end = text.past_token(at, b']');
        let end = loop {
            if let Some(end) = end {
                break end;
            }
            at = self.value(text, at, depth)?;
            match text.past_token(at, b',') {
                Some(next) => at = next,
                None => break text.past_token(at, b']')?,
            }
        };
        self.close(container, Kind::Array);
        Some(end)
    }

    #[inline(never)]
    fn object(&mut self, text: Text<'_>, mut at: usize, depth: usize) -> Option<usize> {
        let (container, depth) = self.open(depth)?;
        // A Bloom filter of one hash: names whose bits differ differ. Only where two share a bit are the
        // names themselves compared.
        let mut bits_seen = 0_u64;
        let mut may_repeat = false;
        let end = text.past_token(at, b'}');
        let end = loop {
            if let Some(end) = end {
                break end;
            }
            let start = text.past_token(at, b'"')?;
            at = self.string(text, start)?;
            let name = text.0.get(start..at.wrapping_sub(1))?;
            let key = ShortKey::of(name);
            let bit = 1 << (key.hash() >> 58);
            may_repeat |= bits_seen & bit != 0;
            bits_seen |= bit;
            let value = self.nodes.len();
            at = self.value(text, text.past_token(at, b':')?, depth)?;
            if depth == OUTERMOST {
                if self.has_escapes {
                    self.report_unescaped(text, value);
                } else if let Some(value) = self.nodes.get(value) {
                    (self.member)(name, key, *value);
                }
            }
            match text.past_token(at, b',') {
                Some(next) => at = next,
                None => break text.past_token(at, b'}')?,
            }
        };
        self.close(container, Kind::Object);
        if (may_repeat || self.has_escapes) && self.repeats(text, container) {
            self.defect = DUPLICATE;
            return None;
        }
        Some(end)
    }

    /// Calls `member` for a name that may have escapes, and the value at an index of the tape.
    #[cold]
    fn report_unescaped(&mut self, text: Text<'_>, value: usize) {
        let tape = Tape {
            text: text.0,
            nodes: self.nodes,
        };
        let name = tape.at(value.wrapping_sub(1)).as_bytes();
        if let (Some(name), Some(value)) = (name, self.nodes.get(value)) {
            (self.member)(&name, ShortKey::of(&name), *value);
        }
    }

    /// The tape as far as it is written.
    fn tape<'f>(&'f self, text: Text<'f>) -> Tape<'f> {
        Tape {
            text: text.0,
            nodes: self.nodes,
        }
    }

    /// Reserves the node of a container, and goes one level deeper.
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
        if let Some(reserved) = self.nodes.get_mut(container) {
            *reserved = node(kind, after(container), 0, next);
        }
    }

    /// Whether two members of an object have one name.
    #[inline(never)]
    fn repeats(&mut self, text: Text<'_>, container: usize) -> bool {
        if !self.hashes_repeat(text, container) {
            return false;
        }
        let tape = self.tape(text);
        let Some(object) = tape.at(container).as_object() else {
            return false;
        };
        // Sorting keeps a hostile object of many members cheap.
        let names = object.members().map(|(name, _)| name);
        let mut sorted: Vec<_> = names.filter_map(Value::as_bytes).collect();
        sorted.sort_unstable();
        let mut following = sorted.iter().skip(1);
        sorted.iter().any(|name| following.next() == Some(name))
    }

    /// Whether two members of an object have names of one hash. The end of the tape serves as the buffer in
    /// which the hashes are sorted.
    fn hashes_repeat(&mut self, text: Text<'_>, container: usize) -> bool {
        let end = self.nodes.len();
        let mut at = after(container);
        while at < end {
            let tape = self.tape(text);
            let name = tape.at(at).as_bytes().unwrap_or_default();
            (_, _, _, at) = tape.at(after(at)).parts();
            self.nodes.push(ShortKey::of(&name).hash().to_ne_bytes());
        }
        let hashes = self.nodes.get_mut(end..).unwrap_or_default();
        hashes.sort_unstable();
        let mut following = hashes.iter().skip(1);
        let repeat = hashes.iter().any(|hash| following.next() == Some(hash));
        self.nodes.truncate(end);
        repeat
    }
}

/// The depth of the members of the outermost value.
const OUTERMOST: usize = 1;

/// The next offset or index.
#[inline]
fn after(at: usize) -> usize {
    // Both end at `LONGEST`.
    at.wrapping_add(1)
}
