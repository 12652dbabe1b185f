#![allow(
    clippy::arithmetic_side_effects,
    clippy::too_many_lines,
    reason = "a test that panics fails, and that is all"
)]

use std::borrow::Cow;

use proptest::prelude::*;

use super::Json;
use super::scan;
use super::tape::*;
use crate::bytes::ShortKey;

/// The tree of a value on a tape.
fn tree(value: Value<'_>) -> Json<'static> {
    match value.read() {
        Read::Null => Json::Null,
        Read::Bool(value) => Json::Bool(value),
        Read::Number(number) => number
            .integer()
            .map_or_else(|| Json::Float(number.float()), Json::Integer),
        Read::String(text) => Json::String(Cow::Owned(text.into_owned())),
        Read::Array(array) => Json::Array(array.iter().map(tree).collect()),
        Read::Object => Json::object(value.as_object().into_iter().flat_map(Object::iter).map(
            |(name, value)| {
                let name = String::from_utf8_lossy(&name).into_owned();
                (Cow::Owned(name), tree(value))
            },
        )),
    }
}

/// Both ways to read a text come to the same tree, or to the same defect.
#[track_caller]
fn agrees(text: &str) {
    let mut nodes = Vec::new();
    let mut reported = Vec::new();
    let tape = scan(text.as_bytes(), &mut nodes, |name, key, value| {
        assert_eq!(key, ShortKey::of(name));
        reported.push((name.to_vec(), value));
    });
    if let Ok(tape) = &tape {
        let members = tape
            .outermost()
            .as_object()
            .into_iter()
            .flat_map(Object::iter);
        let members = members.map(|(name, value)| (name.into_owned(), value.node));
        assert_eq!(reported, members.collect::<Vec<_>>(), "{text}");
    }
    let tape = tape.map(|tape| tree(tape.outermost()));
    let expected = Json::parse(text).map_err(|error| error.defect());
    assert_eq!(format!("{tape:?}"), format!("{expected:?}"), "{text}");
}

#[test]
fn what_is_json_to_one_reader_is_json_to_the_other() {
    let nested = |levels: usize| format!("{}1{}", "[".repeat(levels), "]".repeat(levels));
    for text in [
        "null",
        "true",
        "false",
        " 1 ",
        "\t[1 ,2]\r\n",
        "{}",
        "[]",
        "[[],{}]",
        "{\"a\":{\"b\":[null]}}",
        "0",
        "-0",
        "-0.0",
        "10",
        "1.5",
        "1e3",
        "1E+3",
        "1e-3",
        "-1.5e-3",
        "123456789012345678",
        "18446744073709551615",
        "18446744073709551616",
        "-9223372036854775808",
        "-9223372036854775809",
        "1e308",
        "1e309",
        "-1e400",
        "1e-400",
        "01",
        "-",
        "+1",
        "1.",
        ".5",
        "1e",
        "1e+",
        "0x1",
        "1_0",
        "--1",
        "00",
        "-01",
        "NaN",
        "Infinity",
        "\"\"",
        "\"\u{e9}\u{1f600}\"",
        "\"\\u00e9\\ud83d\\ude00\"",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",
        "\"\\ud800\"",
        "\"\\udc00\"",
        "\"\\ud800\\u0041\"",
        "\"\\ud800x\"",
        "\"\\ud800\\n\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\\u+123\"",
        "\"\\x\"",
        "\"\\",
        "\"",
        "\"a\nb\"",
        "\"\u{7f}\"",
        "\"a\tb\"",
        "{\"a\":1,\"a\":2}",
        "{\"a\":1,\"\\u0061\":2}",
        "[{\"x\":{\"a\":1,\"b\":2,\"a\":1}}]",
        "{\"a\":{\"a\":1},\"b\":{\"a\":2}}",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{,}",
        "[1,]",
        "[,1]",
        "[1 2]",
        "{\"a\" 1}",
        "{a:1}",
        "{1:1}",
        "{\"a\":1 \"b\":2}",
        "[",
        "{",
        "[1",
        "{\"a\":1",
        "]",
        "}",
        "1 2",
        "{}x",
        "",
        " ",
        "\u{feff}{}",
        "nul",
        "truex",
        "tru",
        "False",
        "'a'",
        "/**/1",
        "[1]]",
        "\u{a0}1",
        "\u{c}1",
    ] {
        agrees(text);
    }
    for levels in [31, 32, 33, 5_000] {
        agrees(&nested(levels));
        agrees(&nested(levels).replace('[', "{\"a\":").replace(']', "}"));
    }
    agrees(&"9".repeat(308));
    agrees(&"9".repeat(309));
    agrees(&"9".repeat(310));
    agrees(&format!("0.{}", "9".repeat(400)));
}

#[test]
fn a_name_given_twice_is_found_among_few_and_among_many() {
    // Names of the second kind have one short key, and so one hash.
    for affix in ["", "the same "] {
        for count in [2, 16, 17, 18, 40, 500] {
            let names = |repeated: Option<usize>| {
                let number = |number| repeated.filter(|_| number == count - 1).unwrap_or(number);
                let member = |at| format!("\"{affix}{:03}{affix}\":0", number(at));
                format!(
                    "{{{}}}",
                    (0..count).map(member).collect::<Vec<_>>().join(",")
                )
            };
            agrees(&names(None));
            for repeated in [0, count / 2, count.saturating_sub(2)] {
                agrees(&names(Some(repeated)));
            }
        }
    }
    assert_eq!(
        ShortKey::of(b"the same 1the same "),
        ShortKey::of(b"the same 2the same ")
    );
}

#[test]
fn numbers_are_text_as_they_are_written() {
    for number in ["1e2", "-0", "12345678901234567890123", "1.50"] {
        let mut nodes = Vec::new();
        let text = scan(number.as_bytes(), &mut nodes, |_, _, _| {})
            .map(|tape| tape.outermost().to_text().map(Cow::into_owned));
        assert_eq!(text, Ok(Some(number.to_owned())));
    }
}

#[test]
fn few_digits_are_their_number_and_no_other_byte_is_a_digit() {
    for len in 1..=18 {
        let digits: String = "123456789".chars().cycle().take(len).collect();
        let expected = digits.parse::<i64>().ok();
        assert!(expected.is_some());
        assert_eq!(Number(digits.as_bytes()).short(), expected);
        for at in 0..len {
            for byte in 0..=u8::MAX {
                let mut other = digits.clone().into_bytes();
                other.splice(at..=at, [byte]);
                let number = Number(&other).short();
                assert_eq!(number.is_some(), byte.is_ascii_digit(), "{other:?}");
            }
        }
    }
    assert_eq!(Number(b"1234567890123456789").short(), None);
}

/// Pieces of JSON, mostly well put together.
fn any_text() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        " ",
        "\"a\"",
        "\"b\"",
        "\"\\u0061\"",
        "\"\\ud83d\\ude00\"",
        "\"\\ud83d\"",
        "0",
        "-1",
        "1.5",
        "1e9",
        "1e999",
        "01",
        "true",
        "null",
        "\"",
        "\\",
        "\u{e9}",
        "\n",
        "{\"a\":",
        "[1,",
        "\"c\":2",
        "}}",
        "]]",
    ]);
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

