//! What a token is: `typ` of its header, and the option `token_type`.

use crate::harness::{Broker, SECRET, broker, hs256, with_header};
use jwt_auth::{Decision, Reason};
use serde_json::{Value, json};

fn header(typ: &str) -> String {
    format!(r#"{{"alg":"HS256","typ":{typ}}}"#)
}

#[track_caller]
fn typed(token_type: &Value, typ: &str) -> Reason {
    let broker = broker(json!({ "token_type": token_type }));
    let token = with_header(&header(&json!(typ).to_string()));
    // The second time its header is remembered.
    let [first, second] = [(); 2].map(|()| broker.present(&token).result.reason);
    assert_eq!(first, second, "{token_type} {typ}");
    [Reason::Accepted, Reason::WrongTokenType]
        .into_iter()
        .find(|reason| *reason as i32 == first)
        .unwrap_or(Reason::Undecided)
}

#[test]
fn a_type_is_compared_without_case_and_without_application_in_front() {
    use Reason::{Accepted, WrongTokenType};
    for (expected, typ, reason) in [
        ("JWT", "JWT", Accepted),
        ("JWT", "jwt", Accepted),
        ("jwt", "application/JWT", Accepted),
        ("Application/jwt", "jWt", Accepted),
        ("at+jwt", "application/at+jwt", Accepted),
        ("at+jwt", "jwt", WrongTokenType),
        ("jwt", "at+jwt", WrongTokenType),
        ("JWT", "", WrongTokenType),
        ("JWT", " JWT", WrongTokenType),
        ("JWT", "JWTs", WrongTokenType),
        // With another `/` behind it, `application/` is not left out, and it is left out once.
        (
            "example;part=1/2",
            "application/example;part=1/2",
            WrongTokenType,
        ),
        ("application/a/b", "application/a/b", Accepted),
        ("application/application/jwt", "jwt", WrongTokenType),
        (
            "application/jwt",
            "application/application/jwt",
            WrongTokenType,
        ),
        ("text/jwt", "jwt", WrongTokenType),
        // The Kelvin sign, which is a k in Unicode's lower case only.
        ("kb+jwt", "\u{212a}b+jwt", WrongTokenType),
    ] {
        assert_eq!(typed(&json!(expected), typ), reason, "{expected} / {typ}");
    }
}

#[test]
fn a_type_is_one_of_a_list() {
    let types = json!(["at+jwt", "JWT"]);
    assert_eq!(typed(&types, "jwt"), Reason::Accepted);
    assert_eq!(typed(&types, "application/at+jwt"), Reason::Accepted);
    assert_eq!(typed(&types, "dpop+jwt"), Reason::WrongTokenType);
}

#[test]
fn a_token_without_a_type_is_of_none_that_is_asked_for() {
    let untyped = with_header(r#"{"alg":"HS256"}"#);
    broker(json!({})).present(&untyped).allowed();
    let broker = broker(json!({ "token_type": "JWT" }));
    broker.present(&untyped).denied(Reason::WrongTokenType);
    let other = with_header(&header("\"DPoP+jwt\""));
    broker.present(&other).denied(Reason::WrongTokenType);
    let lines: Vec<_> = broker.log().into_iter().map(|(_, line)| line).collect();
    for start in [
        "refused: wrong_token_type (no typ): client `c1`, user `u1`, token ",
        "refused: wrong_token_type (typ `dpop+jwt`): client `c1`, user `u1`, token ",
    ] {
        assert!(
            lines.iter().any(|line| line.starts_with(start)),
            "{lines:?}"
        );
    }
}

#[test]
fn a_type_that_is_no_string_makes_a_token_malformed_whatever_is_asked_for() {
    for options in [json!({}), json!({ "token_type": "JWT" })] {
        let broker = broker(options);
        for typ in ["null", "1", "true", "[\"JWT\"]", "{}"] {
            broker.present(&with_header(&header(typ))).is_so(
                typ,
                Decision::Deny,
                Reason::MalformedToken,
            );
        }
    }
}

#[test]
fn the_type_comes_after_critical_extensions_and_before_the_key() {
    let broker = broker(json!({ "token_type": "at+jwt", "algorithms": ["HS256"] }));
    for (header, reason) in [
        (r#"{"alg":"none","typ":"x"}"#, Reason::UnsupportedAlgorithm),
        (r#"{"alg":"HS512","typ":"x"}"#, Reason::AlgorithmNotAllowed),
        (
            r#"{"alg":"HS256","typ":"x","crit":["exp"]}"#,
            Reason::UnsupportedCriticalHeader,
        ),
        (r#"{"alg":"HS256","typ":"x"}"#, Reason::WrongTokenType),
        (r#"{"alg":"HS256","typ":"at+jwt"}"#, Reason::BadSignature),
    ] {
        let token = hs256("another secret of 32 characters!", header, "{}");
        broker.present(&token).is_so(header, Decision::Deny, reason);
    }
    let token = with_header(&header("\"x\""));
    let cut = token.get(..token.len() - 1).unwrap_or_default();
    broker.present(cut).denied(Reason::MalformedToken);
}

#[test]
fn a_reload_asks_for_another_type_at_once() {
    let config = |token_type: &str| json!({ "secret": SECRET, "token_type": token_type });
    let broker = Broker::new(&config("JWT"));
    let token = with_header(&header("\"JWT\""));
    broker.present(&token).allowed();
    broker.reloaded(&config("at+jwt"));
    broker.present(&token).denied(Reason::WrongTokenType);
    broker.reloaded(&config("jwt"));
    broker.present(&token).allowed();
}

#[test]
fn types_are_a_string_or_a_list_of_different_ones() {
    for (value, problem) in [
        (json!(1), ": expected a string or a list of strings"),
        (json!(null), ": expected a string or a list of strings"),
        (json!(""), ": a type is empty"),
        (json!("application/"), ": a type is empty"),
        (json!([]), ": the list is empty"),
        (json!(["JWT", ""]), ": a type is empty"),
        (json!(["JWT", 1]), "[1]`: expected a string"),
        (json!(["JWT", ["hunter2"]]), "[1]`: expected a string"),
        (json!(["JWT", "JWT"]), ": a type is named twice"),
        (json!(["JWT", "application/jwt"]), ": a type is named twice"),
    ] {
        let error = Broker::refused(&json!({ "secret": SECRET, "token_type": value }));
        let path = if problem.starts_with('[') {
            "`token_type"
        } else {
            "`token_type`"
        };
        assert_eq!(error, format!("{path}{problem}"));
    }
}
