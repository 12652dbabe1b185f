//! JSON as a tree: how headers, key sets, revocations and the configuration are read.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};

use super::grammar::{DUPLICATE, INVALID, MAX_DEPTH, NESTED};
use super::syntax::SyntaxError;
use crate::host::quote::quoted;

/// A JSON value that borrows from its text whatever needs no unescaping.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Json<'a> {
    Null,
    Bool(bool),
    /// A number without fraction or exponent that fits 64 bits; kept exact.
    Integer(i128),
    /// Any other number; always finite.
    Float(f64),
    String(Cow<'a, str>),
    Array(Vec<Json<'a>>),
    Object(Object<'a>),
}

/// The members of a JSON object: in the order of the text, each name once.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Object<'a>(pub(super) Vec<(Cow<'a, str>, Json<'a>)>);

impl<'a> Object<'a> {
    pub(crate) fn get(&self, name: &str) -> Option<&Json<'a>> {
        self.0
            .iter()
            .find_map(|(member, value)| (member == name).then_some(value))
    }

    /// A member moved out of the object.
    pub(crate) fn remove(&mut self, name: &str) -> Option<Json<'a>> {
        let index = self.0.iter().position(|(member, _)| member == name)?;
        Some(self.0.swap_remove(index).1)
    }

    /// Drops the members that are null.
    pub(crate) fn drop_nulls(&mut self) {
        self.0.retain(|(_, value)| *value != Json::Null);
    }

    /// The values of all members.
    pub(crate) fn values(&self) -> impl Iterator<Item = &Json<'a>> {
        self.0.iter().map(|(_, value)| value)
    }

    /// The members whose names are in `names`, moved out of the object.
    pub(crate) fn take(&mut self, names: &[&str]) -> Self {
        Self(
            self.0
                .extract_if(.., |(member, _)| names.contains(&member.as_ref()))
                .collect(),
        )
    }
}

impl<'a> Json<'a> {
    pub(crate) fn object(members: impl Iterator<Item = (Cow<'a, str>, Self)>) -> Self {
        Self::Object(Object(members.collect()))
    }

    /// Reads one JSON value that fills the whole of `text`.
    pub(crate) fn parse(text: &'a str) -> Result<Self, Error> {
        serde_json::from_str(text).map_err(|error| Error::new(&error, text))
    }

    /// Reads as [`parse`](Self::parse) does, but hands each element of one list, a member of the outermost
    /// object, to `take` instead of keeping it: of a million elements there is one at a time. If the
    /// text turns out to be no JSON, some of them were taken before.
    pub(crate) fn parse_apart(
        text: &'a str,
        list: &str,
        take: &mut dyn FnMut(Self),
    ) -> Result<Self, Error> {
        let mut reader = serde_json::Deserializer::from_str(text);
        let elements = Elements::OfMember(list, take);
        let json = Reader { depth: 0, elements }.deserialize(&mut reader);
        json.and_then(|json| reader.end().map(|()| json))
            .map_err(|error| Error::new(&error, text))
    }

    pub(crate) fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }
}

/// Why a text was not read.
#[derive(Debug)]
pub(crate) struct Error(Cause);

#[derive(Debug)]
enum Cause {
    /// It is not JSON. The texts of `serde_json` itself are not used: they may quote a value.
    Syntax(SyntaxError),
    /// It goes beyond what we take: one of the reader's own texts, with line and column.
    Limit(String),
}

impl Error {
    /// An error of the reader of [`Json`] about this text.
    pub(crate) fn new(error: &serde_json::Error, text: &str) -> Self {
        // The reader takes every JSON type, so a data error is one of its own two.
        Self(if error.is_data() {
            Cause::Limit(error.to_string())
        } else {
            Cause::Syntax(SyntaxError::find(text, error))
        })
    }

