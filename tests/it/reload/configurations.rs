//! A verifier takes up another configuration while it is in use.

use crate::harness::{
    Broker, Connect, NOW, SECRET, Scratch, broker, json_file, signed, token, valid_claims,
    vector_text,
};
use jsonwebtoken::Algorithm::{EdDSA, RS256};
use jwt_auth::Reason;
use serde_json::{Value, json};

use super::{OTHER, other_token, set};

#[test]
fn a_new_secret_is_in_force_at_once_and_the_old_one_no_longer() {
    let broker = broker(json!({}));
    let old = token(&valid_claims());
    for _ in 0..3 {
        broker.reloaded(&json!({ "secret": OTHER }));
        broker.present(&other_token()).allowed();
        broker.present(&old).denied(Reason::BadSignature);
        broker.reloaded(&json!({ "secret": SECRET }));
        broker.present(&old).allowed();
        broker.present(&other_token()).denied(Reason::BadSignature);
    }
}

#[test]
fn a_key_of_another_type_takes_the_place_of_the_secret() {
    let broker = broker(json!({}));
    broker.reloaded(&json!({ "public_key": vector_text("keys/ed25519.pub.pem") }));
    broker
        .present(&signed(EdDSA, "ed25519", None, &valid_claims()))
        .allowed();
    broker
        .present(&token(&valid_claims()))
        .denied(Reason::NoKey);
}

#[test]
fn every_option_of_the_policy_is_in_force_at_once() {
    let claims = json!({ "exp": NOW + 60, "iat": NOW + 30, "acl": { "pub": ["a"] } });
    let good = token(&claims);
    for (options, reason) in [
        (json!({ "check_iat": true }), Reason::IssuedInFuture),
        (json!({ "max_token_size": 50 }), Reason::TokenTooLarge),
        (
            json!({ "algorithms": ["HS512"] }),
            Reason::AlgorithmNotAllowed,
        ),
        (
            json!({ "verify_claims": { "sub": "x" } }),
            Reason::MissingClaim,
        ),
        (
            json!({ "verify_claims": { "iat": 7 } }),
            Reason::ClaimMismatch,
        ),
        (json!({ "acl_claim_name": "exp" }), Reason::BadAcl),
        (json!({ "from": "username" }), Reason::MalformedToken),
    ] {
        let broker = broker(json!({}));
        broker.present(&good).allowed();
        let mut config = options.clone();
        config["secret"] = SECRET.into();
        broker.reloaded(&config);
        let case = options.to_string();
        let denied = jwt_auth::Decision::Deny;
        broker.present(&good).is_so(&case, denied, reason);
        broker.reloaded(&json!({ "secret": SECRET }));
        broker.present(&good).allowed();
    }
}

#[test]
fn what_is_left_to_the_next_authenticator_changes_at_once() {
    let broker = broker(json!({}));
    let stranger = signed(RS256, "rsa2048", None, &valid_claims());
    let before = |broker: &Broker| {
        broker
            .connect(Connect::default())
            .ignored(Reason::MissingToken);
        broker.present("x").denied(Reason::MalformedToken);
        broker.present(&stranger).denied(Reason::NoKey);
    };
    before(&broker);
    broker.reloaded(&json!({
        "secret": SECRET,
        "on_missing": "deny",
        "on_malformed": "ignore",
        "on_unknown_key": "ignore",
    }));
    broker
        .connect(Connect::default())
        .denied(Reason::MissingToken);
    broker.present("x").ignored(Reason::MalformedToken);
    broker.present(&stranger).ignored(Reason::NoKey);
    broker.reloaded(&json!({ "secret": SECRET }));
    before(&broker);
}

#[test]
fn leeway_and_require_exp_change_at_once() {
    let broker = broker(json!({}));
    let (late, endless) = (token(&json!({ "exp": NOW - 5 })), token(&json!({})));
    broker.present(&late).denied(Reason::Expired);
    broker.present(&endless).allowed();
    broker.reloaded(&json!({ "secret": SECRET, "leeway": 10, "require_exp": true }));
    assert_eq!(broker.present(&late).allowed().result.expires_at, NOW + 5);
    broker.present(&endless).denied(Reason::MissingClaim);
}

/// A file with another content is taken up by the reload, and not before.
#[track_caller]
fn picked_up(option: &str, contents: [&str; 2], tokens: [&str; 2], refused: Reason) {
    let file = Scratch::new(option, contents[0]);
    let config = json!({ option: file.0 });
    let broker = Broker::new(&config);
    broker.present(tokens[0]).allowed();
    file.write(contents[1]);
    broker.present(tokens[0]).allowed();
    broker.present(tokens[1]).denied(refused);
    broker.reloaded(&config);
    broker.present(tokens[1]).allowed();
    broker.present(tokens[0]).denied(refused);
}

#[test]
fn a_secret_file_is_read_again() {
    let tokens = [token(&valid_claims()), other_token()];
    picked_up(
        "secret_file",
        [SECRET, OTHER],
        [&tokens[0], &tokens[1]],
        Reason::BadSignature,
    );
}

#[test]
fn the_file_of_a_public_key_is_read_again() {
    let keys = ["rsa2048", "rsa2048-other"];
    let tokens = keys.map(|key| signed(RS256, key, None, &valid_claims()));
    let pems = keys.map(|key| vector_text(&format!("keys/{key}.pub.pem")));
    picked_up(
        "public_key",
        [&pems[0], &pems[1]],
        [&tokens[0], &tokens[1]],
        Reason::BadSignature,
    );
}

