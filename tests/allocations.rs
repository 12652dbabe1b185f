//! What a broker asks for each message costs no memory, and a check no more than is said here.
//!
//! Counted is what Rust asks for: AWS-LC takes memory from the C library by itself, for each
//! signature but an HMAC (`cargo bench --bench check` counts that as well).
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics fails, and that is all"
)]
#![allow(unsafe_code, reason = "an allocator is unsafe by its nature")]

#[path = "it/harness/mod.rs"]
mod harness;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::hint::black_box;

use harness::session::{Ask, PUBLISH, RECEIVE, SUBSCRIBE, Session};
use harness::{Broker, Connect, NOW, SECRET, base64url, broker, jwk, signed, token};
use jsonwebtoken::Algorithm::{ES256, EdDSA, HS256, PS256, RS256};
use jwt_auth::Permission::{Allow, Deny, NoMatch};
use jwt_auth::Reason;
use serde_json::{Value, json};

/// The system's allocator, which counts what each thread asks of it.
struct Counting;

thread_local! {
    static CALLS: Cell<usize> = const { Cell::new(0) };
    static FREES: Cell<usize> = const { Cell::new(0) };
}

fn count() {
    CALLS.set(CALLS.get() + 1);
}

// SAFETY: the system's allocator does it all.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promise.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: the caller's promise.
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count();
        FREES.set(FREES.get() + 1);
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How often this allocates and frees.
fn calls<T>(work: impl FnOnce() -> T) -> (usize, T) {
    let before = CALLS.get();
    let result = work();
    (CALLS.get() - before, result)
}

/// How often a check that wants no session allocates: at first sight, when the token comes for the
/// second time, and from then on. Less is better.
const CHECKS: [(jsonwebtoken::Algorithm, &str, [usize; 3]); 5] = [
    (HS256, "", [0, 1, 0]),
    (RS256, "rsa2048", [1, 0, 0]),
    (PS256, "rsa2048", [1, 0, 0]),
    (ES256, "p256", [1, 0, 0]),
    (EdDSA, "ed25519", [1, 0, 0]),
];

/// How often this allocates, or lets an allocation grow or shrink.
fn allocations(work: impl FnOnce()) -> usize {
    let frees = FREES.get();
    let (calls, ()) = calls(work);
    calls - (FREES.get() - frees)
}

#[track_caller]
fn asks(session: &Session<'_>, ask: Ask, topic: &str, expected: jwt_auth::Permission) {
    let found = calls(|| session.may(ask, topic));
    assert_eq!(found, (0, expected), "{ask:?} {topic}");
}

#[test]
fn allocations_are_counted() {
    assert_eq!(calls(|| drop(black_box(Box::new(1)))).0, 2);
    let mut list = Vec::with_capacity(1);
    list.push(1);
    assert_eq!(calls(|| list.push(2)).0, 1);
    assert_eq!(calls(|| black_box(1)).0, 0);
    assert_eq!(allocations(|| drop(black_box(Box::new(1)))), 1);
}

