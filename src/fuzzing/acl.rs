//! The ACL claim of a token, and what its client asks for.

use std::sync::LazyLock;

use serde_json::json;

use super::json::{self, Value};
use super::{SECRET, client, compact, filters, verifier};
use crate::acl::{Action, Permission, Qos, Request};
use crate::client::Client;
use crate::refusal::Reason;
use crate::verifier::Verifier;

static VERIFIER: LazyLock<Verifier> = LazyLock::new(|| with_rules("[]"));

/// One whose operator has rules.
static RULED: LazyLock<Verifier> = LazyLock::new(|| with_rules(OPERATOR));

/// The operator's rules; those with the member `claims` in a form of their own: see [`holds`].
const OPERATOR: &str = r##"[
    {"permission": "deny", "action": "all", "topics": ["o/secret/#", "o/%u/own"]},
    {"permission": "allow", "action": "publish", "topics": ["o/+/own", "eq o/#"], "qos": [0, 1]},
    {"permission": "deny", "action": "all", "topic": "o/${claims.lists.plain}/x", "claims": {"kind": "press"}},
    {"permission": "deny", "action": "all", "topic": "${claims.nothing}", "claims": {"kind": "mill"}},
    {"permission": "allow", "action": "all", "topics": ["o/${claims.lists.mixed}/#", "#"], "retain": true}
]"##;

fn with_rules(acl: &str) -> Verifier {
    let acl: serde_json::Value = serde_json::from_str(acl).unwrap();
    verifier(&json!({
        "secret": std::str::from_utf8(SECRET).unwrap(),
        "cache_capacity": 16,
        "max_token_size": 1_048_576,
        "acl": acl,
    }))
}

/// Whether a rule holds for the claims of the token.
fn holds(rule: &Value) -> bool {
    let kind = rule.get("claims").and_then(|claims| claims.get("kind"));
    kind.is_none_or(|kind| kind.text() == Some("press"))
}

/// One whose clients have their names by the claim `name`.
static NAMED: LazyLock<Verifier> = LazyLock::new(|| {
    verifier(&json!({
        "secret": std::str::from_utf8(SECRET).unwrap(),
        "username_claim": "name",
        "cache_capacity": 16,
        "max_token_size": 1_048_576,
    }))
});

/// What clients send as client id and user name.
const NAMES: [Option<&str>; 10] = [
    Some("c1"),
    None,
    Some(""),
    Some("a/b"),
    Some("+"),
    Some("#"),
    Some("$x"),
    Some("$"),
    Some("\0"),
    Some("%c${clientid}"),
];

/// The attributes of the token.
const ATTRIBUTES: &str = r#"{"site":"north","none":null,"floor":3,"path":"a/b"}"#;

/// Other claims.
const CLAIMS: &str = r#""kind":"press","lists":{"plain":["a",1,true],"mixed":["b",null,"+"],"none":[]},
"many":["0","1","2","3","4","5","6","7","8"]"#;

/// What `${claims.NAME}` stands for: a value that cannot be used is none.
fn claim(name: &str) -> Vec<Option<&'static str>> {
    match name {
        "kind" => vec![Some("press")],
        "client_attrs.site" => vec![Some("north")],
        "client_attrs.floor" => vec![Some("3")],
        "lists.plain" => vec![Some("a"), Some("1"), Some("true")],
        "lists.mixed" => vec![Some("b"), None, None],
        "lists.none" => vec![],
        "many" => ["0", "1", "2", "3", "4", "5", "6", "7", "8"]
            .map(Some)
            .to_vec(),
        _ => vec![None],
    }
}

