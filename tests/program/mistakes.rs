//! What no command can do.

use crate::harness::with_secret;

#[test]
fn what_cannot_be_done_is_said_and_ends_with_2() {
    let place = with_secret();
    place.write("bad.json", r#"{"secrte": "x"}"#);
    let cases: [(&[&str], &str); 6] = [
        (
            &["check", "-c", "none.json"],
            "error: none.json: the file cannot be read: No such file",
        ),
        (
            &["check", "-c", "bad.json"],
            "error: bad.json: `secrte`: unknown; the nearest known name is `secret`",
        ),
        (
            &["check", "-c", "config.json", "--at", "noon"],
            "error: invalid value 'noon' for '--at <TIME>'",
        ),
        (
            &["check"],
            "error: the following required arguments were not provided",
        ),
        (
            &["issue", "--key", "config.json", "--alg", "ES256"],
            "error: config.json: not exactly one key",
        ),
        (
            &["issue", "--key", "secret"],
            "error: secret: no private key in PEM or DER",
        ),
    ];
    for (arguments, expected) in cases {
        let error = place.fails(arguments);
        assert!(error.starts_with(expected), "{arguments:?}: {error}");
    }
}
