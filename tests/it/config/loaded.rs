//! What the log says of what was loaded.

use std::iter::repeat_n;

use crate::harness::{Broker, SECRET, json_file, key_path, named_jwk, vector_text};
use jsonwebtoken::Algorithm::{ES256, EdDSA, RS256};
use serde_json::{Value, json};

/// The lines at level INFO.
fn told(config: &Value) -> Vec<String> {
    let lines = Broker::new(config).log().into_iter();
    let lines = lines.filter(|(level, _)| *level == 3);
    lines.map(|(_, line)| line).collect()
}

#[test]
fn each_option_that_names_keys_is_told_with_what_it_has_brought() {
    let file = json_file(
        "loaded.json",
        &json!({ "keys": [named_jwk(EdDSA, "ed25519", "e")] }),
    );
    let mut nameless = named_jwk(ES256, "p256-other", "");
    nameless.as_object_mut().unwrap().remove("kid");
    let config = json!({
        "secret": SECRET,
        "public_key": key_path("rsa2048.pub.pem"),
        "jwks": { "keys": [named_jwk(ES256, "p256", "a`"), nameless, named_jwk(RS256, "rsa2048", "b")] },
        "jwks_file": file.0,
    });
    assert_eq!(
        told(&config),
        [
            "loaded `secret`: 1 key(s) for HS256, HS384, HS512".to_owned(),
            format!(
                "loaded `public_key` from `{}`: 1 key(s) for RS256, RS384, RS512, PS256, PS384, PS512",
                key_path("rsa2048.pub.pem").display()
            ),
            r"loaded `jwks`: 3 key(s) for RS256, RS384, RS512, PS256, PS384, PS512, ES256; `kid` `a\``, `b`; 1 without `kid`"
                .to_owned(),
            format!(
                "loaded `jwks_file` from `{}`: 1 key(s) for EdDSA; `kid` `e`",
                file.0.display()
            ),
            "ready with 6 key(s)".to_owned(),
        ]
    );
}

#[test]
#[cfg_attr(not(feature = "endpoint"), ignore = "it has an endpoint")]
fn the_keys_of_issuers_are_told_in_the_order_of_the_configuration() {
    let issuer =
        |name: String| json!({ "issuer": name, "pubkey": vector_text("keys/p256.pub.pem") });
    let mut issuers: Vec<_> = (0..11)
        .map(|number| issuer(format!("{}", 20 - number)))
        .collect();
    issuers[2] = json!({ "issuer": "http://127.0.0.1:9/r" });
    let told = told(&json!({ "issuers": issuers }));
    let expected = |number| match number {
        2 => "fetching `issuers[2].issuer` from http://127.0.0.1:9".to_owned(),
        _ => format!("loaded `issuers[{number}].pubkey`: 1 key(s) for ES256"),
    };
    assert_eq!(told[..11], (0..11).map(expected).collect::<Vec<_>>());
    assert!(
        told[11].starts_with("ready with 0 key(s); issuer `10`: ready with 1 key(s)"),
        "{}",
        told[11]
    );
}

#[test]
fn of_many_keys_the_first_are_named() {
    let set = |number: usize| {
        let keys: Vec<_> = (0..number)
            .map(|kid| named_jwk(ES256, "p256", &kid.to_string()))
            .collect();
        told(&json!({ "jwks": { "keys": keys } })).swap_remove(0)
    };
    let five = "key(s) for ES256; `kid` `0`, `1`, `2`, `3`, `4`";
    assert_eq!(set(5), format!("loaded `jwks`: 5 {five}"));
    assert_eq!(set(7), format!("loaded `jwks`: 7 {five} and 2 more"));
    let nameless = json!({ "kty": "oct", "k": "A".repeat(43) });
    let keys: Vec<_> = repeat_n(nameless, 2).collect();
    let told = told(&json!({ "jwks": { "keys": keys } })).swap_remove(0);
    assert_eq!(told, "loaded `jwks`: 2 key(s) for HS256, HS384, HS512");
}