/// Takes the first line of the bytes for who asks and how, the second for the topic, and the rest for the claim.
///
/// Of the first line, `s` is to subscribe, `r` to be sent a message, and anything else to publish; then `qos`; `r`
/// for retained; two digits that choose client id and user name; and `o` for a verifier with rules of the operator.
pub fn acl(bytes: &[u8]) {
    let mut lines = bytes.splitn(3, |byte| *byte == b'\n');
    let (Some(how), Some(topic), Some(text)) = (lines.next(), lines.next(), lines.next()) else {
        return;
    };
    // What is not JSON is for another target.
    let Some(claim) = json::read(text) else {
        return;
    };
    let digit = |at: usize| how.get(at).map_or(0, |byte| usize::from(byte % 16) % 10);
    let request = Request {
        action: match how.first() {
            Some(b's') => Action::Subscribe,
            Some(b'r') => Action::Receive,
            _ => Action::Publish,
        },
        topic,
        qos: Qos::from_number(u8::try_from(digit(1) % 3).unwrap()).unwrap(),
        retain: how.get(2) == Some(&b'r'),
    };
    let asking = Asking {
        client_id: NAMES[digit(3)],
        username: NAMES[digit(4)],
        request,
        qos: digit(1) % 3,
    };
    let operator = json::read(OPERATOR.as_bytes()).unwrap();
    let (verifier, operator) = match how.get(5) {
        Some(b'o') => (&*RULED, operator),
        _ => (&*VERIFIER, Value::List(Vec::new())),
    };
    let expected = asking.answer(&operator, &claim);
    compare(verifier, &asking, asking.username, text, &expected);
    // The same as a text.
    if !matches!(claim, Value::Text(_)) {
        let quoted = serde_json::to_vec(std::str::from_utf8(text).unwrap()).unwrap();
        compare(verifier, &asking, asking.username, &quoted, &expected);
    }
    // The same name by a claim, whatever the client sends.
    let expected = asking.answer(&Value::List(Vec::new()), &claim);
    if asking.username.is_some_and(|name| !name.is_empty()) {
        for sent in [None, Some("u1")] {
            compare(&NAMED, &asking, sent, text, &expected);
        }
    }
}

/// The answer to a client that sends this user name, and has the one that asks in the claim `name`.
fn compare(
    verifier: &Verifier,
    asking: &Asking<'_>,
    username: Option<&str>,
    claim: &[u8],
    expected: &Result<Permission, NoAnswer>,
) {
    let name = serde_json::to_string(&asking.username).unwrap();
    let payload = [
        format!("{{\"name\":{name},\"client_attrs\":{ATTRIBUTES},{CLAIMS},\"acl\":").as_bytes(),
        claim,
        b"}",
    ]
    .concat();
    // The claim is one level deeper in the payload, so it may nest too deep there.
    if json::read(&payload).is_none() {
        return;
    }
    let token = compact::signed(br#"{"alg":"HS256"}"#, &payload, SECRET);
    let client = Client {
        client_id: asking.client_id.map(str::as_bytes),
        username: username.map(str::as_bytes),
        ..client(&token)
    };
    // The second time it is remembered.
    for _ in 0..2 {
        let decided = verifier.decide(&client).unwrap().reason();
        let verdict = verifier.check(&client).unwrap();
        assert_eq!(verdict.reason(), decided);
        let found = verdict
            .outcome
            .map(|grant| verifier.authorize(&grant, &asking.request).unwrap());
        match (found, expected) {
            (Ok(found), Ok(expected)) => assert_eq!(found, *expected),
            (Err(refusal), Err(BadAcl)) => assert_eq!(refusal.reason(), Reason::BadAcl),
            (found, Err(NotCompared)) => drop(found),
            (found, expected) => panic!("{found:?}, not {expected:?}"),
        }
    }
}

/// Why there is no answer.
#[derive(Debug)]
enum NoAnswer {
    /// The claim is malformed.
    BadAcl,
    /// It has conditions that only the library knows.
    NotCompared,
}
use NoAnswer::{BadAcl, NotCompared};

/// Who asks for what.
struct Asking<'a> {
    client_id: Option<&'a str>,
    username: Option<&'a str>,
    request: Request<'a>,
    qos: usize,
}

/// A topic of a rule.
enum Topic {
    Filter(String),
    /// `eq `: the filter that it is, literally.
    Exact(String),
    /// It is a filter for no client.
    Invalid,
    /// It is none for this client.
    NoValue,
}