    /// What is wrong, without line and column.
    pub(crate) fn defect(&self) -> &'static str {
        match &self.0 {
            Cause::Syntax(_) => INVALID,
            Cause::Limit(text) if text.starts_with(NESTED) => NESTED,
            Cause::Limit(_) => DUPLICATE,
        }
    }

    /// That a member is given twice, by its name, without line and column.
    pub(crate) fn repeated(&self) -> Option<&str> {
        match &self.0 {
            Cause::Limit(text) if self.defect() == DUPLICATE => {
                text.rsplit_once(" at line ").map(|(sentence, _)| sentence)
            }
            _ => None,
        }
    }
}

/// A sentence with line and column. It quotes at most the name of a member.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Cause::Syntax(error) => error.fmt(f),
            Cause::Limit(text) => f.write_str(text),
        }
    }
}

impl<'a, 'de: 'a> Deserialize<'de> for Json<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Reader::keeping(0).deserialize(deserializer)
    }
}

impl Serialize for Json<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Integer(value) => serializer.serialize_i128(*value),
            Self::Float(value) => serializer.serialize_f64(*value),
            Self::String(value) => serializer.serialize_str(value),
            Self::Array(elements) => serializer.collect_seq(elements),
            Self::Object(Object(members)) => {
                serializer.collect_map(members.iter().map(|(name, value)| (name, value)))
            }
        }
    }
}

/// Reads one value at `depth` levels below the outermost.
struct Reader<'t, 'de> {
    depth: usize,
    elements: Elements<'t, 'de>,
}

