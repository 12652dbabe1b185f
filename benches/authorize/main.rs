//! What it costs to ask a session about a topic, beside a plain scan of the same rules, and how
//! much memory a session takes.
//!
//! ```text
//! cargo bench --bench authorize
//! ```
#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "a bench that panics fails, and that is all"
)]

mod memory;
mod operator;
mod registry;
mod scan;

use divan::{Bencher, black_box};
use jsonwebtoken::{EncodingKey, Header, encode};
use jwt_auth::{Action, Client, Grant, Hooks, Permission, Qos, Request, Verifier};
use scan::Scan;
use serde_json::{Value, json};

/// The token of the README, from EMQX's documentation: no topic permissions.
const SAMPLE: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9\
    .eyJkYXRhIjp7ImF1dGhvciI6IndpdndpdiIsInNpdGUiOiJodHRwczovL3dpdndpdi5jb20ifSwiZXhwIjoxNTgyMjU1MzYwNjQyMDAwMCwiaWF0IjoxNTgyMjU1MzYwfQ\
    .FdyAx2fYahm6h3g47m88ttyINzptzKy_speimyUcma4";
const SECRET: &str = "emqxsecret";

/// How many rules.
const SIZES: [usize; 4] = [1, 10, 100, 1000];

fn main() {
    divan::main();
    memory::report();
}

/// Who is asked.
trait Asked {
    fn new(acl: &Value) -> Self;
    fn may(&self, request: &Request<'_>) -> Permission;
}

/// The library, with the system's clock.
struct Library(Verifier, Grant);

impl Asked for Library {
    fn new(acl: &Value) -> Self {
        let (verifier, token) = (verifier(), token(acl));
        let grant = admit(&verifier, &token);
        Self(verifier, grant)
    }

