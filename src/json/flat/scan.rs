//! From a text to its nodes, in one pass.

use super::{Flat, Kind, Node, Number, PLACE_BITS, Read, Value, node};
use crate::json::{DUPLICATE, INVALID, MAX_DEPTH, NESTED};

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
    if text.len() >= 1 << PLACE_BITS {
        return Err(INVALID);
    }
    let mut scanner = Scanner { text, at: 0, nodes };
    scanner.value(0)?;
    scanner.skip_space();
    match scanner.peek() {
        None => Ok(Flat { text, nodes }),
        Some(_) => Err(INVALID),
    }
}

struct Scanner<'s> {
    text: &'s str,
    at: usize,
    nodes: &'s mut Vec<Node>,
}

impl Scanner<'_> {
    #[inline]
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    #[inline]
    fn advance(&mut self, by: usize) {
        self.at = self.at.saturating_add(by);
    }

    /// Takes a byte, if it is the next one.
    #[inline]
    fn take(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.advance(is_next.into());
        is_next
    }

    #[inline]
    fn skip_space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.advance(1);
        }
    }

    /// Goes past such bytes, and says how many there were.
    #[inline]
    fn skip(&mut self, is_such: impl Fn(u8) -> bool) -> usize {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let count = rest
            .iter()
            .position(|byte| !is_such(*byte))
            .unwrap_or(rest.len());
        self.advance(count);
        count
    }

    /// Goes past bytes that stand for themselves in a string, eight at a time.
    #[inline]
    fn skip_plain(&mut self) {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let (words, _) = rest.as_chunks();
        for word in words {
            let special = special(u64::from_le_bytes(*word));
            if special != 0 {
                return self.advance(special.trailing_zeros() as usize / 8);
            }
            self.advance(8);
        }
        self.skip(|byte| byte >= b' ' && byte != b'"' && byte != b'\\');
    }

    #[inline]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the text is shorter, and there are fewer nodes than bytes"
    )]
    fn push(&mut self, kind: Kind, start: usize, end: usize) {
        self.nodes.push(node(kind, start as u32, end as u32));
    }

    /// A value that is `depth` levels below the outermost.
    fn value(&mut self, depth: usize) -> Result<(), &'static str> {
        self.skip_space();
        match self.peek() {
            Some(b'"') => self.string().map(|_| ()),
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.literal("true", Kind::True),
            Some(b'f') => self.literal("false", Kind::False),
            Some(b'n') => self.literal("null", Kind::Null),
            _ => Err(INVALID),
        }
    }

    fn literal(&mut self, literal: &str, kind: Kind) -> Result<(), &'static str> {
        let start = self.at;
        let rest = self.text.as_bytes().get(start..).unwrap_or_default();
        if !rest.starts_with(literal.as_bytes()) {
            return Err(INVALID);
        }
        self.advance(literal.len());
        self.push(kind, start, self.at);
        Ok(())
    }

    /// RFC 8259 section 6; and no number is too large for a double.
    fn number(&mut self) -> Result<(), &'static str> {
        let start = self.at;
        self.take(b'-');
        let leads_with_zero = self.peek() == Some(b'0');
        match self.digits() {
            0 => return Err(INVALID),
            2.. if leads_with_zero => return Err(INVALID),
            _ => {}
        }
        if self.take(b'.') && self.digits() == 0 {
            return Err(INVALID);
        }
        let has_exponent = self.take(b'e') || self.take(b'E');
        if has_exponent {
            let _sign = self.take(b'+') || self.take(b'-');
            if self.digits() == 0 {
                return Err(INVALID);
            }
        }
        self.push(Kind::Number, start, self.at);
        // A double has room for 308 digits before the point.
        let may_be_too_large = has_exponent || self.at.saturating_sub(start) > 300;
        let number = Number(self.text.get(start..self.at).unwrap_or_default());
        if may_be_too_large && !number.float().is_finite() {
            return Err(INVALID);
        }
        Ok(())
    }

    #[inline]
    fn digits(&mut self) -> usize {
        self.skip(|byte| byte.is_ascii_digit())
    }

    /// RFC 8259 section 7; returns where it begins and ends, if it stands as it is.
    #[inline]
    fn string(&mut self) -> Result<Option<(usize, usize)>, &'static str> {
        self.advance(1);
        let start = self.at;
        let mut kind = Kind::Plain;
        loop {
            self.skip_plain();
            let end = self.at;
            if self.take(b'"') {
                self.push(kind, start, end);
                return Ok((kind == Kind::Plain).then_some((start, end)));
            }
            if !self.take(b'\\') {
                return Err(INVALID);
            }
            kind = Kind::Escaped;
            self.escape()?;
        }
    }

    /// What follows a backslash. Of surrogates there must be a pair.
    fn escape(&mut self) -> Result<(), &'static str> {
        let escaped = self.peek().ok_or(INVALID)?;
        self.advance(1);
        match escaped {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Ok(()),
            b'u' => match self.code_unit()? {
                0xdc00..=0xdfff => Err(INVALID),
                0xd800..=0xdbff => {
                    let has_next = self.take(b'\\') && self.take(b'u');
                    if has_next && matches!(self.code_unit()?, 0xdc00..=0xdfff) {
                        Ok(())
                    } else {
                        Err(INVALID)
                    }
                }
                _ => Ok(()),
            },
            _ => Err(INVALID),
        }
    }

    fn code_unit(&mut self) -> Result<u16, &'static str> {
        let end = self.at.saturating_add(4);
        let digits = self.text.get(self.at..end).ok_or(INVALID)?;
        self.at = end;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(INVALID);
        }
        u16::from_str_radix(digits, 16).map_err(|_| INVALID)
    }

    fn array(&mut self, depth: usize) -> Result<(), &'static str> {
        let (index, depth) = self.open(Kind::Array, depth)?;
        if !self.take(b']') {
            loop {
                self.value(depth)?;
                if self.is_last(b']')? {
                    break;
                }
            }
        }
        self.close(Kind::Array, index);
        Ok(())
    }

    fn object(&mut self, depth: usize) -> Result<(), &'static str> {
        let (index, depth) = self.open(Kind::Object, depth)?;
        // Names that fall to different bits are different; whether others are is looked at closely.
        let mut seen = 0_u64;
        let mut may_repeat = false;
        if !self.take(b'}') {
            loop {
                self.skip_space();
                if self.peek() != Some(b'"') {
                    return Err(INVALID);
                }
                let bit = self.string()?.map_or(u64::MAX, |(start, end)| {
                    let name = self.text.as_bytes().get(start..end).unwrap_or_default();
                    bit(name)
                });
                may_repeat |= seen & bit != 0;
                seen |= bit;
                self.skip_space();
                if !self.take(b':') {
                    return Err(INVALID);
                }
                self.value(depth)?;
                if self.is_last(b'}')? {
                    break;
                }
            }
        }
        self.close(Kind::Object, index);
        if may_repeat && self.repeats(index) {
            return Err(DUPLICATE);
        }
        Ok(())
    }

    fn open(&mut self, kind: Kind, depth: usize) -> Result<(usize, usize), &'static str> {
        let depth = depth.saturating_add(1);
        if depth > MAX_DEPTH {
            return Err(NESTED);
        }
        let index = self.nodes.len();
        self.push(kind, self.at, 0);
        self.advance(1);
        self.skip_space();
        Ok((index, depth))
    }

    /// Whether what was read is the last in its container. If not, there is a comma.
    #[inline]
    fn is_last(&mut self, close: u8) -> Result<bool, &'static str> {
        self.skip_space();
        if self.take(close) {
            Ok(true)
        } else if self.take(b',') {
            Ok(false)
        } else {
            Err(INVALID)
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "there are fewer nodes than bytes"
    )]
    fn close(&mut self, kind: Kind, index: usize) {
        let end = self.nodes.len() as u32;
        if let Some(container) = self.nodes.get_mut(index) {
            *container = node(kind, 0, end);
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
        let mut names = object.names();
        if names.clone().nth(FEW).is_none() {
            while let Some(name) = names.next() {
                if names.clone().any(|other| name.same_string(other)) {
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

/// The high bit of the first byte, counted from the low end, that is a quotation mark, a backslash or a
/// control character; bits above it mean nothing. 0: there is none.
#[inline]
fn special(word: u64) -> u64 {
    const EACH: u64 = 0x0101_0101_0101_0101;
    // Of a byte below 128, the subtraction borrows exactly if it is less.
    let less = |word: u64, limit: u64| word.wrapping_sub(EACH.wrapping_mul(limit)) & !word;
    let is = |byte: u8| less(word ^ EACH.wrapping_mul(byte.into()), 1);
    (is(b'"') | is(b'\\') | less(word, 0x20)) & EACH.wrapping_mul(0x80)
}

/// One of 64 bits, by the length and the ends of a name.
#[inline]
fn bit(name: &[u8]) -> u64 {
    let end = |byte: Option<&u8>| u32::from(byte.copied().unwrap_or_default());
    let ends = end(name.first()).wrapping_mul(5) ^ end(name.last()).wrapping_mul(3);
    let len = u32::try_from(name.len()).unwrap_or_default();
    1_u64.rotate_left(ends.wrapping_add(len))
}
