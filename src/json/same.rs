//! Whether two values are the same, as JSON has it.

use std::borrow::Cow;

use super::number::Number;
use super::tape::{Array, Object, Read, Value};

impl Value<'_> {
    /// Whether both are of one type and the same: strings by their characters, however they are escaped, lists in
    /// their order, objects in any order. The depth of the recursion is that of the values.
    pub(crate) fn is_same(self, other: Value<'_>) -> bool {
        match (self.read(), other.read()) {
            (Read::Null, Read::Null) => true,
            (Read::Bool(one), Read::Bool(other)) => one == other,
            (Read::Number(one), Read::Number(other)) => one.is_same(other),
            (Read::String(one), Read::String(other)) => one == other,
            (Read::Array(one), Read::Array(other)) => are_same_lists(one, other),
            (Read::Object, Read::Object) => {
                let (one, other) = (self.as_object(), other.as_object());
                one.zip(other)
                    .is_some_and(|(one, other)| are_same_objects(one, other))
            }
            _ => false,
        }
    }
}

impl Number<'_> {
    /// Whether both are the same, as in `verify_claims`: a number with a fraction or an exponent is no integer,
    /// so 1 is not 1.0, which is 1e0. All digits of an integer count, also beyond 64 bits.
    fn is_same(self, other: Number<'_>) -> bool {
        if self.is_integer() || other.is_integer() {
            return self.0 == other.0;
        }
        #[expect(clippy::float_cmp, reason = "what is written is compared")]
        let is_same = self.float() == other.float();
        is_same
    }

    /// Whether it is written without fraction and exponent. There is one way to write an integer so.
    fn is_integer(self) -> bool {
        !self.0.iter().any(|byte| b".eE".contains(byte))
    }
}

fn are_same_lists(one: Array<'_>, other: Array<'_>) -> bool {
    one.iter().count() == other.iter().count()
        && one
            .iter()
            .zip(other.iter())
            .all(|(one, other)| one.is_same(other))
}

fn are_same_objects(one: Object<'_>, other: Object<'_>) -> bool {
    let (one, other) = (by_name(one), by_name(other));
    one.len() == other.len()
        && (one.iter().zip(&other))
            .all(|((name, one), (other_name, other))| name == other_name && one.is_same(*other))
}

/// The members in the order of their names, which keeps large objects cheap.
fn by_name(object: Object<'_>) -> Vec<(Cow<'_, [u8]>, Value<'_>)> {
    let mut members: Vec<_> = object.iter().collect();
    members.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
    members
}

#[cfg(test)]
mod tests {
    use crate::json;

    /// Whether the values of two texts are the same, which is so both ways round.
    #[track_caller]
    fn are_same(one: &str, other: &str) -> bool {
        let (mut first, mut second) = (Vec::new(), Vec::new());
        let one = json::scan(one.as_bytes(), &mut first, |_, _, _| {});
        let other = json::scan(other.as_bytes(), &mut second, |_, _, _| {});
        let (Ok(one), Ok(other)) = (one, other) else {
            unreachable!("no JSON");
        };
        let is_same = one.outermost().is_same(other.outermost());
        assert_eq!(other.outermost().is_same(one.outermost()), is_same);
        is_same
    }

    #[test]
    fn what_is_written_in_another_way_is_the_same() {
        for (one, other) in [
            ("null", " null "),
            (r#""a\/é""#, r#""\u0061/\u00e9""#),
            (r#""\ud83d\ude00""#, "\"\u{1f600}\""),
            ("1.0", "1e0"),
            ("0.5", "5E-1"),
            ("[1,[true]]", "[ 1 , [ true ] ]"),
            ("{}", "{ }"),
            (
                r#"{"a":1,"b":{"c":[],"d":2}}"#,
                r#"{"b":{"d":2,"c":[]},"\u0061":1}"#,
            ),
        ] {
            assert!(are_same(one, other), "{one} {other}");
        }
    }

    #[test]
    fn what_differs_anywhere_is_another() {
        for (one, other) in [
            ("1", "1.0"),
            ("1", "1e0"),
            ("1", r#""1""#),
            ("1", "true"),
            ("0", "-0"),
            ("1", "-1"),
            ("9007199254740992", "9007199254740993"),
            ("18446744073709551616", "18446744073709551617"),
            ("18446744073709551616", "1.8446744073709551616e19"),
            ("0.1", "0.2"),
            (r#""a""#, r#""A""#),
            (r#""""#, "null"),
            ("[]", "{}"),
            ("[1,2]", "[2,1]"),
            ("[1]", "[1,1]"),
            ("[1,2]", "[1,[2]]"),
            (r#"{"a":1}"#, r#"{"a":2}"#),
            (r#"{"a":1}"#, r#"{"b":1}"#),
            (r#"{"a":null}"#, "{}"),
            (r#"{"a":1,"b":2}"#, r#"{"a":2,"b":1}"#),
            (r#"{"a":{"b":[{"c":1}]}}"#, r#"{"a":{"b":[{"c":1.0}]}}"#),
        ] {
            assert!(!are_same(one, other), "{one} {other}");
        }
    }
}