fn any_json() -> impl Strategy<Value = String> {
    let scalar = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|value| value.to_string()),
        any::<i64>().prop_map(|value| value.to_string()),
        any::<f64>().prop_map(|value| format!("{value:e}")),
        any::<String>().prop_map(|text| serde_json::to_string(&text).unwrap_or_default()),
    ];
    scalar.prop_recursive(5, 40, 6, |inner| {
        let name = prop::sample::select(vec!["a", "b", "c", "\\u0061", "d", "e", "f", "g"]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6)
                .prop_map(|all| format!("[{}]", all.join(", "))),
            prop::collection::vec((name, inner), 0..6).prop_map(|all| {
                let members: Vec<_> = all
                    .iter()
                    .map(|(name, value)| format!("\"{name}\" :{value}"))
                    .collect();
                format!("{{{}}}", members.join(" ,"))
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_readers_agree_on_json(text in any_json()) {
        agrees(&text);
    }

    #[test]
    fn both_readers_agree_on_pieces(text in any_text()) {
        agrees(&text);
    }

    #[test]
    fn both_readers_agree_on_json_with_a_byte_changed(text in any_json(), at: prop::sample::Index, byte in 0x20_u8..0x7f) {
        let mut bytes = text.into_bytes();
        let at = at.index(bytes.len());
        if let Some(found) = bytes.get_mut(at) {
            *found = byte;
        }
        if let Ok(text) = std::str::from_utf8(&bytes) {
            agrees(text);
        }
    }

    #[test]
    fn both_readers_agree_on_json_that_breaks_off(text in any_json(), at: prop::sample::Index) {
        let at = at.index(text.len() + 1);
        if let Some(text) = text.get(..at) {
            agrees(text);
        }
    }
}
