//! Topics and claims as deep and as long as they come, on threads with a small stack: some C
//! libraries give a thread no more than this by default.

use std::time::{Duration, Instant};

use crate::harness::session::{PUBLISH, RECEIVE, SUBSCRIBE};
use crate::harness::{Broker, broker, token};
use jwt_auth::Permission::{Allow, Deny, NoMatch};
use serde_json::{Value, json};

const SMALL_STACK: usize = 128 * 1024;

/// Does it on a thread with a small stack.
fn with_a_small_stack(work: impl FnOnce() + Send) {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(SMALL_STACK);
        thread.spawn_scoped(scope, work).unwrap().join().unwrap();
    });
}

/// A broker that takes tokens of a megabyte.
fn roomy() -> Broker {
    broker(json!({"max_token_size": 1 << 20}))
}

#[test]
fn topics_and_filters_of_thirty_thousand_levels_are_matched() {
    const LEVELS: usize = 30_000;
    let repeated = |level: &str, last: &str| level.repeat(LEVELS) + last;
    let broker = roomy();
    let filters = [
        repeated("a/", "a"),
        repeated("+/", "+"),
        repeated("a/", "#"),
        repeated("+/", "b"),
        repeated("/", ""),
    ];
    let tokens = filters.clone().map(|filter| {
        let allow = token(&json!({"acl": {"all": [filter]}}));
        let deny = json!([
            {"permission": "deny", "action": "all", "topic": filter},
            {"permission": "allow", "action": "all", "topic": "#"},
        ]);
        (allow, token(&json!({ "acl": deny })))
    });
    let all = token(&json!({"acl": [
        {"permission": "allow", "action": "all", "topics": filters},
    ]}));
    with_a_small_stack(|| {
        for (n, (allow, deny)) in tokens.iter().enumerate() {
            let (allow, deny) = (broker.admit_with(allow), broker.admit_with(deny));
            for (m, requested) in filters.iter().enumerate() {
                // Lines: what the rule is; columns: what is asked for.
                let covers = [
                    [1, 0, 0, 0, 0],
                    [1, 1, 0, 1, 1],
                    [1, 0, 1, 0, 0],
                    [0, 0, 0, 1, 0],
                    [0, 0, 0, 0, 1],
                ][n][m];
                let overlaps = [
                    [1, 1, 1, 0, 0],
                    [1, 1, 1, 1, 1],
                    [1, 1, 1, 1, 0],
                    [0, 1, 1, 1, 0],
                    [0, 1, 0, 0, 1],
                ][n][m];
                let found = allow.may(SUBSCRIBE, requested);
                assert_eq!(
                    found,
                    if covers == 1 { Allow } else { Deny },
                    "rule {n}, filter {m}"
                );
                let found = deny.may(SUBSCRIBE, requested);
                assert_eq!(
                    found,
                    if overlaps == 1 { Deny } else { Allow },
                    "rule {n}, filter {m}"
                );
            }
            let expected = [Allow, Allow, Allow, Deny, Deny][n];
            for ask in [PUBLISH, RECEIVE] {
                assert_eq!(allow.may(ask, &filters[0]), expected, "rule {n}");
            }
        }
        let all = broker.admit_with(&all);
        assert_eq!(all.may(PUBLISH, repeated("a/", "b")), Allow);
        assert_eq!(all.may(PUBLISH, repeated("a/", "b/")), Allow);
        assert_eq!(all.may(PUBLISH, repeated("b/", "b/")), NoMatch);
    });
}

/// Filters each of which branches off the one before it a level further down: what is asked for can
/// take either way at every level.
fn staircase(permission: &str, steps: usize, stay: &str, leave: &str) -> Value {
    let filters: Vec<_> = (0..steps).map(|n| stay.repeat(n) + leave).collect();
    json!([{"permission": permission, "action": "all", "topics": filters}])
}

#[test]
fn filters_that_branch_at_every_level_are_matched() {
    const STEPS: usize = 650;
    let broker = roomy();
    let requests = [
        "a/".repeat(STEPS) + "a",
        "+/".repeat(STEPS) + "+",
        "a/".repeat(STEPS) + "b",
        "+/".repeat(STEPS) + "#",
    ];
    for permission in ["allow", "deny"] {
        for (stay, leave) in [
            ("+/", "a"),
            ("+/", "a/b"),
            ("a/", "+/b"),
            ("a/", "b/c"),
            ("+/", "b/c"),
        ] {
            let acl = staircase(permission, STEPS, stay, leave);
            let token = token(&json!({ "acl": acl }));
            let (broker, requests) = (&broker, &requests);
            with_a_small_stack(move || {
                let session = broker.admit_with(&token);
                for request in requests {
                    session.may(SUBSCRIBE, request);
                    session.may(SUBSCRIBE, "#");
                    session.may(PUBLISH, request);
                    session.may(RECEIVE, request);
                }
            });
        }
    }
}

#[test]
fn filters_with_wildcards_at_every_level_are_matched_in_no_time() {
    // 2 to the power of 11 filters, and a request that goes along all of them.
    let filter = |n: usize| {
        let level = |bit: usize| if n >> bit & 1 == 0 { "a" } else { "+" };
        (0..11).map(level).collect::<Vec<_>>().join("/")
    };
    let filters: Vec<_> = (0..1 << 11).map(filter).collect();
    let broker = roomy();
    for permission in ["allow", "deny"] {
        let acl = json!([{"permission": permission, "action": "all", "topics": filters}]);
        let session = broker.admit_with(&token(&json!({ "acl": acl })));
        let start = Instant::now();
        for request in [
            "a/a/a/a/a/a/a/a/a/a/a",
            "a/a/a/a/a/a/a/a/a/a/b",
            "a/a/a/a/a/a/a/a/a/a",
        ] {
            session.may(PUBLISH, request);
        }
        session.may(SUBSCRIBE, "+/+/+/+/+/+/+/+/+/+/x");
        session.may(SUBSCRIBE, "+/+/+/+/+/+/+/+/+/#");
        assert!(
            start.elapsed() < Duration::from_secs(2),
            "{:?}",
            start.elapsed()
        );
    }
}
