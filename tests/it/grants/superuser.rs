//! Who is a superuser.

use crate::harness::{broker, token};
use serde_json::{Value, json};

#[test]
fn superuser_is_true_in_four_spellings() {
    let superuser = |claim: Value| {
        let answer = broker(json!({})).present(&token(&json!({ "is_superuser": claim })));
        answer.allowed();
        answer.result.superuser
    };
    for yes in [json!(true), json!("true"), json!("1"), json!(1), json!(2)] {
        assert_eq!(superuser(yes.clone()), 1, "{yes}");
    }
    for no in [
        json!(false),
        json!("false"),
        json!("TRUE"),
        json!("yes"),
        json!("2"),
        json!(""),
        json!(0),
        json!(-1),
        json!(1.0),
        json!(null),
        json!([]),
        json!([true]),
        json!({}),
        json!({ "a": true }),
    ] {
        assert_eq!(superuser(no.clone()), 0, "{no}");
    }
}
