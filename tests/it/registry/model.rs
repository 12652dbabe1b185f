//! Whatever happens in whatever order, the table answers as a list does that is searched from the
//! front.

use super::{named, with};
use crate::harness::registry::Over;
use crate::harness::session::PUBLISH;
use crate::harness::{Broker, Connect, NOW, Table, base64url, hs256};
use jwt_auth::{Permission, Reason, State};
use proptest::prelude::*;
use serde_json::{Value, json};

const ROOM: usize = 2;
const RECHECK: i64 = 4;
const KEYS: [&str; 2] = ["k0", "k1"];

/// What a client sends: which identifier, which name, and a token of which key that ends in so many
/// seconds; none: a token that is no good.
#[derive(Debug, Clone, Copy)]
struct Sent {
    id: usize,
    name: usize,
    token: Option<(usize, Option<i64>)>,
}

#[derive(Debug, Clone)]
enum Event {
    Connect(u64, Sent),
    Renew(u64, Sent),
    Disconnect(u64, bool),
    /// All that are connected connect again with what they sent, as after SIGHUP.
    ConnectAllAgain,
    Ask(u64, usize, usize),
    /// Seconds pass, and the timer runs in each of them.
    Pass(i64),
    /// A key is withdrawn, or comes again.
    Turn(usize),
}

const IDS: [Option<&[u8]>; 4] = [Some(b"c0"), Some(b"c1"), Some(b""), None];
const NAMES: [Option<&[u8]>; 3] = [Some(b"u0"), Some(b"u1"), None];

fn sent() -> impl Strategy<Value = Sent> {
    let ends = prop_oneof![Just(None), (1..12_i64).prop_map(Some)];
    let token = prop_oneof![1 => Just(None), 5 => (0..KEYS.len(), ends).prop_map(Some)];
    (0..IDS.len(), 0..NAMES.len(), token).prop_map(|(id, name, token)| Sent { id, name, token })
}

fn event() -> impl Strategy<Value = Event> {
    let connection = || 0..6_u64;
    prop_oneof![
        8 => (connection(), sent()).prop_map(|(c, sent)| Event::Connect(c, sent)),
        3 => (connection(), sent()).prop_map(|(c, sent)| Event::Renew(c, sent)),
        9 => (connection(), prop::bool::weighted(0.8)).prop_map(|(c, offline)| Event::Disconnect(c, offline)),
        1 => Just(Event::ConnectAllAgain),
        4 => (connection(), 0..IDS.len(), 0..NAMES.len()).prop_map(|(c, i, n)| Event::Ask(c, i, n)),
        4 => (1..4_i64).prop_map(Event::Pass),
        1 => (0..KEYS.len()).prop_map(Event::Turn),
    ]
}

/// A client that was accepted.
#[derive(Debug, Clone)]
struct Kept {
    connection: u64,
    sent: Sent,
    /// Of the token that it has now.
    key: usize,
    ends: Option<i64>,
    /// Where it is in the order of those that went.
    offline: Option<usize>,
    over: bool,
    /// Since when it is known that its key is gone.
    keyless_since: Option<i64>,
}

/// The list.
struct Model {
    kept: Vec<Kept>,
    now: i64,
    went: usize,
    has_key: [bool; 2],
}

impl Model {
    fn state(kept: &Kept) -> State {
        match kept {
            Kept { over: true, .. } => State::Over,
            Kept {
                offline: Some(_), ..
            } => State::Offline,
            _ => State::Connected,
        }
    }

    fn find(&self, connection: u64, id: usize, name: usize) -> Option<&Kept> {
        (self.kept.iter())
            .find(|kept| (kept.connection, kept.sent.id, kept.sent.name) == (connection, id, name))
    }

    /// The end of a good token, and its key.
    fn accepts(&self, sent: Sent) -> Option<(usize, Option<i64>)> {
        let (key, ends) = sent.token?;
        // A token is made when it is sent.
        self.has_key[key].then(|| (key, ends.map(|seconds| self.now + seconds)))
    }

