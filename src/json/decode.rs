//! A strictly read JSON value as the source of serde's derived types.
//!
//! The error type is our own because `serde_json`'s quotes the offending value, which may be a
//! secret: [`Mismatch`] keeps what was expected and drops what was found.

use std::borrow::Cow;
use std::fmt;

use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{self, Deserializer, Expected, IntoDeserializer, Unexpected, Visitor};
use serde::forward_to_deserialize_any;

use super::tree::Json;
use crate::host::quote::quoted;

/// What was expected of a value, without the value.
#[derive(Debug)]
pub(crate) struct Mismatch {
    text: String,
    is_unknown_name: bool,
}

impl Mismatch {
    fn new(text: String) -> Self {
        Self {
            text,
            is_unknown_name: false,
        }
    }

    /// Whether it is about a member that is not known, not about its value.
    pub(crate) fn is_unknown_name(&self) -> bool {
        self.is_unknown_name
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Mismatch {}

impl de::Error for Mismatch {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(message.to_string())
    }

    fn invalid_type(_found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        // Serde's words for an array, an object, an integer and a boolean are its own.
        let expected = match expected.to_string().as_str() {
            "a boolean" => "true or false".to_owned(),
            expected => expected
                .replace("a sequence", "a list")
                .replace("a map", "an object")
                .replace("i64", "a whole number"),
        };
        Self::new(format!("expected {expected}"))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_type(found, expected)
    }

    fn unknown_variant(_found: &str, known: &'static [&'static str]) -> Self {
        let known: Vec<String> = known.iter().map(|name| quoted(name).to_string()).collect();
        Self::new(format!("expected {}", known.join(" or ")))
    }

    fn unknown_field(field: &str, known: &'static [&'static str]) -> Self {
        let text = match nearest(field, known) {
            Some(name) => format!("unknown; the nearest known name is {}", quoted(name)),
            None => "unknown".to_owned(),
        };
        Self {
            text,
            is_unknown_name: true,
        }
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new(format!("{} is missing", quoted(field)))
    }
}

/// The known name that was meant, if one is near: at most one letter in three is added, left out, changed or
/// swapped with the next, or the end is missing. Upper case and `_` do not count.
fn nearest(name: &str, known: &'static [&'static str]) -> Option<&'static str> {
    /// What is shorter is the beginning of too much.
    const SHORTEST_BEGINNING: usize = 5;
    // Nothing that differs after a name's length is near; and a long name costs its square.
    let letters = |name: &str| -> String {
        let letters = name.chars().filter(|letter| !"_-".contains(*letter));
        letters.flat_map(char::to_lowercase).take(64).collect()
    };
    let meant = letters(name);
    let length = meant.chars().count();
    let distance = |name: &str| {
        let name = letters(name);
        if length >= SHORTEST_BEGINNING && name.starts_with(&meant) {
            return 1;
        }
        strsim::damerau_levenshtein(&meant, &name)
    };
    known
        .iter()
        .map(|name| (distance(name), *name))
        .filter(|(distance, _)| *distance <= length / 3)
        .min()
        .map(|(_, name)| name)
}

impl<'de> IntoDeserializer<'de, Mismatch> for Json<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Json<'de> {
    type Error = Mismatch;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self {
            Self::Null => visitor.visit_unit(),
            Self::Bool(value) => visitor.visit_bool(value),
            Self::Integer(value) => match (u64::try_from(value), i64::try_from(value)) {
                (Ok(value), _) => visitor.visit_u64(value),
                (_, Ok(value)) => visitor.visit_i64(value),
                _ => visitor.visit_i128(value),
            },
            Self::Float(value) => visitor.visit_f64(value),
            Self::String(Cow::Borrowed(text)) => visitor.visit_borrowed_str(text),
            Self::String(Cow::Owned(text)) => visitor.visit_string(text),
            Self::Array(elements) => visitor.visit_seq(SeqDeserializer::new(elements.into_iter())),
            Self::Object(members) => visitor.visit_map(MapDeserializer::new(members.0.into_iter())),
        }
    }

    /// A member that is there has a value: null stands for nothing but itself.
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        visitor.visit_newtype_struct(self)
    }

    /// Only an object is a struct; derived types would take an array as well.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        match self {
            Self::Object(_) => self.deserialize_any(visitor),
            _ => Err(Mismatch::new("expected an object".to_owned())),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        match self {
            Self::String(name) => visitor.visit_enum(name.into_deserializer()),
            _ => Err(de::Error::unknown_variant("", variants)),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string
        bytes byte_buf unit unit_struct seq tuple tuple_struct map identifier ignored_any
    }
}
