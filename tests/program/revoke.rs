//! `revoke`: tokens that are refused from now on.

use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use crate::harness::{Place, issue, parsed, with_secret};
use serde_json::json;

#[test]
fn what_is_revoked_is_refused_and_stays_revoked() {
    let place = with_secret();
    let config = json!({"secret_file": "secret", "revocations_file": "revoked.json"});
    place.write_json("config.json", &config);
    let token = place.run(0, &issue(&["--subject", "alice", "--claim", "jti=\"-t1\""]));
    place.run(
        0,
        &[
            "revoke",
            "revoked.json",
            "--jti",
            "t0",
            "--sub",
            "alice",
            "--at",
            "1000",
        ],
    );
    place.feed(0, &["check", "-c", "config.json"], &token);
    place.run(0, &["revoke", "revoked.json", "--jti", "-t1"]);
    let told = place.feed(1, &["check", "-c", "config.json"], &token);
    assert!(told.starts_with("deny: revoked\n"), "{told}");

    fs::set_permissions(
        place.0.join("revoked.json"),
        PermissionsExt::from_mode(0o640),
    )
    .unwrap();
    // Who reads it meanwhile sees it whole, as it was.
    let (mut reader, mut seen) = (
        fs::File::open(place.0.join("revoked.json")).unwrap(),
        String::new(),
    );
    let before = place.read("revoked.json");
    place.run(
        0,
        &[
            "revoke",
            "revoked.json",
            "--sub",
            "alice",
            "--at",
            "999",
            "--issuer",
            "i",
        ],
    );
    let told = place.run(
        0,
        &[
            "revoke",
            "revoked.json",
            "--json",
            "--all",
            "--sub",
            "alice",
            "--at",
            "999",
        ],
    );
    let told = parsed(&told);
    assert_eq!(
        told["revoked"][0],
        json!({"kind": "sub", "name": "alice", "before": 1000})
    );
    let file = parsed(&place.read("revoked.json"));
    let expected = json!({"jti": ["t0", "-t1"], "not_before": {"sub": {"alice": 1000}, "*": 999},
        "issuers": {"i": {"not_before": {"sub": {"alice": 999}}}}});
    assert_eq!(file, expected);
    assert_eq!(place.mode("revoked.json"), 0o640);
    reader.read_to_string(&mut seen).unwrap();
    assert_eq!(seen, before);
    assert_eq!(place.files(), ["config.json", "revoked.json", "secret"]);

    place.write("revoked.json", r#"{"jti": ["a"], "jti": ["b"]}"#);
    let error = place.fails(&["revoke", "revoked.json", "--all"]);
    assert!(error.starts_with("error: revoked.json: "), "{error}");
    assert_eq!(
        place.read("revoked.json"),
        r#"{"jti": ["a"], "jti": ["b"]}"#
    );
    assert!(
        place
            .fails(&["revoke", "revoked.json"])
            .contains("required")
    );
}

#[test]
fn twenty_at_once_lose_no_revocation() {
    let place = Place::new();
    let children: Vec<_> = (0..20)
        .map(|number| {
            let id = format!("t{number}");
            place
                .command(&["revoke", "revoked.json", "--jti", &id])
                .stdout(Stdio::null())
                .spawn()
                .unwrap()
        })
        .collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let file = parsed(&place.read("revoked.json"));
    assert_eq!(file["jti"].as_array().unwrap().len(), 20);
}