impl Asking<'_> {
    /// The answer, by reading the claim from its beginning.
    fn answer(&self, operator: &Value, claim: &Value) -> Result<Permission, NoAnswer> {
        let operator: Vec<_> = operator
            .list()
            .unwrap()
            .iter()
            .filter(|rule| holds(rule))
            .cloned()
            .collect();
        let first = self.ask_list(&operator)?;
        let written_as_text = match claim {
            Value::Text(text) => json::read(text.as_bytes()),
            _ => None,
        };
        let (said, otherwise) = match written_as_text.as_ref().unwrap_or(claim) {
            Value::Object(lists) => (self.ask_map(lists)?, Permission::Deny),
            Value::List(rules) => (self.ask_list(rules)?, Permission::NoMatch),
            _ => return Err(BadAcl),
        };
        // The claim must be well-formed whatever is asked for.
        let Some(asked) = self.asked() else {
            return Ok(Permission::Deny);
        };
        for (permission, rule) in first.into_iter().chain(said) {
            if rule(asked) {
                return Ok(permission);
            }
        }
        Ok(otherwise)
    }

    /// The topic that is asked for, if MQTT permits it.
    fn asked(&self) -> Option<&str> {
        let topic = std::str::from_utf8(self.request.topic).ok()?;
        if self.request.action == Action::Subscribe {
            filters::without_share(topic).filter(|filter| filters::is_filter(filter))
        } else {
            filters::is_name(topic).then_some(topic)
        }
    }

    fn ask_map<'c>(&'c self, lists: &'c [(String, Value)]) -> Result<Rules<'c>, NoAnswer> {
        let mut rules: Rules<'c> = Vec::new();
        let is_known = |(name, _): &(String, _)| ["pub", "sub", "all"].contains(&&**name);
        if !lists.is_empty() && !lists.iter().any(is_known) {
            return Err(BadAcl);
        }
        for (name, topics) in lists {
            let is_for = match name.as_str() {
                "pub" => self.request.action == Action::Publish,
                "sub" => self.request.action != Action::Publish,
                "all" => true,
                _ => continue,
            };
            for topic in topics.list().ok_or(BadAcl)? {
                for topic in self.fill_all(&[topic.text().ok_or(BadAcl)?])? {
                    let applies = move |asked: &str| is_for && self.applies(true, &topic, asked);
                    rules.push((Permission::Allow, Box::new(applies)));
                }
            }
        }
        Ok(rules)
    }

    fn ask_list<'c>(&'c self, list: &'c [Value]) -> Result<Rules<'c>, NoAnswer> {
        let mut rules: Rules<'c> = Vec::new();
        for rule in list {
            let members = rule.members().ok_or(BadAcl)?;
            let known = [
                "permission",
                "action",
                "topic",
                "topics",
                "qos",
                "retain",
                "claims",
            ];
            if members.iter().any(|(name, _)| !known.contains(&&**name)) {
                return Err(NotCompared);
            }
        }
        for rule in list {
            let allows = match rule.get("permission").and_then(Value::text) {
                Some("allow") => true,
                Some("deny") => false,
                _ => return Err(BadAcl),
            };
            let qos = qos(rule.get("qos"))?;
            let is_for = match (
                rule.get("action").and_then(Value::text),
                self.request.action,
            ) {
                (Some("pub" | "publish"), action) => action == Action::Publish,
                (Some("sub" | "subscribe"), action) => action != Action::Publish,
                (Some("all"), _) => true,
                _ => return Err(BadAcl),
            };
            let retain = retain(rule.get("retain"))?;
            let holds = match self.request.action {
                Action::Publish => {
                    qos[self.qos] && retain.is_none_or(|retain| retain == self.request.retain)
                }
                Action::Subscribe => qos[self.qos],
                Action::Receive if allows => qos != [false; 3],
                Action::Receive => qos == [true; 3],
            };
            let texts: Result<Vec<&str>, _> = topics(rule)?
                .into_iter()
                .map(|topic| topic.text().ok_or(BadAcl))
                .collect();
            for topic in self.fill_all(&texts?)? {
                match &topic {
                    Topic::Invalid => return Err(BadAcl),
                    Topic::NoValue if !allows => return Err(BadAcl),
                    _ => {}
                }
                let applies =
                    move |asked: &str| is_for && holds && self.applies(allows, &topic, asked);
                let permission = if allows {
                    Permission::Allow
                } else {
                    Permission::Deny
                };
                rules.push((permission, Box::new(applies)));
            }
        }
        Ok(rules)
    }

    fn applies(&self, allows: bool, topic: &Topic, asked: &str) -> bool {
        match (topic, self.request.action) {
            (Topic::Invalid | Topic::NoValue, _) => false,
            // It was subscribed to by its own name, and brings what it matches.
            (Topic::Exact(filter), Action::Receive) if allows => filters::matches(filter, asked),
            (Topic::Exact(filter), _) => filter == asked,
            (Topic::Filter(filter), Action::Publish | Action::Receive) => {
                filters::matches(filter, asked)
            }
            (Topic::Filter(filter), Action::Subscribe) if allows => filters::covers(filter, asked),
            (Topic::Filter(filter), Action::Subscribe) => filters::overlap(filter, asked),
        }
    }

    /// The filters that the topics of a rule are for this client. If claims make more than 64 of them, these topics
    /// have no value.
    fn fill_all(&self, topics: &[&str]) -> Result<Vec<Topic>, NoAnswer> {
        let (mut all, mut with_claims) = (Vec::new(), Vec::new());
        let mut has_too_many = false;
        for topic in topics {
            let choices = choices(topic);
            // It must be well-formed, however many filters it is.
            let plain = self.fill(topic, &[])?;
            if choices.is_none() || matches!(plain, Topic::Invalid) {
                all.push(plain);
                continue;
            }
            let choices = choices.unwrap_or_default();
            // What a ban would lose beside an empty list, too.
            if names(topic).any(|name| claim(name).contains(&None)) {
                all.push(Topic::NoValue);
            }
            has_too_many |= with_claims.len() + choices.len() > 64;
            for choice in choices {
                with_claims.push(self.fill(topic, &choice)?);
            }
        }
        if has_too_many {
            with_claims = vec![Topic::NoValue];
        }
        all.extend(with_claims);
        Ok(all)
    }

    /// The filter that a topic is for this client, with these values of claims.
    fn fill(&self, topic: &str, claims: &Choice<'_>) -> Result<Topic, NoAnswer> {
        if let Some(exact) = topic.strip_prefix("eq ") {
            return Ok(if filters::is_filter(exact) {
                Topic::Exact(exact.to_owned())
            } else {
                Topic::Invalid
            });
        }
        let plain = self.replaced(topic, Some("x"), claims)?.unwrap_or_default();
        if !filters::is_filter(&plain) {
            return Ok(Topic::Invalid);
        }
        Ok(match self.replaced(topic, None, claims)? {
            Some(filled)
                if filters::is_filter(&filled)
                    && filled.starts_with('$') == plain.starts_with('$') =>
            {
                Topic::Filter(filled)
            }
            _ => Topic::NoValue,
        })
    }

    /// A topic with its placeholders replaced: by this text, or else by what is known of the client, if it is known
    /// and can stand there.
    fn replaced(
        &self,
        topic: &str,
        by: Option<&str>,
        claims: &Choice<'_>,
    ) -> Result<Option<String>, NoAnswer> {
        let (mut filled, mut rest, mut is_complete) = (String::new(), topic, true);
        while let Some(first) = rest.chars().next() {
            let (value, after) = if let Some(after) = rest.strip_prefix("%u") {
                (self.username, after)
            } else if let Some(after) = rest.strip_prefix("%c") {
                (self.client_id, after)
            } else if let Some(after) = rest.strip_prefix("%%") {
                filled.push('%');
                rest = after;
                continue;
            } else if let Some(after) = rest.strip_prefix("${") {
                let (name, after) = after.split_once('}').ok_or(BadAcl)?;
                let value = match name {
                    "$" => {
                        filled.push('$');
                        rest = after;
                        continue;
                    }
                    "username" => self.username,
                    "clientid" => self.client_id,
                    "client_attrs.site" => Some("north"),
                    "client_attrs.floor" => Some("3"),
                    "client_attrs.path" => Some("a/b"),
                    "client_attrs." | "claims." => return Err(BadAcl),
                    claim if claim.starts_with("claims.") => {
                        let name = &claim["claims.".len()..];
                        if name.matches('.').count() > 32 {
                            return Err(BadAcl);
                        }
                        let chosen = claims.iter().find(|(chosen, _)| *chosen == name);
                        chosen.and_then(|(_, value)| *value)
                    }
                    attribute if attribute.starts_with("client_attrs.") => None,
                    _ => return Err(BadAcl),
                };
                (value, after)
            } else {
                filled.push(first);
                rest = &rest[first.len_utf8()..];
                continue;
            };
            let value = by.or(value);
            match value.filter(|value| !value.contains(['/', '+', '#', '\0'])) {
                Some(value) => filled.push_str(value),
                None => is_complete = false,
            }
            rest = after;
        }
        Ok(is_complete.then_some(filled))
    }
}

