//! Random devices, keys, reloads and sessions, beside a model that is as simple as it can be.

use jwt_auth::{Decision, Reason};
use proptest::collection::vec;
use proptest::option::of as maybe;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::{jwk, token_of, with};
use crate::harness::session::Session;
use crate::harness::{Broker, Connect, Scratch, json_file, valid_claims};

const NAMES: [&str; 4] = ["", "d1", "d2", "d3"];

/// Tokens of this key's name are revoked, if any are.
const REVOKED: &str = "d3";

const MAX_KEY_TRIALS: usize = 2;

/// A key: its name, and the number of its material.
type ModelKey = (Option<&'static str>, u8);

#[derive(Debug, Clone)]
struct Model {
    kid_from: &'static str,
    keys: Vec<ModelKey>,
    revokes: bool,
}

#[derive(Debug, Clone)]
struct Device {
    client_id: Option<&'static str>,
    username: Option<&'static str>,
    kid: Option<&'static str>,
    signer: u8,
}

#[derive(Debug, Clone)]
enum Step {
    Present(Device),
    Reload(Model),
}

impl Model {
    fn config(&self, list: &Scratch) -> Value {
        let keys = self.keys.iter().map(|(name, number)| {
            let name = name.map_or(json!({}), |name| json!({ "kid": name }));
            jwk(*number, name)
        });
        let mut config = json!({
            "kid_from": self.kid_from,
            "max_key_trials": MAX_KEY_TRIALS,
            "jwks": { "keys": keys.collect::<Vec<_>>() },
        });
        if self.revokes {
            config = with(config, json!({ "revocations_file": list.0 }));
        }
        config
    }

    /// The keys that a token is tried with, or why there are none.
    fn candidates(&self, device: &Device) -> Result<Vec<ModelKey>, Reason> {
        let named = |name: Option<&str>| -> Vec<ModelKey> {
            let keys = self.keys.iter().copied();
            keys.filter(|(kid, _)| *kid == name).collect()
        };
        let of_client = |name: Option<&'static str>| match name {
            None | Some("") => vec![],
            name => named(name),
        };
        let found = match (self.kid_from, device.kid) {
            ("client_id", _) => of_client(device.client_id),
            ("username", _) => of_client(device.username),
            (_, None) => self.keys.clone(),
            (_, kid) if named(kid).is_empty() => named(None),
            (_, kid) => named(kid),
        };
        match found.len() {
            0 => Err(Reason::UnknownKeyId),
            len if len > MAX_KEY_TRIALS => Err(Reason::AmbiguousKey),
            _ => Ok(found),
        }
    }

    /// The key that verifies the token of this client, or why it is refused.
    fn check(&self, device: &Device) -> Result<ModelKey, Reason> {
        let mut candidates = self.candidates(device)?.into_iter();
        let key = candidates.find(|(_, number)| *number == device.signer);
        let key = key.ok_or(Reason::BadSignature)?;
        self.not_revoked(key).map(|()| key)
    }

    fn not_revoked(&self, (kid, _): ModelKey) -> Result<(), Reason> {
        if self.revokes && kid == Some(REVOKED) {
            return Err(Reason::Revoked);
        }
        Ok(())
    }

    fn recheck(&self, key: ModelKey) -> Result<(), Reason> {
        self.not_revoked(key)?;
        let is_there = match self.kid_from {
            "header" => self.keys.iter().any(|(_, number)| *number == key.1),
            _ => !matches!(key.0, None | Some("")) && self.keys.contains(&key),
        };
        is_there.then_some(()).ok_or(Reason::NoKey)
    }
}

fn name() -> impl Strategy<Value = Option<&'static str>> {
    maybe(select(&NAMES[..]))
}

fn model() -> impl Strategy<Value = Model> {
    let kid_from = select(&["header", "client_id", "username"][..]);
    (kid_from, vec((name(), 1_u8..4), 1..6), any::<bool>()).prop_map(|(kid_from, keys, revokes)| {
        Model {
            kid_from,
            keys,
            revokes,
        }
    })
}

fn step() -> impl Strategy<Value = Step> {
    let device =
        (name(), name(), name(), 1_u8..4).prop_map(|(client_id, username, kid, signer)| {
            Step::Present(Device {
                client_id,
                username,
                kid,
                signer,
            })
        });
    prop_oneof![5 => device, 1 => model().prop_map(Step::Reload)]
}

fn outcome(expected: Result<(), Reason>) -> (Decision, Reason) {
    match expected {
        Ok(()) => (Decision::Allow, Reason::Accepted),
        Err(reason) => (Decision::Deny, reason),
    }
}

/// Lets a client connect, and keeps its session if it is to be accepted.
fn present<'b>(
    broker: &'b Broker,
    model: &Model,
    device: &Device,
    sessions: &mut Vec<(ModelKey, Session<'b>)>,
) {
    let token = token_of(&valid_claims(), device.signer, device.kid);
    let connect = Connect {
        client_id: device.client_id.map(str::as_bytes),
        username: device.username.map(str::as_bytes),
        password: Some(token.as_bytes()),
        ..Connect::default()
    };
    let expected = model.check(device);
    let (decision, reason) = outcome(expected.map(|_| ()));
    let case = format!("{device:?} by {model:?}");
    broker.connect(connect).is_so(&case, decision, reason);
    if let Ok(key) = expected {
        sessions.push((key, broker.admit(connect)));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn each_client_is_verified_by_the_keys_of_its_name(first in model(), steps in vec(step(), 1..40)) {
        let list = json_file("revoked.json", &json!({ "not_before": { "kid": { REVOKED: 1 } } }));
        let broker = Broker::new(&first.config(&list));
        let (mut model, mut sessions) = (first, vec![]);
        for step in steps {
            match step {
                Step::Present(device) => present(&broker, &model, &device, &mut sessions),
                Step::Reload(next) => {
                    broker.reloaded(&next.config(&list));
                    model = next;
                }
            }
            for (key, session) in &sessions {
                let (decision, reason) = outcome(model.recheck(*key));
                session.recheck().is_so(&format!("{key:?} by {model:?}"), decision, reason);
            }
        }
    }
}