    fn connect(&mut self, connection: u64, sent: Sent) -> bool {
        self.kept.retain(|kept| kept.connection != connection);
        let Some((key, ends)) = self.accepts(sent) else {
            return false;
        };
        let same_id = |kept: &Kept| IDS[sent.id].is_some() && kept.sent.id == sent.id;
        self.kept
            .retain(|kept| !(kept.offline.is_some() && same_id(kept)));
        self.kept.push(Kept {
            connection,
            sent,
            key,
            ends,
            offline: None,
            over: false,
            keyless_since: None,
        });
        true
    }

    fn disconnect(&mut self, connection: u64, offline: bool) -> bool {
        let Some(index) = self
            .kept
            .iter()
            .position(|kept| kept.connection == connection)
        else {
            return false;
        };
        if !offline {
            self.kept.remove(index);
        } else if self.kept[index].offline.is_none() {
            self.went += 1;
            self.kept[index].offline = Some(self.went);
            if self
                .kept
                .iter()
                .filter(|kept| kept.offline.is_some())
                .count()
                > ROOM
            {
                let first = self.kept.iter().filter_map(|kept| kept.offline).min();
                self.kept
                    .retain(|kept| kept.offline.is_none() || kept.offline != first);
            }
        }
        true
    }

    /// Somebody was given: he must have been due.
    fn given(&mut self, over: &Over) {
        let (now, has_key) = (self.now, self.has_key);
        let kept = self
            .kept
            .iter_mut()
            .find(|kept| kept.connection == over.connection);
        let kept = kept.unwrap_or_else(|| panic!("{over:?} is not kept"));
        assert!(!kept.over, "{over:?} is given a second time");
        assert_eq!(over.client_id.as_deref(), IDS[kept.sent.id]);
        assert_eq!(over.offline, kept.offline.is_some());
        let has_ended = kept.ends.is_some_and(|end| end <= now);
        match over.reason {
            Reason::Expired => assert!(has_ended, "{over:?} has not expired"),
            _ => assert!(!has_ended && !has_key[kept.key], "{over:?} has its key"),
        }
        kept.over = true;
    }

    /// After the timer: nobody is left whose time has come.
    fn assert_nobody_is_late(&self) {
        for kept in self.kept.iter().filter(|kept| !kept.over) {
            let has_ended = kept.ends.is_some_and(|end| end <= self.now);
            let is_late = kept
                .keyless_since
                .is_some_and(|since| self.now >= since + RECHECK);
            assert!(
                !has_ended && !is_late,
                "{kept:?} was not given at {}",
                self.now
            );
        }
    }

    fn note_keys(&mut self) {
        let (now, has_key) = (self.now, self.has_key);
        for kept in &mut self.kept {
            kept.keyless_since = if has_key[kept.key] {
                None
            } else {
                kept.keyless_since.or(Some(now))
            };
        }
    }

    fn counts(&self) -> (usize, usize) {
        let count = |state| {
            self.kept
                .iter()
                .filter(|kept| Self::state(kept) == state)
                .count()
        };
        (count(State::Connected), count(State::Offline))
    }
}

fn secret(key: usize) -> String {
    format!("{} is a secret of many characters", KEYS[key])
}

fn config(has_key: [bool; 2]) -> Value {
    let key =
        |name: &str, secret: &str| json!({ "kty": "oct", "kid": name, "k": base64url(secret) });
    let present = (0..KEYS.len()).filter(|key| has_key[*key]);
    let mut keys: Vec<_> = present
        .map(|index| key(KEYS[index], &secret(index)))
        .collect();
    keys.push(key("other", "another secret, of 32 characters"));
    json!({ "jwks": { "keys": keys } })
}

fn token(now: i64, sent: Sent) -> String {
    let Some((key, ends)) = sent.token else {
        return "no token".to_owned();
    };
    let mut claims = json!({ "acl": { "pub": ["a"] } });
    if let Some(seconds) = ends {
        claims["exp"] = (now + seconds).into();
    }
    let header = json!({ "alg": "HS256", "kid": KEYS[key] });
    hs256(&secret(key), &header.to_string(), claims.to_string())
}

