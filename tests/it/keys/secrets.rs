//! HMAC secrets: where they come from, and which are refused.

use crate::harness::{
    Broker, HS256_HEADER, SECRET, Scratch, hs256, token, valid_claims, vector_text,
};
use serde_json::json;

#[test]
fn a_secret_may_be_text_base64_or_a_file() {
    let token = token(&valid_claims());
    let base64 = "YW4gSE1BQyBzZWNyZXQgb2YgMzIgY2hhcmFjdGVycyE=";
    let unpadded = base64.trim_end_matches('=');
    let in_lines = format!("{}\r\n{}\n", &base64[..20], &base64[20..]);
    let plain = Scratch::new("secret.txt", format!("{SECRET}\n"));
    let encoded = Scratch::new("secret.b64", format!("{base64}\n"));
    for config in [
        json!({ "secret": SECRET }),
        json!({ "secret": base64, "secret_base64_encoded": true }),
        json!({ "secret": unpadded, "secret_base64_encoded": true }),
        json!({ "secret": in_lines, "secret_base64_encoded": true }),
        json!({ "secret_file": plain.0 }),
        json!({ "secret_file": encoded.0, "secret_base64_encoded": true }),
    ] {
        let broker = Broker::new(&config);
        broker.present(&token).allowed();
        assert_eq!(broker.warnings(), [""; 0]);
    }
}

#[test]
fn one_final_newline_of_a_secret_file_is_dropped_and_no_more() {
    for (end, left) in [
        ("", ""),
        ("\n", ""),
        ("\r\n", ""),
        ("\n\n", "\n"),
        (" \n", " "),
    ] {
        let file = Scratch::new("newlines.txt", format!("{SECRET}{end}"));
        let broker = Broker::new(&json!({ "secret_file": file.0 }));
        let token = hs256(
            &format!("{SECRET}{left}"),
            HS256_HEADER,
            valid_claims().to_string(),
        );
        broker.present(&token).allowed();
    }
}

#[test]
fn a_secret_that_is_no_secret_is_refused() {
    let newline = Scratch::new("newline.txt", "\n");
    let pem = vector_text("keys/rsa2048.pub.pem");
    for (config, error) in [
        (json!({ "secret": "" }), "`secret`: the secret is empty"),
        (
            json!({ "secret_file": newline.0 }),
            "`secret_file`: the secret is empty",
        ),
        (
            json!({ "secret": "emqxsecret", "secret_base64_encoded": true }),
            "`secret`: not base64 in the standard alphabet, though `secret_base64_encoded` is on",
        ),
        (
            json!({ "secret": "aGk ", "secret_base64_encoded": true }),
            "`secret`: not base64 in the standard alphabet, though `secret_base64_encoded` is on",
        ),
        (
            json!({ "secret": "aG-_", "secret_base64_encoded": true }),
            "`secret`: base64url, and `secret_base64_encoded` takes the standard alphabet: write `+` for \
             `-`, and `/` for `_`",
        ),
        (
            json!({ "secret": "x", "secret_file": newline.0 }),
            "`secret_file`: `secret` is given as well; one is enough",
        ),
        (
            json!({ "public_key": pem, "secret_base64_encoded": true }),
            "`secret_base64_encoded`: there is no `secret`",
        ),
        (
            json!({ "secret": pem }),
            "`secret`: holds a PEM block; a public key belongs in `public_key`",
        ),
    ] {
        assert_eq!(Broker::refused(&config), error);
    }
}

#[test]
fn a_weak_secret_is_accepted_with_a_warning_that_does_not_quote_it() {
    let warnings = |secret: &str| Broker::new(&json!({ "secret": secret })).warnings();
    let short = "`secret`: a secret of 31 bytes can be guessed; use at least 32 random bytes";
    assert_eq!(warnings(&SECRET[..31]), [short]);
    assert_eq!(warnings(SECRET), [""; 0]);
    assert_eq!(
        warnings("emqxsecret"),
        [
            "`secret`: this is the well-known sample secret; anybody can sign with it; use at least 32 random bytes",
        ]
    );
}

#[test]
fn what_an_editor_may_have_put_around_a_secret_draws_a_warning_and_is_part_of_it() {
    let blank = "the secret begins or ends with white space, which is part of the key; remove it unless the \
                 issuer's has it too";
    let mark = "the secret begins with a byte order mark, which is part of the key; remove it unless the \
                issuer's has it too";
    for (before, after, warning) in [
        ("", "", None),
        ("", "\n", None),
        ("", "\r\n", None),
        ("", "\n\n", Some(blank)),
        (" ", "", Some(blank)),
        ("", "\t", Some(blank)),
        ("\u{feff}", "\n", Some(mark)),
    ] {
        let file = Scratch::new("around.txt", format!("{before}{SECRET}{after}"));
        let broker = Broker::new(&json!({ "secret_file": file.0 }));
        let expected = warning.map(|warning| format!("`secret_file`: {warning}"));
        assert_eq!(broker.warnings(), Vec::from_iter(expected));
        let key = format!("{before}{SECRET}{after}");
        let key = key.strip_suffix('\n').unwrap_or(&key);
        let key = key.strip_suffix('\r').unwrap_or(key);
        broker
            .present(&hs256(key, HS256_HEADER, valid_claims().to_string()))
            .allowed();
    }
    let broker = Broker::new(&json!({ "secret": format!("{SECRET} ") }));
    assert_eq!(broker.warnings(), [format!("`secret`: {blank}")]);
    // Random bytes may begin and end with anything.
    let random = Scratch::new(
        "random.key",
        [b"\n\xff".as_slice(), &[7; 40], b" "].concat(),
    );
    let broker = Broker::new(&json!({ "secret_file": random.0 }));
    assert_eq!(broker.warnings(), [""; 0]);
}
