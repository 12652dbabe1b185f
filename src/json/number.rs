//! Numbers as they are written, and their values.

/// A number as it is written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Number<'d>(pub(super) &'d [u8]);

impl Number<'_> {
    /// The value of a number without fraction or exponent that fits 64 bits. None for -0, which is a float.
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

    /// The value of a number of at most 18 digits and nothing else, as dates are.
    #[inline]
    pub(crate) fn short(self) -> Option<i64> {
        const FEW: usize = 18;
        if self.0.len() > FEW {
            return None;
        }
        let (eights, rest) = self.0.as_chunks();
        // 18 digits fit 63 bits.
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

/// The number that eight ASCII digits are; none if one is no digit. The digits are lanes of one 64-bit
/// word: neighbours are joined to four numbers of two digits, to two of four, to one of eight (SIMD within
/// a register).
#[inline]
fn eight_digits(digits: [u8; 8]) -> Option<i64> {
    let each = |byte: u64| byte.wrapping_mul(0x0101_0101_0101_0101);
    let digits = u64::from_le_bytes(digits).wrapping_sub(each(b'0'.into()));
    // A byte below '0' has wrapped to 0x80 or more; one above '9' gets there by this addition.
    let above_nine = digits.wrapping_add(each(0x7f - 9));
    if (digits | above_nine) & each(0x80) != 0 {
        return None;
    }
    let twos = digits.wrapping_mul(10).wrapping_add(digits >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = twos.wrapping_mul(100).wrapping_add(twos >> 16) & 0x0000_ffff_0000_ffff;
    let eights = fours.wrapping_mul(10_000).wrapping_add(fours >> 32) & 0xffff_ffff;
    i64::try_from(eights).ok()
}

/// Text that [`scan`](super::scan()) found to be UTF-8.
pub(super) fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}
