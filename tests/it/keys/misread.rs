//! A secret that the issuer reads in another way than the configuration says.

use crate::harness::{
    Broker, Connect, HS256_HEADER, SECRET, Scratch, base64url, hs256, valid_claims,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jwt_auth::Reason;
use serde_json::{Value, json};

use super::set;

const BASE64: &str = "set `secret_base64_encoded` to true";
const TO_BASE64: &str = "write its bytes in base64, and set `secret_base64_encoded` to true";

/// A token of an issuer with this secret.
fn token(secret: &[u8]) -> String {
    token_of(secret, "HS256")
}

fn token_of(secret: &[u8], alg: &str) -> String {
    let algorithm = alg.parse().unwrap();
    let header = format!(r#"{{"alg":"{alg}"}}"#);
    let input = format!(
        "{}.{}",
        base64url(header),
        base64url(valid_claims().to_string())
    );
    let key = jsonwebtoken::EncodingKey::from_secret(secret);
    let signature = jsonwebtoken::crypto::sign(input.as_bytes(), &key, algorithm).unwrap();
    format!("{input}.{signature}")
}

fn hex(bytes: &[u8]) -> String {
    let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.concat()
}

/// The warnings that were added when the token was refused.
#[track_caller]
fn said(broker: &Broker, token: &str) -> Vec<String> {
    let before = broker.warnings().len();
    broker.present(token).denied(Reason::BadSignature);
    broker.warnings().split_off(before)
}

#[test]
fn the_log_says_once_which_change_would_make_the_two_agree() {
    let text = SECRET.as_bytes();
    let bytes: Vec<u8> = (200..240).collect();
    let url = base64url(&bytes);
    let marked = format!("\u{feff}{SECRET}");
    let and = |end: &str| format!("{SECRET}{end}");
    for (written, is_base64, issuers, taken) in [
        (
            STANDARD.encode(&bytes),
            false,
            bytes.clone(),
            format!("decoded from base64; {BASE64}"),
        ),
        (
            url.clone(),
            false,
            bytes.clone(),
            format!("decoded from base64url; {TO_BASE64}"),
        ),
        (
            hex(&bytes),
            false,
            bytes.clone(),
            format!("decoded from hexadecimal; {TO_BASE64}"),
        ),
        (
            hex(&bytes).to_uppercase(),
            true,
            bytes.clone(),
            format!("decoded from hexadecimal; {TO_BASE64}"),
        ),
        (
            SECRET.to_owned(),
            false,
            and("\n").into(),
            "with a newline behind it; add one to its end".to_owned(),
        ),
        (
            SECRET.to_owned(),
            false,
            and("\r\n").into(),
            "with a carriage return and a newline behind it; add them to its end".to_owned(),
        ),
        (
            and("\n"),
            false,
            text.to_vec(),
            "without the newline at its end; remove that".to_owned(),
        ),
        (
            and("\r\n"),
            false,
            text.to_vec(),
            "without the newline at its end; remove that".to_owned(),
        ),
        (
            format!(" {SECRET}\t"),
            false,
            text.to_vec(),
            "without the white space around it; remove that".to_owned(),
        ),
        (
            marked,
            false,
            text.to_vec(),
            "without the byte order mark in front of it; remove that".to_owned(),
        ),
        (
            STANDARD.encode(text),
            true,
            STANDARD.encode(text).into(),
            "as it is written, not decoded from base64; set `secret_base64_encoded` to false"
                .to_owned(),
        ),
        (
            STANDARD.encode(and("\n")),
            true,
            text.to_vec(),
            "without the newline at its end; remove that".to_owned(),
        ),
    ] {
        let broker = Broker::new(&json!({ "secret": written, "secret_base64_encoded": is_base64 }));
        assert_eq!(said(&broker, &token(b"another secret")), [""; 0]);
        let warning =
            format!("`secret`: a token was refused whose signature is good for the secret {taken}");
        for alg in ["HS256", "HS512"] {
            let broker =
                Broker::new(&json!({ "secret": written, "secret_base64_encoded": is_base64 }));
            assert_eq!(
                said(&broker, &token_of(&issuers, alg)),
                std::slice::from_ref(&warning)
            );
            // Once is enough.
            assert_eq!(said(&broker, &token_of(&issuers, alg)), [""; 0]);
        }
    }
}

#[test]
fn a_secret_file_is_tried_with_the_newline_that_was_dropped() {
    let file = Scratch::new("newline.txt", format!("{SECRET}\n"));
    let broker = Broker::new(&json!({ "secret_file": file.0 }));
    let issuers = format!("{SECRET}\n");
    assert_eq!(
        said(&broker, &token(issuers.as_bytes())),
        [
            "`secret_file`: a token was refused whose signature is good for the secret with a newline \
             behind it; add one to its end"
        ]
    );
}

fn in_base64(secret: &str) -> Value {
    json!({ "secret": STANDARD.encode(secret) })
}

#[test]
fn eight_bad_signatures_of_a_load_are_tried_and_no_more() {
    for (bad, is_said) in [(7, true), (8, false)] {
        let broker = Broker::new(&in_base64(SECRET));
        for _ in 0..bad {
            assert_eq!(said(&broker, &token(b"another secret")), [""; 0]);
        }
        assert_eq!(
            said(&broker, &token(SECRET.as_bytes())).len(),
            usize::from(is_said)
        );
        // A reload is another load.
        broker.reloaded(&in_base64(SECRET));
        assert_eq!(said(&broker, &token(SECRET.as_bytes())).len(), 1);
    }
}

#[test]
fn only_a_bad_hmac_is_tried() {
    let broker = Broker::new(&in_base64(SECRET));
    let good = token(STANDARD.encode(SECRET).as_bytes());
    let expired = hs256(&STANDARD.encode(SECRET), HS256_HEADER, r#"{"exp":1}"#);
    for _ in 0..10 {
        broker.present(&good).allowed();
        broker.present(&expired).denied(Reason::Expired);
        broker.present("hunter2").denied(Reason::MalformedToken);
    }
    assert_eq!(said(&broker, &token(SECRET.as_bytes())).len(), 1);
}

#[test]
fn nobody_is_told_to_leave_nothing_of_a_secret() {
    // Signed with the empty secret, as everybody can.
    for secret in ["\n", " ", "\u{feff}"] {
        let broker = Broker::new(&json!({ "secret": secret }));
        let warnings = said(&broker, &token(b""));
        assert_eq!(warnings, [""; 0], "{secret:?}");
    }
}

#[test]
fn the_secret_is_tried_where_other_keys_are_tried_too() {
    let oct = json!({ "kty": "oct", "k": base64url(format!("{SECRET} of a set")) });
    let mut config = set(&[oct]);
    config["secret"] = in_base64(SECRET)["secret"].clone();
    let broker = Broker::new(&config);
    // A token of the other key is good, and no reason to try anything.
    for _ in 0..10 {
        broker
            .present(&token(format!("{SECRET} of a set").as_bytes()))
            .allowed();
    }
    assert_eq!(said(&broker, &token(SECRET.as_bytes())).len(), 1);
}

#[test]
fn the_decision_is_the_same_with_and_without_a_log() {
    let token = token(SECRET.as_bytes());
    let connect = Connect {
        password: Some(token.as_bytes()),
        ..Connect::default()
    };
    let (open, silent) = (
        Broker::new(&in_base64(SECRET)),
        Broker::without_hooks(&in_base64(SECRET)),
    );
    for _ in 0..10 {
        let results = [&open, &silent].map(|broker| {
            let result = broker.decide(connect);
            (result.decision, result.reason, result.mqtt5_code)
        });
        assert_eq!(results[0], results[1]);
        assert_eq!(results[0].1, Reason::BadSignature as i32);
    }
}

#[test]
fn threads_that_are_refused_at_once_draw_one_warning() {
    let broker = Broker::new(&in_base64(SECRET));
    let token = token(SECRET.as_bytes());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..50 {
                    broker.present(&token).denied(Reason::BadSignature);
                }
            });
        }
    });
    let warnings = broker.warnings();
    let tried = warnings
        .iter()
        .filter(|line| line.contains("decoded from base64"));
    assert_eq!(tried.count(), 1);
}