#[test]
fn a_check_without_a_session_allocates_this_often() {
    let claims = |number: usize| {
        let topics = json!({"pub": ["up/c1/#", "log/c1/+"], "sub": ["down/c1/#", "all/news/+"]});
        let mut claims = json!({"sub": format!("d-{number:06}"), "clientid": "c1", "username": "u1",
            "aud": "mqtt", "iat": NOW, "exp": 4_102_444_800_u64, "acl": topics});
        // So many that names which are not the same look alike at first.
        for other in 0..40 {
            claims[format!("claim-{other}")] = other.into();
        }
        claims["note"] = "escaped: \"".into();
        claims["scope"] = "mqtt:publish mqtt:subscribe".into();
        claims["realm.access"] = json!({"roles": ["operator", "press-7"], "name": "u1"});
        claims
    };
    let mut found = vec![];
    for (algorithm, key, _) in CHECKS {
        let (jwk, sign): (Value, Box<dyn Fn(usize) -> String>) = if algorithm == HS256 {
            let header = r#"{"alg":"HS256","typ":"JWT","kid":"k1"}"#;
            let sign = move |number| harness::hs256(SECRET, header, claims(number).to_string());
            (
                json!({"kty": "oct", "k": base64url(SECRET)}),
                Box::new(sign),
            )
        } else {
            let sign = move |number| signed(algorithm, key, Some("k1"), &claims(number));
            (jwk(algorithm, key), Box::new(sign))
        };
        let mut jwk = jwk;
        jwk["kid"] = "k1".into();
        let broker = Broker::without_hooks(&json!({
            "jwks": {"keys": [jwk]},
            "verify_claims": {
                "aud": ["other", "mqtt"],
                "clientid": "%c",
                "scope": {"exists": true, "has": ["mqtt:subscribe", "mqtt:publish"]},
                "realm.access.roles": {"has": "operator", "matches": r"press-\d+"},
                "blocked": {"exists": false},
            },
            "token_type": ["at+jwt", "JWT"],
            "max_lifetime": u32::MAX,
            "username_claim": "realm.access.name",
        }));
        let check = |token: &str| {
            let client = Connect {
                password: Some(token.as_bytes()),
                ..Connect::default()
            };
            allocations(|| {
                let result = broker.decide(client);
                assert_eq!(result.reason, Reason::Accepted as i32, "{algorithm:?}");
            })
        };
        // The fewest: now and then the table of the tokens that are remembered grows.
        let times = (0..40).map(|number| {
            let token = sign(number);
            [(); 3].map(|()| check(&token))
        });
        let fewest = times.skip(10).min().unwrap();
        found.push((algorithm, key, fewest));
    }
    assert_eq!(found, CHECKS);
}

#[test]
fn an_authorization_allocates_nothing_in_any_form_and_with_any_outcome() {
    let broker = Broker::without_log(json!({}));
    let list = json!([
        {"permission": "deny", "action": "all", "topics": ["a/+/c", "d/#", "eq e"], "qos": [0, 1], "retain": false},
        {"permission": "allow", "action": "all", "topics": ["a/#", "%u/+", "$SYS/x"]},
    ]);
    let session = broker.admit_with(&token(&json!({"exp": NOW + 60, "acl": list})));
    for (topic, [publish, subscribe, receive]) in [
        ("a/b", [Allow, Allow, Allow]),
        ("a/b/c", [Deny, Deny, Allow]),
        ("d/x", [Deny, Deny, NoMatch]),
        ("u1/x", [Allow, Allow, Allow]),
        ("x/y/z", [NoMatch, NoMatch, NoMatch]),
        ("$SYS/x", [Allow, Allow, Allow]),
        ("a/+", [Deny, Allow, Deny]),
        ("#", [Deny, Deny, Deny]),
        ("$share/g/a/x", [NoMatch, Allow, NoMatch]),
        ("", [Deny, Deny, Deny]),
        ("a#", [Deny, Deny, Deny]),
    ] {
        asks(&session, PUBLISH, topic, publish);
        asks(&session, SUBSCRIBE, topic, subscribe);
        asks(&session, RECEIVE, topic, receive);
    }
    broker.set_time(NOW + 60);
    asks(&session, PUBLISH, "a/b", Deny);

    let map = broker.admit_with(&token(&json!({"acl": {"pub": ["a/#"], "sub": ["b"]}})));
    asks(&map, PUBLISH, "a/b", Allow);
    asks(&map, SUBSCRIBE, "a/b", Deny);
    let superuser = broker.admit_with(&token(&json!({"is_superuser": true})));
    asks(&superuser, PUBLISH, "a/b", Allow);
    let nothing = broker.admit_with(&token(&json!({})));
    asks(&nothing, PUBLISH, "a/b", NoMatch);
}

#[test]
fn an_authorization_allocates_where_the_log_is_told_of_a_topic_and_not_again() {
    let broker = broker(json!({}));
    let session = broker.admit_with(&token(&json!({"acl": {"pub": ["a"]}})));
    asks(&session, PUBLISH, "a", Allow);
    assert!(calls(|| session.may(PUBLISH, "b")).0 > 0);
    asks(&session, PUBLISH, "b", Deny);
    asks(&session, RECEIVE, "c", Deny);
    let nothing = broker.admit_with(&token(&json!({})));
    assert!(calls(|| nothing.may(PUBLISH, "a")).0 > 0);
    asks(&nothing, PUBLISH, "b", NoMatch);
}

