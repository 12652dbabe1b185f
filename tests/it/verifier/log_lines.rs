//! What the log says of a decision, and what it never says.

use crate::harness::{Connect, broker, token, with_header, with_payload};
use serde_json::json;

/// A field of a client, if it was sent.
type Sent<'s> = Option<&'s [u8]>;

#[test]
fn each_decision_is_one_log_line_that_names_the_token_and_never_shows_it() {
    let broker = broker(json!({ "verify_claims": { "sub": "me" } }));
    let (good, bad) = (
        token(&json!({ "sub": "me" })),
        token(&json!({ "sub": "hunter2" })),
    );
    broker.present(&good);
    broker.present(&bad);
    broker.connect(Connect::default());
    let fingerprint = |token: &str| {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, token.as_bytes());
        digest.as_ref()[..4]
            .iter()
            .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
    };
    assert_eq!(
        broker.log_since_start(),
        [
            (
                4,
                format!(
                    "accepted: client `c1`, user `u1`, token {}",
                    fingerprint(&good)
                )
            ),
            (
                3,
                format!(
                    "refused: claim_mismatch (claim `sub` is a string: another value is expected): \
                     client `c1`, user `u1`, token {}",
                    fingerprint(&bad)
                )
            ),
            (
                4,
                "ignored: missing_token: client `c1`, user `u1`, no password".to_owned()
            ),
        ]
    );
}

#[test]
fn what_may_be_a_password_is_not_even_named() {
    let broker = broker(json!({ "max_token_size": 50 }));
    broker.present("hunter2");
    broker.present(&"x".repeat(51));
    broker.connect(Connect {
        client_id: Some(b"evil\n\xff"),
        password: Some(b"a.b.c"),
        ..Connect::default()
    });
    broker.connect(Connect {
        client_id: None,
        password: Some(b"hunter2"),
        ..Connect::default()
    });
    let malformed = "refused: malformed_token (not three segments with dots between)";
    assert_eq!(
        broker.log_since_start(),
        [
            (
                3,
                format!("{malformed}: client `c1`, user `u1`, password not shown")
            ),
            (
                3,
                "refused: token_too_large: client `c1`, user `u1`, password of 51 bytes".to_owned()
            ),
            (
                3,
                "refused: malformed_token (the header is not base64url): client \
                 `evil\\n\u{fffd}`, user `u1`, password not shown"
                    .to_owned()
            ),
            (
                3,
                format!("{malformed}: client without an id, user `u1`, password not shown")
            ),
        ]
    );
}

#[test]
fn a_client_id_that_tells_the_password_is_not_shown() {
    let broker = broker(json!({}));
    let shows = |client_id: &[u8], password: &[u8]| {
        let (client_id, password) = (Some(client_id), Some(password));
        broker.connect(Connect {
            client_id,
            username: client_id,
            password,
            peer_address: None,
            peer_certificate: None,
        });
        !broker.log().pop().unwrap().1.contains("client not shown")
    };
    assert!(shows(b"device", b"hunter2"));
    assert!(shows(b"device", b""));
    assert!(!shows(b"hunter2", b"hunter2"));
    assert!(!shows(b"device-hunter2-x", b"hunter2"));
    assert!(!shows(
        format!("hunter2{}", "x".repeat(300)).as_bytes(),
        b"hunter2"
    ));
    let token = token(&json!({ "long": "x".repeat(300) }));
    assert!(!shows(token.as_bytes(), token.as_bytes()));
}

#[test]
fn a_client_id_that_tells_eight_bytes_of_a_secret_is_not_shown() {
    let token = token(&json!({ "long": "x".repeat(300) }));
    let signature = token.rsplit('.').next().unwrap();
    let long_password = "correct horse battery staple";
    let ids = |from: &str, shown: bool, password: &str, ids: &[&str]| {
        let broker = broker(json!({ "from": from, "on_malformed": "deny" }));
        for id in ids {
            broker.connect(Connect {
                client_id: Some(id.as_bytes()),
                username: Some(token.as_bytes()),
                password: Some(password.as_bytes()),
                ..Connect::default()
            });
            let (_, line) = broker.log().pop().unwrap();
            assert_eq!(
                !line.contains("client not shown"),
                shown,
                "{from} {id}: {line}"
            );
        }
    };
    let (whole, middle) = (
        format!("{token}{token}"),
        format!("{signature}-{}", "x".repeat(300)),
    );
    // A part of the password, wherever it is; one byte less is shown.
    ids(
        "password",
        false,
        long_password,
        &["orse bat", "device-correct ", "x battery s x"],
    );
    ids(
        "password",
        true,
        long_password,
        &["rse bat", "device-correct", "y-staple"],
    );
    // The token, in whichever field it is, and the password beside it.
    ids(
        "password",
        false,
        &token,
        &[&token, &whole, &middle, &token[..8], &token[4..300]],
    );
    ids(
        "username",
        false,
        long_password,
        &[&token, &whole, &middle, "orse bat"],
    );
    // A short password is a secret as a whole.
    ids("username", false, "hunter2", &["hunter2", "d-hunter2-x"]);
    ids("username", true, "hunter2", &["hunter", "unter2"]);
    // Not shown, so not told.
    let far = format!("{}{long_password}", "d".repeat(256));
    ids("password", true, long_password, &[&far]);
}

