//! The two forms of `verify_claims`.

use crate::harness::{Broker, SECRET};
use serde_json::{Value, json};

fn config(verify_claims: Value) -> Value {
    let mut config = json!({ "secret": SECRET });
    config["verify_claims"] = verify_claims;
    config
}

#[test]
fn verification_fields_are_an_object_or_a_list() {
    Broker::new(&config(
        json!({ "sub": "%u", "level": 3, "ok": true, "x": -1.5 }),
    ));
    Broker::new(&config(json!([{ "name": "sub", "value": "${username}" }])));
    Broker::new(&config(json!({})));
    Broker::new(&config(json!([])));
    for (value, expected) in [
        (json!({ "": "x" }), "`verify_claims`: a claim name is empty"),
        (
            json!([{ "name": "", "value": "x" }]),
            "`verify_claims`: a claim name is empty",
        ),
        (
            json!([{ "name": "a", "value": "x" }, { "name": "a", "value": "y" }]),
            "`verify_claims`: a claim is named twice",
        ),
        (
            json!({ "a": null }),
            "`verify_claims.a`: expected a string, a number, a boolean, an object with `has`, \
             `matches` or `exists`, or a list of these",
        ),
        (
            json!([["a", "b"]]),
            "`verify_claims[0]`: expected an object",
        ),
        (json!(["hunter2"]), "`verify_claims[0]`: expected an object"),
        (
            json!([{ "name": "a" }]),
            "`verify_claims[0]`: `value` is missing",
        ),
        (
            json!([{ "value": "a" }]),
            "`verify_claims[0]`: `name` is missing",
        ),
        (
            json!([{ "name": "a", "value": "x" }, { "name": "b", "valu": "y" }]),
            "`verify_claims[1].valu`: unknown; the nearest known name is `value`",
        ),
        (
            json!({ "a": 1e300 }),
            "`verify_claims.a`: a number this large cannot be compared exactly",
        ),
        (
            json!({ "a": "x-${foo}" }),
            "`verify_claims.a`: the placeholders are %u, %c, ${username} and ${clientid}; a \
             literal $ before { is written ${$}",
        ),
    ] {
        assert_eq!(Broker::refused(&config(value)), expected);
    }
}

#[test]
fn a_claim_named_twice_in_an_object_is_refused() {
    let text = br#"{"secret":"a","verify_claims":{"sub":"a","sub":"b"}}"#;
    let expected = "`verify_claims`: `sub` is given twice at line 1 column 51";
    assert_eq!(Broker::from_text(text).err().as_deref(), Some(expected));
}
