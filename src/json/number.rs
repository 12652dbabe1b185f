//! Numbers as they are written.

/// A number as it is written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Number<'d>(pub(super) &'d [u8]);

impl Number<'_> {
    /// The value of a number without fraction or exponent that fits 64 bits; of -0 there is none.
    pub(crate) fn integer(self) -> Option<i128> {
        if let Some(number) = self.short() {
            return Some(number.into());
        }
        let number = text(self.0);
        if number == "-0" {
            return None;
        }
        let signed = number.parse::<i64>().map(i128::from);
        signed
            .or_else(|_| number.parse::<u64>().map(i128::from))
            .ok()
    }

    /// The value of a number that has digits only, and few of them, as dates have.
    #[inline]
    pub(crate) fn short(self) -> Option<i64> {
        const FEW: usize = 18;
        if self.0.len() > FEW {
            return None;
        }
        let (eights, rest) = self.0.as_chunks();
        // So few digits fit.
        let mut number = 0_i64;
        for digits in eights {
            number = number
                .wrapping_mul(100_000_000)
                .wrapping_add(eight_digits(*digits)?);
        }
        for byte in rest {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                return None;
            }
            number = number.wrapping_mul(10).wrapping_add(digit.into());
        }
        Some(number)
    }

    /// The nearest double; always finite.
    pub(crate) fn float(self) -> f64 {
        text(self.0).parse().unwrap_or(f64::INFINITY)
    }
}

/// The number that eight digits are: first of pairs of digits, then of pairs of those, all at once.
#[inline]
fn eight_digits(digits: [u8; 8]) -> Option<i64> {
    let each = |byte: u64| byte.wrapping_mul(0x0101_0101_0101_0101);
    let digits = u64::from_le_bytes(digits).wrapping_sub(each(b'0'.into()));
    // What was less than a zero is 0x80 or more by now; what was more than a nine becomes so.
    let above_nine = digits.wrapping_add(each(0x7f - 9));
    if (digits | above_nine) & each(0x80) != 0 {
        return None;
    }
    let twos = digits.wrapping_mul(10).wrapping_add(digits >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = twos.wrapping_mul(100).wrapping_add(twos >> 16) & 0x0000_ffff_0000_ffff;
    let eights = fours.wrapping_mul(10_000).wrapping_add(fours >> 32) & 0xffff_ffff;
    i64::try_from(eights).ok()
}

/// What was UTF-8 when it was described.
pub(super) fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}