#[test]
fn a_line_names_the_user_and_the_address_as_far_as_they_were_sent() {
    fn names(from: &str, username: Sent<'_>, address: Sent<'_>, expected: &str) {
        let broker = broker(json!({ "from": from, "on_malformed": "deny", "on_missing": "deny" }));
        broker.connect(Connect {
            username,
            password: Some(b"hunter2"),
            peer_address: address,
            ..Connect::default()
        });
        let (_, line) = broker.log().pop().unwrap();
        let (_, names) = line.split_once(": client `c1`").unwrap();
        assert_eq!(names.rsplit_once(", ").unwrap().0, expected, "{line}");
    }
    let cases: [(Sent<'_>, Sent<'_>, &str); 9] = [
        (None, None, ""),
        (Some(b"alice"), None, ", user `alice`"),
        (None, Some(b"192.0.2.7"), ", address 192.0.2.7"),
        (Some(b""), Some(b"::1"), ", user ``, address ::1"),
        (None, Some(b"fe80::1%eth0"), ", address fe80::1%eth0"),
        // What is no address is quoted, and what cannot be read is left out.
        (None, Some(b"/a`, token\n0"), r", address `/a\`, token\n0`"),
        (None, Some(b""), ""),
        (None, Some(b"\xff"), ""),
        // Neither tells the password.
        (
            Some(b"hunter2.a"),
            Some(b"hunter2.a"),
            ", user not shown, address not shown",
        ),
    ];
    for (username, address, expected) in cases {
        names("password", username, address, expected);
    }
    let long = "1".repeat(49);
    let (long, longest) = (Some(long.as_bytes()), Some(&long.as_bytes()[..48]));
    let shown = "1".repeat(48);
    names(
        "password",
        longest,
        longest,
        &format!(", user `{shown}`, address {shown}"),
    );
    names(
        "password",
        long,
        long,
        &format!(", user `{shown}...`, address `{shown}...`"),
    );
    // Where the user name is the token, nobody names it.
    let token = token(&json!({}));
    let token = token.as_bytes();
    names("username", Some(token), Some(b"::1"), ", address ::1");
    names(
        "username",
        Some(token),
        Some(&token[4..12]),
        ", address not shown",
    );
}

#[test]
fn the_largest_fields_that_mqtt_has_are_compared_in_linear_time() {
    let broker = broker(json!({ "max_token_size": 1_048_576 }));
    let (id, password) = ("abcdefg-".repeat(8_191), "abcdefg+".repeat(8_191));
    let began = std::time::Instant::now();
    for _ in 0..5 {
        broker.connect(Connect {
            client_id: Some(id.as_bytes()),
            password: Some(password.as_bytes()),
            ..Connect::default()
        });
    }
    assert!(began.elapsed().as_secs() < 2);
    assert!(broker.log().pop().unwrap().1.contains("client `abcdefg-"));
}

#[test]
fn a_client_id_does_not_end_its_own_quotation() {
    let broker = broker(json!({}));
    broker.connect(Connect {
        client_id: Some(b"a`, token 00000000"),
        ..Connect::default()
    });
    let (_, line) = broker.log().pop().unwrap();
    assert_eq!(
        line,
        r"ignored: missing_token: client `a\`, token 00000000`, user `u1`, no password"
    );
}

#[test]
fn the_log_tells_what_is_wrong_with_a_token() {
    let broker = broker(json!({}));
    let expect = |token: &str, detail: &str| {
        broker.present(token);
        let (_, line) = broker.log().pop().unwrap();
        assert!(
            line.starts_with(&format!("refused: {detail}: client ")),
            "{line}"
        );
    };
    expect(&with_header(r#"{"alg":"RS256"}"#), "no_key (alg RS256)");
    expect(&with_header("{"), "malformed_token (not valid JSON)");
    expect(
        &with_header(r#"{"a":1,"a":2}"#),
        "malformed_token (`a` is given twice in the header)",
    );
    expect(
        &with_payload("[]"),
        "malformed_claims (the claims are not a JSON object)",
    );
    expect(&with_payload("{"), "malformed_claims (not valid JSON)");
    expect(
        &with_payload(r#"{"a":1,"a":2}"#),
        "malformed_claims (`a` is given twice)",
    );
    let deep = "[".repeat(33) + &"]".repeat(33);
    expect(
        &with_payload(&deep),
        "malformed_claims (JSON nested more than 32 levels deep)",
    );
    expect(
        &with_payload(r#"{"exp":"soon"}"#),
        "malformed_claims (exp is not a numeric date)",
    );
}
