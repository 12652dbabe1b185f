//! `issue`: a token signed with a key, and its claims.

use crate::harness::{Place, issue, parsed, with_secret};
use serde_json::{Value, json};

#[test]
fn a_public_key_is_no_secret_to_sign_with() {
    let place = Place::new();
    place.run(0, &["keygen", "--alg", "RS256", "-o", "k"]);
    let error = place.fails(&["issue", "--key", "k.pub.pem", "--alg", "HS256"]);
    assert!(
        error.starts_with("error: k.pub.pem: holds no private key\n"),
        "{error}"
    );
    let error = place.fails(&["issue", "--key", "k.pem", "--alg", "ES256"]);
    assert!(
        error.starts_with("error: k.pem: a key for RS256, RS384, RS512, PS256"),
        "{error}"
    );
    let error = place.fails(&["jwks", "k.pem"]);
    assert!(
        error.starts_with("error: k.pem: holds a private key"),
        "{error}"
    );
}

#[test]
fn a_secret_is_taken_as_it_is_whatever_it_begins_with() {
    let place = with_secret();
    place.write("secret", "{not JSON, and thirty-two bytes}");
    place.write_json("config.json", &json!({"secret_file": "secret"}));
    let token = place.run(0, &issue(&[]));
    place.feed(0, &["check", "-c", "config.json"], &token);
}

#[test]
fn claims_are_as_they_were_asked_for() {
    let place = with_secret();
    place.write("acl.json", "\u{feff}{\"pub\": [\"up/${clientid}/#\"]}");
    let token = place.run(
        0,
        &issue(&[
            "--kid",
            "-k1",
            "--issuer",
            "https://id.example",
            "--subject",
            "s",
            "--audience",
            "a",
            "--audience",
            "b",
            "--claim",
            "level=3",
            "--claim",
            "site=\"north\"",
            "--acl",
            "acl.json",
        ]),
    );
    let told = parsed(&place.feed(0, &["--json", "inspect"], &token));
    assert_eq!(
        told["header"],
        json!({"alg": "HS256", "typ": "JWT", "kid": "-k1"})
    );
    let mut claims = told["claims"].as_object().unwrap().clone();
    let mut date = |name| claims.remove(name).unwrap().as_i64().unwrap();
    assert_eq!(date("exp") - date("iat"), 30 * 86_400);
    assert_eq!(claims.remove("jti").unwrap().as_str().unwrap().len(), 16);
    let expected = json!({"iss": "https://id.example", "sub": "s", "aud": ["a", "b"], "level": 3,
        "site": "north", "acl": {"pub": ["up/${clientid}/#"]}});
    assert_eq!(Value::Object(claims), expected);

    for (more, expected) in [
        (
            ["--claim", "site=north"],
            "error: --claim site: not JSON; a text is written with its quotation marks",
        ),
        (
            ["--claim", "exp=1"],
            "error: --claim exp: the claim `exp` is given twice",
        ),
        (
            ["--subject", "${id}"],
            "error: --subject: `${id}` stands for a column, and there is no table",
        ),
    ] {
        let error = place.fails(&issue(&more));
        assert!(error.starts_with(expected), "{error}");
    }
}
