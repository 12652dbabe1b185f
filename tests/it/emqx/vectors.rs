//! Tokens whose fate was measured in EMQX itself, presented here.
//!
//! EMQX had the secret `emqxsecret`, no custom claims and `disconnect_after_expire` off. So has the
//! broker here; all else is as it comes.

use std::collections::HashSet;

use crate::harness::{Broker, Connect, HS256_HEADER, NOW, base64url, hs256, sign};
use jwt_auth::Decision::{self, Allow, Deny, Ignore};
use jwt_auth::Reason::{
    self, Accepted, BadSignature, Expired, MalformedClaims, MalformedToken, MissingToken,
    NotYetValid, UnsupportedAlgorithm, UnsupportedCriticalHeader,
};
use serde_json::json;

const SECRET: &str = "emqxsecret";
const PAST: i64 = NOW - 60;
const FUTURE: i64 = NOW + 60;

/// The rules that refuse what EMQX admits.
const CRIT: &str = "RFC 7515 4.1.11: what crit names must be understood";
const DUPLICATES: &str = "RFC 7515 4 and RFC 7519 4: duplicate members are refused";
const DATES: &str = "a date of another type is malformed even where it is not compared";
const BASE64URL: &str = "RFC 7515 2: base64url is strict";

/// One token, and what became of it.
struct Row {
    name: &'static str,
    /// None: the client sent no password.
    token: Option<String>,
    outcome: Outcome,
}

