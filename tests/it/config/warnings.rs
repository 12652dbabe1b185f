//! What the log says should be changed about a configuration that is accepted.

use std::fs::{Permissions, set_permissions};
use std::os::unix::fs::PermissionsExt;

use crate::harness::authority::{Authority, Certificate, Date};
use crate::harness::{Broker, SECRET, Scratch, jwk, named_jwk, vector_text};
use jsonwebtoken::Algorithm::{ES256, RS256};
use serde_json::{Value, json};

/// A configuration that draws no warning, with these options in it.
fn strict(options: &Value) -> Value {
    let mut config = json!({
        "secret": SECRET,
        "require_exp": true,
        "verify_claims": { "sub": "%u" },
    });
    for (name, value) in options.as_object().unwrap() {
        config[name] = value.clone();
    }
    config
}

#[track_caller]
fn warns(config: &Value, expected: &[String]) {
    let mut warnings = Broker::new(config).all_warnings();
    warnings.retain(|line| !line.contains("cannot be fetched"));
    assert_eq!(warnings, expected, "{config}");
}

fn none() -> Vec<String> {
    Vec::new()
}

#[test]
fn a_token_that_need_not_expire_draws_a_warning() {
    let line = |options: &str| {
        vec![format!(
            "`require_exp` is false, and there is no {options}: a token without `exp` is good for \
             ever; set `require_exp` to true"
        )]
    };
    let issuer = |name: &str, options: Value| {
        let mut issuer = options;
        issuer["issuer"] = name.into();
        issuer["secret"] = SECRET.into();
        issuer
    };
    let long = json!({ "max_lifetime": 60 });
    for (options, expected) in [
        (json!({ "require_exp": true }), none()),
        (json!({ "require_exp": false }), line("`max_lifetime`")),
        (json!({ "require_exp": false, "max_lifetime": 60 }), none()),
        // What they all lack can be set for all.
        (
            json!({ "require_exp": false, "issuers": [issuer("a", json!({})), issuer("b", json!({}))] }),
            line("`max_lifetime`"),
        ),
        (
            json!({ "require_exp": false, "issuers": [issuer("a", long.clone()), issuer("b", json!({}))] }),
            line("`max_lifetime`, `issuers[1].max_lifetime`"),
        ),
    ] {
        warns(&strict(&options), &expected);
    }
    // The top level has no key, so no token is its own.
    let issuers = [issuer("a", long.clone()), issuer("b", json!({}))];
    let mut config = strict(&json!({ "require_exp": false, "issuers": issuers }));
    config.as_object_mut().unwrap().remove("secret");
    warns(&config, &line("`issuers[1].max_lifetime`"));
    config["issuers"][1]["max_lifetime"] = 60.into();
    warns(&config, &none());
    // Of many the first five are named.
    let many = (0..8).map(|number| {
        issuer(
            &number.to_string(),
            if number == 0 { long.clone() } else { json!({}) },
        )
    });
    config["issuers"] = many.collect();
    let five = [1, 2, 3, 4, 5].map(|number| format!("`issuers[{number}].max_lifetime`"));
    warns(&config, &line(&format!("{} and 2 more", five.join(", "))));
}

#[test]
fn a_token_that_any_client_may_use_draws_a_warning() {
    let line = |options: &str| {
        vec![format!(
            "{options}: nothing ties a token to its client, so who has a token may connect under \
             any name, unless the topics in tokens hold %u or %c; set such as \"sub\": \"%u\" there, \
             or `username_claim`, or `kid_from`"
        )]
    };
    let all = line("`verify_claims`");
    let rule = |topic: &str| json!([{ "permission": "allow", "action": "all", "topic": topic }]);
    for (options, expected) in [
        (json!({}), &all),
        (json!({ "verify_claims": { "aud": "mqtt" } }), &all),
        (
            json!({ "verify_claims": { "sub": "%%u ${$}{clientid}" } }),
            &all,
        ),
        (json!({ "verify_claims": { "sub": "x-%c" } }), &none()),
        (
            json!({ "verify_claims": { "sub": "${username}" } }),
            &none(),
        ),
        (
            json!({ "verify_claims": { "sub": ["a", { "has": ["b", "${clientid}"] }] } }),
            &none(),
        ),
        (
            json!({ "verify_claims": { "sub": { "matches": "%u" } } }),
            &all,
        ),
        (json!({ "username_claim": "sub" }), &none()),
        (
            json!({ "acl": rule("a/${claims.b}/${client_attrs.c}") }),
            &all,
        ),
        (json!({ "acl": rule("a/%u") }), &none()),
        (json!({ "acl": rule("a/${clientid}/#") }), &none()),
        (json!({ "acl": rule("eq a/%u") }), &all),
        (
            json!({ "kid_from": "client_id", "jwks": { "keys": [named_jwk(ES256, "p256", "a")] } }),
            &none(),
        ),
    ] {
        let mut options = options;
        if options.get("verify_claims").is_none() {
            options["verify_claims"] = json!({});
        }
        warns(&strict(&options), expected);
    }
    let issuers = json!([
        { "issuer": "a", "secret": SECRET, "username_claim": "sub" },
        { "issuer": "b", "secret": SECRET },
    ]);
    let config = strict(&json!({ "verify_claims": {}, "issuers": issuers }));
    warns(
        &config,
        &line("`verify_claims`, `issuers[1].verify_claims`"),
    );
}