    fn may(&self, request: &Request<'_>) -> Permission {
        self.0.authorize(&self.1, request).unwrap()
    }
}

fn verifier() -> Verifier {
    let config = json!({ "secret": SECRET, "max_token_size": 1 << 20 });
    Verifier::new(&config.to_string(), Hooks::default()).unwrap()
}

/// A token with such topic permissions.
fn token(acl: &Value) -> String {
    let claims = json!({ "sub": "alice", "exp": 4_102_444_800_u64, "acl": acl });
    let key = EncodingKey::from_secret(SECRET.as_bytes());
    encode(&Header::default(), &claims, &key).unwrap()
}

fn admit(verifier: &Verifier, token: &str) -> Grant {
    let client = Client {
        client_id: Some(b"c1"),
        username: Some(b"alice"),
        password: Some(token.as_bytes()),
        ..Client::default()
    };
    verifier.check(&client).unwrap().outcome.unwrap()
}

/// A third of the filters have a `+`, a third end with `#`, and a third are plain.
fn filters(count: usize) -> Vec<String> {
    let filter = |number| match number % 3 {
        0 => format!("plant/{number}/machine/+/state"),
        1 => format!("plant/{number}/alarm"),
        _ => format!("plant/{number}/log/#"),
    };
    (0..count).map(filter).collect()
}

/// The map form: topics that are allowed, and no other.
fn map(count: usize) -> Value {
    json!({ "all": filters(count) })
}

/// The list form: a rule that denies, and so many that allow.
fn list(count: usize) -> Value {
    let rule = |permission: &str, topic: &str| json!({ "permission": permission, "action": "all", "topic": topic });
    let allowed = filters(count);
    let allow = allowed.iter().map(|topic| rule("allow", topic));
    std::iter::once(rule("deny", "plant/+/log/private/#"))
        .chain(allow)
        .collect()
}

/// Asks again and again what must be answered in this way.
fn ask<A: Asked>(bencher: Bencher, acl: &Value, action: Action, topic: &str, answer: Permission) {
    let asked = A::new(acl);
    let request = Request {
        action,
        topic: topic.as_bytes(),
        qos: Qos::AtLeastOnce,
        retain: false,
    };
    assert_eq!(asked.may(&request), answer);
    bencher.bench_local(|| asked.may(black_box(&request)));
}

/// The benches of one form; what it answers where no rule matches.
macro_rules! form {
    ($form:ident, $otherwise:ident) => {
        mod $form {
            use super::{Action, Asked, Bencher, Library, Permission, SIZES, Scan, ask};

            #[divan::bench(types = [Library, Scan], args = SIZES, min_time = 0.05)]
            fn publish_by_the_first_rule<A: Asked>(bencher: Bencher, rules: usize) {
                let topic = "plant/0/machine/m7/state";
                ask::<A>(
                    bencher,
                    &super::$form(rules),
                    Action::Publish,
                    topic,
                    Permission::Allow,
                );
            }

            #[divan::bench(types = [Library, Scan], args = SIZES, min_time = 0.05)]
            fn publish_by_the_last_rule<A: Asked>(bencher: Bencher, rules: usize) {
                let topic = format!("plant/{}/machine/m7/state", rules - 1);
                ask::<A>(
                    bencher,
                    &super::$form(rules),
                    Action::Publish,
                    &topic,
                    Permission::Allow,
                );
            }

            #[divan::bench(types = [Library, Scan], args = SIZES, min_time = 0.05)]
            fn publish_by_no_rule<A: Asked>(bencher: Bencher, rules: usize) {
                let topic = format!("plant/{rules}/machine/m7/state");
                ask::<A>(
                    bencher,
                    &super::$form(rules),
                    Action::Publish,
                    &topic,
                    Permission::$otherwise,
                );
            }

            #[divan::bench(types = [Library, Scan], args = SIZES, min_time = 0.05)]
            fn subscribe_with_a_wildcard<A: Asked>(bencher: Bencher, rules: usize) {
                let topic = format!("plant/{}/machine/+/state", rules - 1);
                ask::<A>(
                    bencher,
                    &super::$form(rules),
                    Action::Subscribe,
                    &topic,
                    Permission::Allow,
                );
            }

            #[divan::bench(types = [Library, Scan], args = SIZES, min_time = 0.05)]
            fn receive_by_the_last_rule<A: Asked>(bencher: Bencher, rules: usize) {
                let topic = format!("plant/{}/machine/m7/state", rules - 1);
                ask::<A>(
                    bencher,
                    &super::$form(rules),
                    Action::Receive,
                    &topic,
                    Permission::Allow,
                );
            }
        }
    };
}

form!(map, Deny);
form!(list, NoMatch);

/// What is the same for every session: the clock, and whether MQTT permits the topic.
#[divan::bench(min_time = 0.05)]
fn no_topic_permissions(bencher: Bencher) {
    let verifier = verifier();
    let session = admit(&verifier, SAMPLE);
    let request = Request {
        action: Action::Publish,
        topic: b"plant/0/machine/m7/state",
        qos: Qos::AtLeastOnce,
        retain: false,
    };
    bencher.bench_local(|| verifier.authorize(&session, black_box(&request)));
}

/// The worst that 1,024 rules can do: every one has to be looked at, and none is in the way of
/// another.
#[divan::bench(types = [Library, Scan], min_time = 0.05)]
fn every_branch_of_1024_rules<A: Asked>(bencher: Bencher) {
    let level = |number: usize, depth: usize| if number >> depth & 1 == 0 { "a" } else { "+" };
    let filter = |number| {
        let levels: Vec<&str> = (0..10).map(|depth| level(number, depth)).collect();
        levels.join("/") + "/end"
    };
    let acl = json!({ "all": (0..1024).map(filter).collect::<Vec<_>>() });
    let topic = "a/a/a/a/a/a/a/a/a/a/no";
    ask::<A>(bencher, &acl, Action::Publish, topic, Permission::Deny);
}

/// From a token to a session.
mod check {
    use super::{Bencher, SAMPLE, SIZES, admit, list, token, verifier};

    #[divan::bench(min_time = 0.05)]
    fn the_sample_token(bencher: Bencher) {
        let verifier = verifier();
        bencher.bench_local(|| admit(&verifier, SAMPLE));
    }

    #[divan::bench(args = SIZES, min_time = 0.05)]
    fn rules(bencher: Bencher, rules: usize) {
        let (verifier, token) = (verifier(), token(&list(rules)));
        bencher.bench_local(|| admit(&verifier, &token));
    }
}