#[test]
fn an_authorization_by_a_thousand_rules_allocates_nothing() {
    let broker = Broker::without_log(json!({"max_token_size": 1 << 20}));
    let rule = |n: usize| {
        let permission = if n.is_multiple_of(2) { "allow" } else { "deny" };
        json!({"permission": permission, "action": "all", "topics": [format!("+/{n}/+"), format!("t/{n}/#")]})
    };
    let rules: Vec<Value> = (0..1_000).map(rule).collect();
    let session = broker.admit_with(&token(&json!({ "acl": rules })));
    for ask in [PUBLISH, SUBSCRIBE, RECEIVE] {
        asks(&session, ask, "t/998/x", Allow);
        asks(&session, ask, "x/999/x", Deny);
        asks(&session, ask, "t/1000/x", NoMatch);
    }
    asks(&session, SUBSCRIBE, "+/+/x", Deny);
    asks(&session, SUBSCRIBE, "t/#", Deny);
    asks(&session, SUBSCRIBE, "t/998/+", Allow);
}

#[test]
fn a_recheck_allocates_nothing() {
    let broker = broker(json!({}));
    let session = broker.admit_with(&token(&json!({"exp": NOW + 60, "acl": {"all": ["#"]}})));
    let (count, answer) = calls(|| session.recheck());
    answer.allowed();
    assert_eq!(count, 0);

    broker.set_time(NOW + 60);
    let (count, answer) = calls(|| session.recheck());
    answer.denied(Reason::Expired);
    assert_eq!(count, 0);

    let other = harness::Broker::new(&json!({"secret": "another secret of 32 characters!"}));
    let session = session.moved_to(&other);
    // The first call of a thread makes the counters that it adds to for this verifier.
    let (count, answer) = calls(|| session.recheck());
    answer.denied(Reason::NoKey);
    assert_eq!(count, 1);
    let (count, answer) = calls(|| session.recheck());
    answer.denied(Reason::NoKey);
    assert_eq!(count, 0);
}

#[test]
fn attributes_are_read_once_however_many_topics_name_them() {
    let broker = Broker::without_hooks(&json!({
        "secret": SECRET, "max_token_size": 1 << 20, "cache_capacity": 0,
    }));
    // Names with escapes, which are written out to be compared.
    let attributes: Vec<_> = (0..100).map(|n| format!(r#""\u006b{n}":"v""#)).collect();
    let token = |count: usize| {
        let topics: Vec<_> = (0..count)
            .map(|n| format!("${{client_attrs.k{}}}", n % 100))
            .collect();
        let acl = json!({ "pub": topics });
        let attributes = attributes.join(",");
        harness::with_payload(format!(
            r#"{{"client_attrs":{{{attributes}}},"acl":{acl}}}"#
        ))
    };
    let [few, many] = [1, 1_000].map(|count| {
        let token = token(count);
        let client = Connect {
            password: Some(token.as_bytes()),
            ..Connect::default()
        };
        let check =
            || allocations(|| assert_eq!(broker.decide(client).reason, Reason::Accepted as i32));
        check();
        check()
    });
    assert_eq!(few, many);
}

#[test]
fn an_acl_claim_that_is_a_text_allocates_for_its_text_alone() {
    let broker = Broker::without_hooks(&json!({
        "secret": SECRET, "max_token_size": 1 << 20, "cache_capacity": 0,
    }));
    let count = |claim: Value| {
        let token = token(&json!({ "acl": claim }));
        let client = Connect {
            password: Some(token.as_bytes()),
            ..Connect::default()
        };
        let check =
            || allocations(|| assert_eq!(broker.decide(client).reason, Reason::Accepted as i32));
        check();
        check()
    };
    let topics = |count: usize| json!({ "pub": vec!["a/%c"; count] });
    assert_eq!(count(topics(1_000)), 0);
    // Without escapes there is nothing to write out.
    assert_eq!(count(json!("{}")), 0);
    // It grows as it is written out, and no topic of it is copied by itself.
    let many = count(json!(topics(1_000).to_string()));
    assert!((1..20).contains(&many), "{many}");
}