fn client(sent: Sent, token: &str) -> Connect<'_> {
    Connect {
        client_id: IDS[sent.id],
        username: NAMES[sent.name],
        ..with("", token)
    }
}

/// Both are told the same, and asked the same.
struct Both<'t, 'b> {
    table: &'t Table<'b>,
    model: Model,
}

impl Both<'_, '_> {
    fn connect(&mut self, connection: u64, sent: Sent) {
        let token = token(self.model.now, sent);
        let answer = self.table.connect(connection, client(sent, &token));
        assert_eq!(
            answer.claims.is_some(),
            self.model.connect(connection, sent)
        );
    }

    fn renew(&mut self, connection: u64, sent: Sent) {
        let token = token(self.model.now, sent);
        let answer = self.table.renew(connection, client(sent, &token));
        let accepted = self.model.accepts(sent);
        let kept = self.model.kept.iter_mut().find(|kept| {
            (kept.connection, kept.sent.id, kept.sent.name) == (connection, sent.id, sent.name)
                && Model::state(kept) == State::Connected
        });
        assert_eq!(answer.is_some(), kept.is_some());
        if let (Some(answer), Some(kept)) = (answer, kept) {
            assert_eq!(answer.claims.is_some(), accepted.is_some());
            if let Some((key, ends)) = accepted {
                (kept.key, kept.ends, kept.keyless_since) = (key, ends, None);
            }
        }
    }

    fn ask(&self, connection: u64, id: usize, name: usize) {
        let client = Connect {
            client_id: IDS[id],
            username: NAMES[name],
            ..named("")
        };
        let kept = self.model.find(connection, id, name);
        let state = kept.map_or(State::Absent, Model::state);
        assert_eq!(self.table.state(connection, client), state);
        let is_good = |kept: &Kept| !kept.over && kept.ends.is_none_or(|end| self.model.now < end);
        let permission = match kept {
            None => Permission::NoMatch,
            Some(kept) if is_good(kept) => Permission::Allow,
            Some(_) => Permission::Deny,
        };
        assert_eq!(self.table.may(connection, client, PUBLISH, "a"), permission);
    }

    fn run_timer(&mut self) {
        for over in self.table.all_over() {
            self.model.given(&over);
        }
        self.model.assert_nobody_is_late();
    }

    fn take(&mut self, event: &Event) {
        match *event {
            Event::Connect(connection, sent) => self.connect(connection, sent),
            Event::Renew(connection, sent) => self.renew(connection, sent),
            Event::Disconnect(connection, offline) => assert_eq!(
                self.table.disconnect(connection, offline),
                self.model.disconnect(connection, offline)
            ),
            Event::ConnectAllAgain => {
                let connected = self.model.kept.iter().filter(|kept| kept.offline.is_none());
                let again: Vec<_> = connected.map(|kept| (kept.connection, kept.sent)).collect();
                for (connection, sent) in again {
                    self.connect(connection, sent);
                }
            }
            Event::Ask(connection, id, name) => self.ask(connection, id, name),
            Event::Pass(seconds) => {
                for _ in 0..seconds {
                    self.model.now += 1;
                    self.table.broker.set_time(self.model.now);
                    self.run_timer();
                }
            }
            Event::Turn(key) => {
                self.model.has_key[key] = !self.model.has_key[key];
                self.table.broker.reloaded(&config(self.model.has_key));
                self.model.note_keys();
            }
        }
        assert_eq!(self.table.counts(), self.model.counts());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn it_answers_as_a_list_does(events in proptest::collection::vec(event(), 1..120)) {
        let broker = Broker::new(&config([true; 2]));
        let table = broker.table(ROOM, u32::try_from(RECHECK).unwrap());
        let model = Model { kept: Vec::new(), now: NOW, went: 0, has_key: [true; 2] };
        let mut both = Both { table: &table, model };
        for event in &events {
            both.take(event);
        }
        for connection in 0..6 {
            for (id, name) in (0..IDS.len()).flat_map(|id| (0..NAMES.len()).map(move |name| (id, name))) {
                both.ask(connection, id, name);
            }
        }
    }
}
