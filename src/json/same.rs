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