#[derive(Clone, Copy)]
struct Outcome {
    /// What 4.4.19, 5.8.9 and hardened 6.2.2 answered. A: allow, D: deny, ign: ignore, X: an
    /// exception, by which the client was left to the next authenticator or refused.
    emqx: [&'static str; 3],
    ours: (Decision, Reason),
    /// The rule, where most of EMQX admits what is refused here, or the reverse.
    why: Option<&'static str>,
}

/// Rows, each with the outcome that was last set.
struct Table {
    outcome: Outcome,
    rows: Vec<Row>,
}

impl Table {
    fn outcome(&mut self, emqx: [&'static str; 3], decision: Decision, reason: Reason) {
        let ours = (decision, reason);
        let why = None;
        self.outcome = Outcome { emqx, ours, why };
    }

    fn differs(&mut self, emqx: [&'static str; 3], reason: Reason, why: &'static str) {
        let (ours, why) = ((Deny, reason), Some(why));
        self.outcome = Outcome { emqx, ours, why };
    }

    fn row(&mut self, name: &'static str, token: impl Into<Option<String>>) {
        self.rows.push(Row {
            name,
            token: token.into(),
            outcome: self.outcome,
        });
    }

    fn header(&mut self, name: &'static str, header: &str) {
        self.row(name, hs256(SECRET, header, "{}"));
    }

    fn payload(&mut self, name: &'static str, payload: &str) {
        self.row(name, hs256(SECRET, HS256_HEADER, payload));
    }

    fn claims(&mut self, name: &'static str, members: &str) {
        self.payload(name, &format!("{{{members}}}"));
    }
}

#[expect(clippy::too_many_lines, reason = "it is a table")]
fn table() -> Vec<Row> {
    let token = hs256(SECRET, HS256_HEADER, "{}");
    let input = format!("{}.{}", base64url(HS256_HEADER), base64url("{}"));
    let mut t = Table {
        outcome: Outcome {
            emqx: ["A", "A", "A"],
            ours: (Allow, Accepted),
            why: None,
        },
        rows: Vec::new(),
    };

    // Admitted.
    t.row("doc sample token", documentation_sample());
    t.claims("{} no claims", "");
    t.row("HS512 ok", hs512("{}"));
    t.header("typ other", r#"{"alg":"HS256","typ":"JWE"}"#);
    t.header("kid in hdr (no jwks)", r#"{"alg":"HS256","kid":"k1"}"#);
    t.claims("exp now+60", &format!(r#""exp":{FUTURE}"#));
    t.claims("exp float future", &format!(r#""exp":{FUTURE}.5"#));
    t.claims("exp 1e20", r#""exp":1e20"#);
    t.claims("exp 15822553606420000", r#""exp":15822553606420000"#);
    t.claims("exp huge bigint", &format!(r#""exp":1{}"#, "0".repeat(30)));
    t.claims("exp str future", &format!(r#""exp":"{FUTURE}""#));
    t.claims("exp str float future", &format!(r#""exp":"{FUTURE}.5""#));
    t.claims("exp str '+N'", &format!(r#""exp":"+{FUTURE}""#));
    t.claims("nbf past", &format!(r#""nbf":{PAST}"#));
    t.claims("nbf now", &format!(r#""nbf":{NOW}"#));
    t.claims("nbf str past", &format!(r#""nbf":"{PAST}""#));
    t.claims("nbf float past", &format!(r#""nbf":{PAST}.5"#));
    t.claims("iat past", &format!(r#""iat":{PAST}"#));
    t.claims("iat str past", &format!(r#""iat":"{PAST}""#));
    t.outcome(["D:{sig,issued_in_future}", "A", "A"], Allow, Accepted);
    t.claims("iat future", &format!(r#""iat":{FUTURE}"#));
    t.claims("iat str future", &format!(r#""iat":"{FUTURE}""#));

    // No token, or nothing that is one.
    t.outcome(["ign", "ign", "ign"], Ignore, MissingToken);
    t.row("undefined token", None);
    t.outcome(["ign", "ign", "D:nauth"], Deny, MalformedToken);
    t.row("empty token", String::new());
    t.row("'asd'", "asd".to_owned());
    t.row("'a.b.c'", "a.b.c".to_owned());
    t.row("2 segments valid header", input.clone());
    t.row("4 segments", sign(&format!("{input}.e30"), SECRET));
    t.outcome(["D:sig", "ign", "D:nauth"], Deny, MalformedToken);
    t.header("alg missing", r#"{"typ":"JWT"}"#);
    t.header("alg null", r#"{"alg":null}"#);
    t.header("alg number", r#"{"alg":256}"#);
    t.header("header array", r#"["alg","HS256"]"#);
    t.header("header not json", "alg=HS256");
    t.row("leading space", sign(&format!(" {input}"), SECRET));
    t.row("trailing newline", format!("{token}\n"));
    t.row("'Bearer ' prefix", sign(&format!("Bearer {input}"), SECRET));
    t.differs(["A", "A", "A"], MalformedToken, BASE64URL);
    t.row("sig padded '='", format!("{token}="));
    t.row("b64 std alphabet hdr padded", standard_base64());
    t.row("sig noncanonical last bits", with_a_left_over_bit(&token));
    t.differs(["A", "A", "A"], MalformedToken, DUPLICATES);
    t.header("dup alg none,HS256", r#"{"alg":"none","alg":"HS256"}"#);

    // A header that asks for something else.
    t.outcome(["D:sig", "ign", "D:nauth"], Deny, UnsupportedAlgorithm);
    t.header("alg hs256 lowercase", r#"{"alg":"hs256"}"#);
    t.header("alg HS999", r#"{"alg":"HS999"}"#);
    let unsecured = format!("{}.{}.", base64url(r#"{"alg":"None"}"#), base64url("{}"));
    t.row("alg None empty sig", unsecured);
    t.outcome(["D:sig", "ign", "D:nauth"], Deny, UnsupportedCriticalHeader);
    t.header("b64 false hdr", r#"{"alg":"HS256","b64":false}"#);
    t.differs(["A", "A", "A"], UnsupportedCriticalHeader, CRIT);
    t.header("crit exp", r#"{"alg":"HS256","crit":["exp"]}"#);
    t.header("crit unknown", r#"{"alg":"HS256","crit":["x"],"x":1}"#);

    // Not signed by the key.
    t.outcome(["D:sig", "ign", "D:nauth"], Deny, BadSignature);
    t.row("bad secret", hs256("secret", HS256_HEADER, "{}"));

    // Claims that are none.
    t.outcome(["A", "X", "X"], Deny, MalformedClaims);
    t.payload("payload array", "[1]");
    t.payload("payload string", r#""x""#);
    t.outcome(["D:sig", "X", "X"], Deny, MalformedClaims);
    t.payload("payload not json", "claims");
    t.payload("payload empty", "");
    t.payload("payload trailing garbage", "{}garbage");
    t.differs(["A", "A", "A"], MalformedClaims, DUPLICATES);
    t.claims(
        "payload dup exp past,future",
        &format!(r#""exp":{PAST},"exp":{FUTURE}"#),
    );

    // Dates that are none.
    let expired = ["D:{sig,expired}", "D:bunp", "D:bunp"];
    t.outcome(expired, Deny, MalformedClaims);
    t.claims(
        "payload dup exp future,past",
        &format!(r#""exp":{FUTURE},"exp":{PAST}"#),
    );
    t.claims("exp str '1e20'", r#""exp":"1e20""#);
    t.claims("exp str ' N' lead space", &format!(r#""exp":" {FUTURE}""#));
    t.claims("exp str 'N ' trail space", &format!(r#""exp":"{FUTURE} ""#));
    t.claims("exp str foobar", r#""exp":"foobar""#);
    t.claims("exp str empty", r#""exp":"""#);
    t.claims("exp [N]", &format!(r#""exp":[{FUTURE}]"#));
    t.claims("exp []", r#""exp":[]"#);
    t.outcome(["A", "D:bunp", "D:bunp"], Deny, MalformedClaims);
    let code_points = format!("{:?}", "99999999999".as_bytes());
    t.claims(
        "exp codepoints '99999999999'",
        &format!(r#""exp":{code_points}"#),
    );
    t.outcome(["D:sig", "D:bunp", "D:bunp"], Deny, MalformedClaims);
    t.claims("exp null", r#""exp":null"#);
    t.claims("exp true", r#""exp":true"#);
    t.claims("exp false", r#""exp":false"#);
    t.claims("exp {}", r#""exp":{}"#);
    t.claims("nbf null", r#""nbf":null"#);
    let early = ["D:{sig,not_valid_yet}", "D:bunp", "D:bunp"];
    t.outcome(early, Deny, MalformedClaims);
    t.claims("nbf foobar", r#""nbf":"foobar""#);
    t.differs(["D:sig", "A", "A"], MalformedClaims, DATES);
    t.claims("iat null", r#""iat":null"#);

    // Out of date.
    t.outcome(expired, Deny, Expired);
    t.claims("exp now-60", &format!(r#""exp":{PAST}"#));
    t.claims("exp now (equal)", &format!(r#""exp":{NOW}"#));
    t.claims("exp float past", &format!(r#""exp":{PAST}.5"#));
    t.claims("exp negative", r#""exp":-1"#);
    t.claims("exp 0", r#""exp":0"#);
    t.claims("exp str past", &format!(r#""exp":"{PAST}""#));
    // 4.2 named iat too.
    t.claims(
        "exp+nbf both bad",
        &format!(r#""exp":{PAST},"nbf":{FUTURE},"iat":{FUTURE}"#),
    );
    t.outcome(early, Deny, NotYetValid);
    t.claims("nbf future", &format!(r#""nbf":{FUTURE}"#));
    t.claims("nbf str future", &format!(r#""nbf":"{FUTURE}""#));
    t.rows
}

/// The token of EMQX's documentation, which every version accepts.
fn documentation_sample() -> String {
    let claims = concat!(
        r#"{"data":{"author":"wivwiv","site":"https://wivwiv.com"},"#,
        r#""exp":15822553606420000,"iat":1582255360}"#
    );
    let token = hs256(SECRET, HS256_HEADER, claims);
    assert!(token.ends_with(".FdyAx2fYahm6h3g47m88ttyINzptzKy_speimyUcma4"));
    token
}

fn hs512(payload: &str) -> String {
    use jsonwebtoken::{Algorithm, EncodingKey, crypto};
    let input = format!("{}.{}", base64url(r#"{"alg":"HS512"}"#), base64url(payload));
    let key = EncodingKey::from_secret(SECRET.as_bytes());
    let signature = crypto::sign(input.as_bytes(), &key, Algorithm::HS512);
    format!("{input}.{}", signature.unwrap())
}

/// A good token but for its header, which holds `+`, `/` and `=`.
fn standard_base64() -> String {
    use base64::Engine;
    let header = r#"{"alg":"HS256","x":">>>???"}"#;
    let header = base64::engine::general_purpose::STANDARD.encode(header);
    assert!(["+", "/", "="].iter().all(|mark| header.contains(mark)));
    sign(&format!("{header}.{}", base64url("{}")), SECRET)
}

/// The same token to a lenient decoder: a last bit that belongs to no byte is set.
fn with_a_left_over_bit(token: &str) -> String {
    const DIGITS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (rest, last) = token.split_at(token.len() - 1);
    let value = DIGITS.find(last).unwrap();
    assert_eq!(value % 4, 0, "32 bytes leave two bits over");
    format!("{rest}{}", &DIGITS[value + 1..value + 2])
}

#[test]
fn every_token_measured_in_emqx_has_its_answer_here() {
    let broker = Broker::new(&json!({"secret": SECRET, "disconnect_after_expire": false}));
    for row in table() {
        let answer = broker.connect(Connect {
            password: row.token.as_deref().map(str::as_bytes),
            ..Connect::default()
        });
        let (decision, reason) = row.outcome.ours;
        answer.is_so(row.name, decision, reason);
        assert_eq!(answer.result.expires_at, 0, "{}", row.name);
    }
}

#[test]
fn the_table_has_all_77_rows_and_none_twice() {
    let table = table();
    let names: HashSet<_> = table.iter().map(|row| row.name).collect();
    let tokens: HashSet<_> = table.iter().map(|row| &row.token).collect();
    assert_eq!(
        (table.len(), names.len(), tokens.len()),
        (77, 77, 77),
        "rows, names, tokens"
    );
}

#[test]
fn a_row_names_a_rule_exactly_where_most_of_emqx_decides_otherwise() {
    for Row { name, outcome, .. } in table() {
        let admitting = outcome.emqx.iter().filter(|answer| **answer == "A");
        let admits = admitting.count() >= 2;
        let differs = admits != (outcome.ours.0 == Allow);
        assert_eq!(outcome.why.is_some(), differs, "{name}");
    }
}