#[test]
fn an_rsa_key_that_is_good_for_six_algorithms_draws_a_warning() {
    let line = |options: &str| {
        vec![format!(
            "{options}: an RSA key that names no `alg` is good for all of RS256, RS384, RS512, \
             PS256, PS384 and PS512; set `algorithms` to the one that the issuer signs with"
        )]
    };
    let mut nameless = jwk(RS256, "rsa2048");
    nameless.as_object_mut().unwrap().remove("alg");
    let mut named = nameless.clone();
    named["alg"] = "RS256".into();
    let pem = vector_text("keys/rsa2048.pub.pem");
    let issuer = json!({ "issuer": "a", "jwks": { "keys": [nameless] } });
    for (options, expected) in [
        (json!({ "public_key": pem }), line("`public_key`")),
        (
            json!({ "pubkey": pem, "jwks": { "keys": [nameless] } }),
            line("`pubkey`, `jwks`"),
        ),
        (
            json!({ "public_key": pem, "algorithms": ["RS256", "PS256"] }),
            none(),
        ),
        (json!({ "jwks": { "keys": [named] } }), none()),
        (
            json!({ "public_key": vector_text("keys/rsa2048-pss.pub.pem") }),
            none(),
        ),
        (
            json!({ "public_key": vector_text("keys/p256.pub.pem") }),
            none(),
        ),
        (json!({ "issuers": [issuer] }), line("`issuers[0].jwks`")),
    ] {
        warns(&strict(&options), &expected);
    }
}

#[test]
fn keys_of_an_issuer_that_make_tokens_ambiguous_are_told_with_its_name() {
    let oct =
        |number: u8| json!({ "kty": "oct", "k": format!("{}A", number.to_string().repeat(42)) });
    let keys = [oct(1), oct(2)];
    let issuers = json!([{ "issuer": "a", "jwks": { "keys": keys } }]);
    let line = "`max_key_trials`: 2 keys of `issuers[0]` for HS256 have no `kid`, and a token that names \
                none of the others is tried with 1 at most, so it is refused; give each key a `kid` that \
                its tokens name, or raise the option";
    warns(
        &strict(&json!({ "max_key_trials": 1, "issuers": issuers })),
        &[line.to_owned()],
    );
    warns(
        &strict(&json!({ "max_key_trials": 2, "issuers": issuers })),
        &none(),
    );
}

#[test]
fn the_certificate_of_an_authority_draws_a_warning() {
    let line = |name: &str| {
        format!(
            "{name}: the certificate of an authority, with whose own key tokens can be signed, and \
             with no key that it has certified; give the certificate of who signs the tokens, unless \
             this is it"
        )
    };
    let authority = std::fs::read_to_string(Authority::new().path()).unwrap();
    let both = format!("{}{authority}", vector_text("keys/p256.crt.pem"));
    warns(
        &strict(&json!({ "public_key": both })),
        &[line("`public_key` block 2")],
    );
    let file = Scratch::new("authority.pem", &authority);
    let issuers = json!([{ "issuer": "a", "public_key": file.0 }]);
    warns(
        &strict(&json!({ "issuers": issuers })),
        &[line("`issuers[0].public_key` block 1")],
    );
    let signs_itself = Certificate::self_signed(&["a.example"], Date::Future, false);
    warns(&strict(&json!({ "public_key": signs_itself.pem })), &none());
}