/// One value for each claim in a topic.
type Choice<'t> = [ClaimValue<'t>];

/// The name of a claim, and one of its values.
type ClaimValue<'t> = (&'t str, Option<&'static str>);

/// The claims in a topic that has some.
fn names(topic: &str) -> impl Iterator<Item = &str> {
    let parts = topic.split("${claims.").skip(1);
    parts.filter_map(|part| Some(part.split_once('}')?.0))
}

/// All choices of values for the claims in a topic; none: there are no claims in it.
fn choices(topic: &str) -> Option<Vec<Vec<ClaimValue<'_>>>> {
    if topic.starts_with("eq ") {
        return None;
    }
    let mut choices = vec![Vec::new()];
    let mut has_claims = false;
    let mut rest = topic;
    while let Some(first) = rest.chars().next() {
        let placeholder = rest
            .strip_prefix("${")
            .and_then(|rest| rest.split_once('}'));
        let Some((name, after)) = placeholder else {
            let escaped = rest.starts_with("%%");
            rest = &rest[if escaped { 2 } else { first.len_utf8() }..];
            continue;
        };
        rest = after;
        let Some(name) = name.strip_prefix("claims.") else {
            continue;
        };
        has_claims = true;
        if choices.iter().flatten().any(|(known, _)| *known == name) {
            continue;
        }
        let with = |choice: &Vec<_>| -> Vec<Vec<_>> {
            let one = |value| choice.iter().copied().chain([(name, value)]).collect();
            claim(name).into_iter().map(one).collect()
        };
        choices = choices.iter().flat_map(with).take(65).collect();
    }
    has_claims.then_some(choices)
}