/// What becomes of the elements of a value that is a list.
enum Elements<'t, 'de> {
    Kept,
    Taken(&'t mut dyn FnMut(Json<'de>)),
    /// Of an object, those of the member of this name are taken.
    OfMember(&'t str, &'t mut dyn FnMut(Json<'de>)),
}

impl Reader<'_, '_> {
    fn keeping(depth: usize) -> Self {
        let elements = Elements::Kept;
        Self { depth, elements }
    }
}

/// The level inside this one.
fn inside<E: de::Error>(depth: usize) -> Result<usize, E> {
    let depth = depth.saturating_add(1);
    if depth > MAX_DEPTH {
        return Err(E::custom(NESTED));
    }
    Ok(depth)
}

impl<'de> DeserializeSeed<'de> for Reader<'_, 'de> {
    type Value = Json<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_, 'de> {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json<'de>, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json<'de>, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json<'de>, E> {
        Ok(Json::Integer(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json<'de>, E> {
        Ok(Json::Integer(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json<'de>, E> {
        Ok(Json::Float(value))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Json<'de>, E> {
        Ok(Json::String(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json<'de>, E> {
        Ok(Json::String(Cow::Owned(text.to_owned())))
    }

    fn visit_string<E>(self, text: String) -> Result<Json<'de>, E> {
        Ok(Json::String(Cow::Owned(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut elements: A) -> Result<Json<'de>, A::Error> {
        let depth = inside(self.depth)?;
        let mut array = Vec::new();
        while let Some(element) = elements.next_element_seed(Reader::keeping(depth))? {
            match &mut self.elements {
                Elements::Taken(take) => take(element),
                Elements::Kept | Elements::OfMember(..) => array.push(element),
            }
        }
        Ok(Json::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<Json<'de>, A::Error> {
        let depth = inside(self.depth)?;
        let mut object = Vec::new();
        while let Some(Name(name)) = members.next_key()? {
            let elements = match &mut self.elements {
                Elements::OfMember(list, take) if name == *list => Elements::Taken(*take),
                _ => Elements::Kept,
            };
            object.push((name, members.next_value_seed(Reader { depth, elements })?));
        }
        match repeated(&object) {
            Some(name) => Err(de::Error::custom(format_args!(
                "{} is given twice",
                quoted(name)
            ))),
            None => Ok(Json::Object(Object(object))),
        }
    }
}

/// A name that two members share. Sorting keeps a hostile object of many members cheap.
fn repeated<'m>(members: &'m [(Cow<'_, str>, Json<'_>)]) -> Option<&'m str> {
    let mut names: Vec<&str> = members.iter().map(|(name, _)| name.as_ref()).collect();
    names.sort_unstable();
    let following = names.iter().skip(1);
    names
        .iter()
        .zip(following)
        .find_map(|(name, next)| (name == next).then_some(*name))
}

/// A member name; `Cow`'s own `Deserialize` would always copy.
struct Name<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameVisitor;

        impl<'de> Visitor<'de> for NameVisitor {
            type Value = Name<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a member name")
            }

            fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Borrowed(name)))
            }

            fn visit_str<E>(self, name: &str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Owned(name.to_owned())))
            }
        }

        deserializer.deserialize_str(NameVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(text: &str, expected: &str) {
        match Json::parse(text) {
            Ok(value) => unreachable!("{text} was read as {value:?}"),
            Err(error) => assert_eq!(error.to_string(), expected),
        }
    }

    #[test]
    fn a_name_given_twice_is_an_error_at_any_depth() {
        refused(
            r#"{"a":1,"b":2,"a":3}"#,
            "`a` is given twice at line 1 column 19",
        );
        refused(
            r#"[{"x":{"a":1,"\u0061":2}}]"#,
            "`a` is given twice at line 1 column 24",
        );
    }

    #[test]
    fn what_is_read_apart_is_what_is_read_whole() {
        for text in [
            r#"{"a": 1, "keys": [1, [2], {"keys": [3]}], "b": {"keys": [4]}}"#,
            r#"{"\u006beys": ["escaped"]}"#,
            r#"{"keys": []}"#,
            r#"{"keys": {"keys": [1]}}"#,
            r#"{"keys": 7}"#,
            r#"{"a": 1}"#,
            r#"[{"keys": [1]}]"#,
            r#""keys""#,
            r#"{"keys": [1], "keys": [2]}"#,
            r#"{"keys": [{"a": 1, "a": 2}]}"#,
            r#"{"keys": [1,]}"#,
            r#"{"keys": [1]} x"#,
            r#"{"keys": [1]"#,
            "",
        ] {
            let mut taken = Vec::new();
            let read = Json::parse_apart(text, "keys", &mut |element| taken.push(element));
            let whole = read.map(|mut json| {
                if let Json::Object(Object(members)) = &mut json {
                    for (name, value) in members {
                        if name == "keys" && matches!(value, Json::Array(_)) {
                            *value = Json::Array(std::mem::take(&mut taken));
                        }
                    }
                }
                json
            });
            let text_of = |read: Result<Json<'_>, Error>| match read {
                Ok(json) => format!("{json:?}"),
                Err(error) => error.to_string(),
            };
            assert_eq!(text_of(whole), text_of(Json::parse(text)), "{text}");
        }
        let deep = |levels: usize| {
            let lists = format!("{}{}", "[".repeat(levels), "]".repeat(levels));
            let text = format!("{{\"keys\": [{lists}]}}");
            Json::parse_apart(&text, "keys", &mut |_| ()).is_ok()
        };
        assert_eq!([30, 31].map(deep), [true, false]);
    }

    #[test]
    fn the_same_name_in_two_objects_is_no_duplicate() {
        assert!(Json::parse(r#"{"a":{"a":1},"b":{"a":2}}"#).is_ok());
    }

    #[test]
    fn thirty_two_levels_are_read_and_thirty_three_are_not() {
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(Json::parse(&nested(32)).is_ok());
        refused(
            &nested(33),
            "JSON nested more than 32 levels deep at line 1 column 34",
        );
        refused(
            &nested(5_000),
            "JSON nested more than 32 levels deep at line 1 column 33",
        );
    }

    #[test]
    fn integers_of_64_bits_stay_exact() {
        assert_eq!(
            Json::parse("15822553606420001").ok(),
            Some(Json::Integer(15_822_553_606_420_001))
        );
        assert_eq!(
            Json::parse("18446744073709551615").ok(),
            Some(Json::Integer(u64::MAX.into()))
        );
        assert_eq!(
            Json::parse("-9223372036854775808").ok(),
            Some(Json::Integer(i64::MIN.into()))
        );
    }

    #[test]
    fn an_object_cannot_pose_as_a_number() {
        let posing = Json::parse(r#"{"$serde_json::private::Number":"1"}"#);
        assert!(matches!(posing, Ok(Json::Object(_))), "{posing:?}");
    }
}
