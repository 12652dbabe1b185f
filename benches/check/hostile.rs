//! Claims that are made to cost as much as they can, and clients with a long id.

use jwt_auth::Reason;
use serde_json::{Value, json};

use crate::broker::{Broker, Cache};
use crate::heap;
use crate::rounds::timed;
use crate::table::{Target, count, heading, single};
use crate::tokens::{Issuer, Token};

/// What one check may take, in microseconds.
const MOST: f64 = 10_000.0;

/// The claims of a shape that is repeated so often.
type Shape = fn(usize) -> String;

const SHAPES: [(&str, Shape); 14] = [
    ("patterns that try all states at each byte", patterns),
    ("patterns that take long to parse", long_patterns),
    ("topics with a placeholder", |n| {
        topics(&vec!["%c".to_owned(); n])
    }),
    ("64 KiB of values", |n| {
        topics(&vec!["%c".to_owned(); n.min(64)])
    }),
    ("topics too long when filled in", |n| {
        topics(&vec!["%c".repeat(65); n])
    }),
    ("attributes in topics", |n| {
        attributes(n, |name| format!("k{name}"))
    }),
    ("attributes with escapes in topics", |n| {
        attributes(n, |name| format!(r"\u006b{name}"))
    }),
    ("attributes", |n| {
        let attributes: Vec<_> = (0..n).map(|n| format!(r#""{n:x}":1"#)).collect();
        format!(r#"{{"client_attrs":{{{}}}}}"#, attributes.join(","))
    }),
    ("addresses", |n| {
        rules(n, &json!({"ipaddr": "2001:db8:1:2:3:4:5:6/127"}))
    }),
    ("rules", |n| rules(n, &json!({}))),
    ("topics of one byte", |n| topics(&vec!["a".to_owned(); n])),
    ("topics with a long prefix", |n| {
        let prefix = "a/".repeat(20);
        topics(&(0..n).map(|n| format!("{prefix}{n}")).collect::<Vec<_>>())
    }),
    ("claims", |n| {
        let claims: Vec<_> = (0..n).map(|n| format!(r#""{n:x}":0"#)).collect();
        format!("{{{}}}", claims.join(","))
    }),
    ("lists in lists", |n| {
        let lists = format!("{}{}", "[".repeat(30), "]".repeat(30));
        format!(r#"{{"a":[{}]}}"#, vec![lists; n].join(","))
    }),
];

fn topics(topics: &[String]) -> String {
    json!({"acl": {"pub": topics}}).to_string()
}

/// So many rules that allow, with these members.
fn rules(count: usize, members: &Value) -> String {
    let mut rule = json!({"permission": "allow", "action": "all", "topic": "t"});
    for (name, value) in members.as_object().unwrap() {
        rule[name] = value.clone();
    }
    json!({"acl": vec![rule; count]}).to_string()
}

/// As large ones as a claim may have, in a client id of letters `a`.
fn patterns(count: usize) -> String {
    rules(count.min(8), &json!({"clientid_re": "(?:a?){150}b"}))
}

fn long_patterns(count: usize) -> String {
    let class: String = "acegikmoqsuwy".chars().cycle().take(4_090).collect();
    rules(count.min(4), &json!({"clientid_re": format!("[{class}]")}))
}

/// So many attributes, and as many topics with one of them.
fn attributes(count: usize, name: impl Fn(usize) -> String) -> String {
    let attributes: Vec<_> = (0..count)
        .map(|number| format!(r#""{}":"v""#, name(number)))
        .collect();
    let topics: Vec<_> = (0..count)
        .map(|number| format!("${{client_attrs.k{number}}}"))
        .collect();
    let acl = json!({ "pub": topics });
    format!(
        r#"{{"client_attrs":{{{}}},"acl":{acl}}}"#,
        attributes.join(",")
    )
}

/// The largest token of a shape.
fn largest(issuer: &Issuer, shape: Shape, size: usize) -> String {
    let fits = |n: &usize| shape(*n).len() * 4 / 3 + 120 <= size;
    let (mut least, mut most) = (1, size);
    while least < most {
        let middle = (least + most).div_ceil(2);
        if fits(&middle) {
            least = middle;
        } else {
            most = middle - 1;
        }
    }
    issuer.sign(&shape(least))
}

/// What a check with a session takes, and what the session keeps.
pub(crate) fn report() {
    let issuer = Issuer::new("HS256");
    let config = json!({"jwks": {"keys": [issuer.jwk()]}, "max_token_size": 1 << 20});
    let broker = Broker::new(config, Cache::Off);
    for size in [1 << 14, 1 << 16] {
        for id in [1_024, 65_000] {
            heading(
                &format!("hostile tokens of {size} bytes, client id of {id}"),
                "",
            );
            for (name, shape) in SHAPES {
                let token = Token::new(&"a".repeat(id), &largest(&issuer, shape, size));
                measure(&broker, name, &token);
            }
        }
    }
}

fn measure(broker: &Broker, name: &str, token: &Token) {
    let cost = |_| timed(1, |_| drop(broker.answer(token)));
    let figures: Vec<f64> = (0..11).map(cost).collect();
    let (reason, session) = broker.answer(token);
    let refused = if session.is_none() { ", refused" } else { "" };
    let expected = [Reason::Accepted as i32, Reason::BadAcl as i32];
    assert!(expected.contains(&reason), "{name}: {reason}");
    single(
        &format!("{name}{refused}"),
        &figures,
        Target::TimeAtMost(MOST),
    );
    if let Some(session) = session {
        let before = heap::held();
        drop(session);
        #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
        let kept = (before - heap::held()) as f64;
        count("  its session, in KiB", kept / 1024.0, "", None);
    }
}