/// What rules say, in their order: a permission, and whether it is about what is asked for.
type Rules<'c> = Vec<(Permission, Box<dyn Fn(&str) -> bool + 'c>)>;

/// The topics of a rule.
fn topics(rule: &Value) -> Result<Vec<&Value>, NoAnswer> {
    let given = |name| rule.get(name).filter(|value| **value != Value::Null);
    match (given("topic"), given("topics")) {
        (Some(topic @ Value::Text(_)), None) => Ok(vec![topic]),
        (None, Some(Value::List(topics))) => Ok(topics.iter().collect()),
        _ => Err(BadAcl),
    }
}

/// For which `qos` a rule holds.
fn qos(value: Option<&Value>) -> Result<[bool; 3], NoAnswer> {
    let one = |value: &Value| match value {
        Value::Integer(number @ 0..=2) => Ok(usize::try_from(*number).unwrap()),
        Value::Text(text) => ["0", "1", "2"]
            .iter()
            .position(|digit| digit == text)
            .ok_or(BadAcl),
        _ => Err(BadAcl),
    };
    let members = match value {
        None | Some(Value::Null) => return Ok([true; 3]),
        Some(Value::List(values)) => values.clone(),
        Some(Value::Text(list)) => list
            .split(',')
            .map(|digit| Value::Text(digit.to_owned()))
            .collect(),
        Some(value) => vec![value.clone()],
    };
    let mut set = [false; 3];
    for member in &members {
        set[one(member)?] = true;
    }
    Ok(set)
}

/// Whether a rule is about retained messages, about others, or about both.
fn retain(value: Option<&Value>) -> Result<Option<bool>, NoAnswer> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Bool(retain)) => Ok(Some(*retain)),
        Some(Value::Integer(number @ 0..=1)) => Ok(Some(*number == 1)),
        Some(Value::Text(text)) => match text.as_str() {
            "all" => Ok(None),
            "true" | "1" => Ok(Some(true)),
            "false" | "0" => Ok(Some(false)),
            _ => Err(BadAcl),
        },
        _ => Err(BadAcl),
    }
}
