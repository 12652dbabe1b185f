//! 100 rules of the operator, each for one role, of which 5 are about the client.

use divan::{Bencher, black_box};
use jsonwebtoken::{EncodingKey, Header, encode};
use jwt_auth::{Action, Hooks, Permission, Qos, Request, Verifier};
use serde_json::{Value, json};

use super::{SECRET, admit, filters};

const RULES: usize = 100;

/// The roles that Keycloak gives everybody, and those of five rules.
const ROLES: [&str; 8] = [
    "default-roles-plant",
    "offline_access",
    "uma_authorization",
    "role-7",
    "role-20",
    "role-48",
    "role-76",
    "role-99",
];

fn operator_rules() -> Value {
    let filters = filters(RULES).into_iter().enumerate();
    filters
        .map(|(number, topic)| {
            json!({
                "claims": { "realm_access.roles": { "has": format!("role-{number}") } },
                "permission": "allow", "action": "all", "topic": topic,
            })
        })
        .collect()
}

fn verifier(acl: &Value) -> Verifier {
    let config = json!({ "secret": SECRET, "acl": acl });
    Verifier::new(&config.to_string(), Hooks::default()).unwrap()
}

fn token() -> String {
    let claims = json!({
        "sub": "alice", "exp": 4_102_444_800_u64, "realm_access": { "roles": ROLES },
    });
    let key = EncodingKey::from_secret(SECRET.as_bytes());
    encode(&Header::default(), &claims, &key).unwrap()
}

/// What they add to a connect: the difference between the two.
#[divan::bench(args = [true, false], min_time = 0.2)]
fn connect(bencher: Bencher, has_rules: bool) {
    let rules = has_rules.then(operator_rules);
    let verifier = verifier(&rules.unwrap_or_else(|| json!([])));
    let token = token();
    bencher.bench_local(|| admit(&verifier, &token));
}

#[divan::bench(min_time = 0.05)]
fn publish(bencher: Bencher) {
    let verifier = verifier(&operator_rules());
    let session = admit(&verifier, &token());
    let request = Request {
        action: Action::Publish,
        topic: b"plant/48/machine/m7/state",
        qos: Qos::AtLeastOnce,
        retain: false,
    };
    assert_eq!(
        verifier.authorize(&session, &request).ok(),
        Some(Permission::Allow)
    );
    bencher.bench_local(|| verifier.authorize(&session, black_box(&request)));
}