#[test]
fn a_jwks_file_is_read_again() {
    let keys = ["ed25519", "ed25519-other"];
    let tokens = keys.map(|key| signed(EdDSA, key, Some(key), &valid_claims()));
    let sets = keys.map(|key| set(key, EdDSA, key).to_string());
    picked_up(
        "jwks_file",
        [&sets[0], &sets[1]],
        [&tokens[0], &tokens[1]],
        Reason::UnknownKeyId,
    );
}

#[test]
fn a_configuration_that_is_not_accepted_changes_nothing_and_names_the_option_only() {
    let broker = broker(json!({ "verify_claims": { "sub": "me" } }));
    let (good, bad) = (
        token(&json!({ "sub": "me" })),
        token(&json!({ "sub": "you" })),
    );
    let empty = json_file("empty.json", &json!({ "keys": [] }));
    let garbled = Scratch::new("broken.json", "{\"keys\": hunter2}");
    let session = broker.admit_with(&good);
    let unreadable = "the file cannot be read: No such file or directory (os error 2)";
    let with = |option: &str, value: Value| {
        // The rest is good, and nothing of it is to be taken up.
        let mut config = json!({ "secret": OTHER, "leeway": 3600, "from": "username" });
        config[option] = value;
        config.to_string()
    };
    let without_secret = |option: &str, value: Value| json!({ option: value }).to_string();
    for (config, error) in [
        (
            "{\"secret\": hunter2}".to_owned(),
            "`secret`: not valid JSON at line 1 column 12: a value without quotation marks that is no \
             number, true, false or null"
                .to_owned(),
        ),
        (
            with("sekret_file", "hunter2".into()),
            "`sekret_file`: unknown; the nearest known name is `secret_file`".to_owned(),
        ),
        (
            without_secret("secret_file", "/nowhere/hunter2".into()),
            format!("`secret_file`: {unreadable}"),
        ),
        (
            with("public_key", "/nowhere/hunter2".into()),
            format!(
                "`public_key`: neither a public key nor the path of a file with one: {unreadable}"
            ),
        ),
        (
            with("jwks_file", "/nowhere/hunter2".into()),
            format!("`jwks_file`: {unreadable}"),
        ),
        (
            with("jwks_file", json!(garbled.0)),
            "`jwks_file`: not valid JSON at line 1 column 10: a value without quotation marks that is \
             no number, true, false or null"
                .to_owned(),
        ),
        (
            with("jwks_file", json!(empty.0)),
            "`jwks_file`: no usable key in the set".to_owned(),
        ),
        (
            with("algorithms", json!(["HS256", "ES256"])),
            "`algorithms`: no configured key can verify ES256".to_owned(),
        ),
        (
            with("revocations_file", "/nowhere/hunter2".into()),
            format!("`revocations_file`: {unreadable}"),
        ),
        (
            with("leeway", json!("hunter2")),
            "`leeway`: expected a whole number from 0 to 3600".to_owned(),
        ),
        (
            json!({ "leeway": 5 }).to_string(),
            "the configuration: no key is configured; give at least one of `secret`, \
             `secret_file`, `public_key`, `jwks`, `jwks_file`, `endpoint`, `issuers`"
                .to_owned(),
        ),
    ] {
        let lines = broker.log().len();
        let found = broker.reload_text(config.as_bytes()).unwrap_err();
        assert_eq!(found, error);
        assert!(!found.contains("hunter2"));
        assert_eq!(broker.log().len(), lines, "{config}");
        broker.present(&good).allowed();
        broker.present(&bad).denied(Reason::ClaimMismatch);
        session.recheck().allowed();
    }
    let found = broker.reload_text(b"\xff hunter2").unwrap_err();
    assert_eq!(found, "the configuration: not UTF-8");
    broker.reloaded(&json!({ "secret": SECRET }));
    broker.present(&bad).allowed();
}

#[test]
fn hooks_stay() {
    let broker = broker(json!({}));
    broker.reloaded(&json!({ "secret": SECRET, "leeway": 5 }));
    let token = token(&json!({ "exp": NOW + 60 }));
    let session = broker.admit_with(&token);
    broker.set_time(NOW + 65);
    broker.present(&token).denied(Reason::Expired);
    session.recheck().denied(Reason::Expired);
    let (level, line) = broker.log().pop().unwrap();
    assert!(line.starts_with("refused: expired"), "{line}");
    assert_eq!(level, 3);
}

#[test]
fn a_reload_is_told_after_its_warnings_and_what_it_has_loaded() {
    let with = |mut config: Value| {
        config["require_exp"] = true.into();
        config["verify_claims"] = json!({ "sub": "%u" });
        config
    };
    let broker = broker(with(json!({})));
    let keys = vector_text("keys/two.pub.pem");
    broker.reloaded(&with(
        json!({ "secret": SECRET, "public_key": keys, "algorithms": ["ES256"] }),
    ));
    broker.reloaded(&with(json!({ "secret": &OTHER[..31] })));
    let line = |level: i32, line: &str| (level, line.to_owned());
    let of_secret = "loaded `secret`: 1 key(s) for HS256, HS384, HS512";
    assert_eq!(
        broker.log(),
        [
            line(3, of_secret),
            line(3, "ready with 1 key(s)"),
            line(3, of_secret),
            line(
                3,
                "loaded `public_key`: 2 key(s) for RS256, RS384, RS512, PS256, PS384, PS512, ES256"
            ),
            line(3, "reloaded: ready with 3 key(s)"),
            line(
                2,
                "`secret`: a secret of 31 bytes can be guessed; use at least 32 random bytes"
            ),
            line(3, of_secret),
            line(3, "reloaded: ready with 1 key(s)"),
        ]
    );
}