#[test]
#[cfg_attr(not(feature = "endpoint"), ignore = "it has an endpoint")]
fn a_file_that_others_may_change_or_a_secret_that_they_may_read_draws_a_warning() {
    let line = |option: &str, may: &str, harm: &str, mode: &str| {
        vec![format!(
            "`{option}`: others than the file's owner and group may {may} it, and so can {harm}; run \
             chmod {mode} on it"
        )]
    };
    let file = |content: &str, mode: u32| {
        let file = Scratch::new("open", content);
        set_permissions(&file.0, Permissions::from_mode(mode)).unwrap();
        file
    };
    let sign = "sign tokens";
    let decide = "decide who is trusted";
    let warns = |option: &str, content: &str, mode: u32, expected: Vec<String>| {
        let file = file(content, mode);
        let mut config = strict(&json!({}));
        config.as_object_mut().unwrap().remove("secret");
        config[option] = json!(file.0);
        warns(&config, &expected);
        // An issuer's options have its name in front.
        let issuer = json!({ "issuer": "a", option: file.0 });
        let config = strict(&json!({ "issuers": [issuer] }));
        let of_issuer =
            |line: &String| line.replace(&format!("`{option}`"), &format!("`issuers[0].{option}`"));
        self::warns(&config, &expected.iter().map(of_issuer).collect::<Vec<_>>());
    };
    warns("secret_file", SECRET, 0o660, none());
    warns(
        "secret_file",
        SECRET,
        0o664,
        line("secret_file", "read", sign, "o-r"),
    );
    warns(
        "secret_file",
        SECRET,
        0o662,
        line("secret_file", "write", sign, "o-w"),
    );
    warns(
        "secret_file",
        SECRET,
        0o666,
        line("secret_file", "read and write", sign, "o-rw"),
    );
    let pem = vector_text("keys/p256.pub.pem");
    for option in ["public_key", "pubkey"] {
        warns(option, &pem, 0o664, none());
        warns(option, &pem, 0o666, line(option, "write", decide, "o-w"));
    }
    let public = json!({ "keys": [named_jwk(ES256, "p256", "a")] }).to_string();
    let secret = json!({ "keys": [{ "kty": "oct", "k": "A".repeat(43) }] }).to_string();
    warns("jwks_file", &public, 0o664, none());
    warns(
        "jwks_file",
        &public,
        0o666,
        line("jwks_file", "write", decide, "o-w"),
    );
    warns("jwks_file", &secret, 0o660, none());
    warns(
        "jwks_file",
        &secret,
        0o664,
        line("jwks_file", "read", sign, "o-r"),
    );

    let token = file("hunter2", 0o644);
    let endpoint = json!({ "endpoint": "https://127.0.0.1:9/", "bearer_token_file": token.0 });
    let pass = "pass for this broker at the endpoint";
    self::warns(
        &strict(&endpoint),
        &line("bearer_token_file", "read", pass, "o-r"),
    );
    let authority = Authority::new();
    let client = authority.certificate(&["a.example"], Date::Future);
    let (certificate, key) = (file(&client.pem, 0o644), file(&client.key_pem(), 0o644));
    set_permissions(authority.path(), Permissions::from_mode(0o666)).unwrap();
    let ssl =
        json!({ "cacertfile": authority.path(), "certfile": certificate.0, "keyfile": key.0 });
    let endpoint = json!({ "endpoint": "https://127.0.0.1:9/", "ssl": ssl });
    let expected = [
        line("ssl.cacertfile", "write", decide, "o-w"),
        line("ssl.keyfile", "read", pass, "o-r"),
    ];
    self::warns(&strict(&endpoint), &expected.concat());
    // The list of revocations is fetched with files of the same names.
    let list = json!({ "url": "https://127.0.0.1:9/", "ssl": ssl, "bearer_token_file": token.0 });
    let expected = [
        ("ssl.cacertfile", "write", decide, "o-w"),
        ("ssl.keyfile", "read", pass, "o-r"),
        ("bearer_token_file", "read", pass, "o-r"),
    ]
    .map(|(option, may, harm, mode)| {
        line(&format!("revocations_endpoint.{option}"), may, harm, mode)
    });
    self::warns(
        &strict(&json!({ "revocations_endpoint": list })),
        &expected.concat(),
    );
}
