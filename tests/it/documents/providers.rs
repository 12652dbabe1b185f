//! The recipes for identity providers: each is read out of the document, loaded, and asked about
//! tokens as the provider writes them. Those are in `providers.json`, by the recipe's heading:
//! one that is accepted, for which client, and others: the reason, what their claims differ in,
//! and where they do, their header and their client.

use std::collections::{BTreeMap, BTreeSet};

use jsonwebtoken::Algorithm::{ES256, RS256};
use jwt_auth::{Decision, Reason};
use serde_json::{Value, json};

use super::{fenced, read};
use crate::harness::authority::Authority;
use crate::harness::server::{Reply, Request, Server, until};
use crate::harness::{Broker, Connect, SECRET, Scratch, hs256, named_jwk, signed_under};

const DOCUMENT: &str = "docs/identity_providers.md";

/// What the broker's pod shows to the API server of Kubernetes.
const POD_TOKEN: &str = "token-of-the-pod";

/// The configuration of each recipe, by its heading.
fn recipes() -> BTreeMap<String, String> {
    let document = read(DOCUMENT);
    let sections = document.split("\n## ").skip(1);
    let recipe = |section: &str| {
        let heading = section.lines().next().unwrap().to_owned();
        let blocks: Vec<_> = fenced(section).collect();
        let [block] = &blocks[..] else {
            panic!("{heading}: not one configuration");
        };
        (heading, block.text.clone())
    };
    sections.map(recipe).collect()
}

/// The tokens of each provider, by the heading of its recipe.
fn providers() -> BTreeMap<String, Value> {
    serde_json::from_str(include_str!("providers.json")).unwrap()
}

/// A provider on this machine, and a broker with its recipe.
struct Case {
    heading: String,
    provider: Value,
    server: Server,
    broker: Broker,
    _files: Vec<Scratch>,
}

impl Case {
    fn new(heading: String, recipe: &str, provider: Value) -> Self {
        let authority = Authority::new();
        let shared = provider.clone();
        let behaviour = move |request: &Request| serve(&shared, request);
        let server = if provider.get("has_own_authority").is_some() {
            Server::https(authority.server(&["127.0.0.1"]), behaviour)
        } else {
            Server::http(behaviour)
        };
        let mut configuration = here(&server, recipe);
        let authority = std::fs::read_to_string(authority.path()).unwrap();
        let devices = [("press-7", "p256"), ("press-8", "p256-other")];
        let devices = devices.map(|(device, key)| named_jwk(ES256, key, device));
        let devices = json!({ "keys": devices }).to_string();
        let mut files = Vec::new();
        for (path, content) in [
            ("/etc/jwt_auth/secret", SECRET),
            ("/etc/jwt_auth/supabase_secret", SECRET),
            ("/etc/jwt_auth/devices.json", &devices),
            (
                "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt",
                &authority,
            ),
            (
                "/var/run/secrets/kubernetes.io/serviceaccount/token",
                POD_TOKEN,
            ),
        ] {
            let file = Scratch::new("recipe", content);
            let path = json!(path).to_string();
            configuration = configuration.replace(&path, &json!(file.0).to_string());
            files.push(file);
        }
        let broker = Broker::from_text(configuration.as_bytes())
            .unwrap_or_else(|error| panic!("{heading}: {error}"));
        if provider.get("key_set").is_some() {
            until(&format!("keys of {heading}"), || {
                let warnings = broker.warnings();
                assert!(warnings.is_empty(), "{heading}: {warnings:?}");
                let log = broker.log();
                log.iter().any(|(_, line)| line.contains("key set fetched"))
            });
        }
        assert_eq!(broker.warnings(), [""; 0], "{heading}");
        Self {
            heading,
            provider,
            server,
            broker,
            _files: files,
        }
    }

    /// The token that is accepted, with other claims and another header.
    fn token(&self, claims: &Value, header: &Value) -> String {
        let mut changed = self.provider.clone();
        patch(&mut changed["claims"], claims);
        patch(&mut changed["header"], header);
        let claims = here(&self.server, &changed["claims"].to_string());
        if changed["header"]["alg"] == "HS256" {
            return hs256(SECRET, &changed["header"].to_string(), claims);
        }
        let header: jsonwebtoken::Header =
            serde_json::from_value(changed["header"].clone()).unwrap();
        let key = if header.alg == ES256 {
            "p256"
        } else {
            "rsa2048"
        };
        signed_under(&header, key, &serde_json::from_str(&claims).unwrap())
    }

    /// What becomes of a client with these fields and this token.
    #[track_caller]
    fn expect(&self, what: &str, client: &Value, token: &str, reason: Reason) {
        let field = |name: &str| client.get(name)?.as_str().map(str::as_bytes);
        let own = Connect {
            password: Some(token.as_bytes()),
            ..Connect::default()
        };
        let answer = self.broker.connect(Connect {
            client_id: field("client_id").or(own.client_id),
            username: field("username").or(own.username),
            ..own
        });
        let decision = match reason {
            Reason::Accepted => Decision::Allow,
            _ => Decision::Deny,
        };
        let case = format!("{}: a token {what}", self.heading);
        answer.is_so(&case, decision, reason);
    }

    /// The provider's token is good for its client and for no other, signed as the recipe says,
    /// with an end.
    #[track_caller]
    fn is_bound(&self) {
        let client = &self.provider["client"];
        let token = self.token(&json!({}), &json!({}));
        self.expect("as it is", client, &token, Reason::Accepted);
        for field in client.as_object().unwrap().keys() {
            let mut other = client.clone();
            other[field] = json!("somebody");
            let what = format!("of another client, by {field}");
            let said = self.provider.get("somebody_else");
            let said = said.map_or("claim_mismatch", |name| name.as_str().unwrap());
            self.expect(&what, &other, &token, reason(said));
        }
        let foreign = self.token(&json!({}), &json!({ "alg": "RS512" }));
        let what = "of another algorithm";
        self.expect(what, client, &foreign, Reason::AlgorithmNotAllowed);
        let endless = self.token(&json!({ "exp": null }), &json!({}));
        self.expect("without an end", client, &endless, Reason::MissingClaim);
    }

    #[track_caller]
    fn others_get_what_they_should(&self) {
        for (what, other) in self.provider["others"].as_object().unwrap() {
            let reason = reason(other[0].as_str().unwrap());
            let nothing = json!({});
            let token = self.token(&other[1], other.get(2).unwrap_or(&nothing));
            let client = other.get(3).unwrap_or(&self.provider["client"]);
            self.expect(what, client, &token, reason);
        }
    }
}

/// What the provider answers: its discovery document below its name, and its key set.
fn serve(provider: &Value, request: &Request) -> Reply {
    let bearer = format!("Bearer {POD_TOKEN}");
    if provider.get("wants_bearer").is_some() && request.header("Authorization") != Some(&bearer) {
        return Reply::status(401);
    }
    let (Some(iss), Some(key_set)) = (
        provider["claims"]["iss"].as_str(),
        provider["key_set"].as_str(),
    ) else {
        return Reply::status(404);
    };
    let base = format!("http://{}/", request.header("Host").unwrap());
    let asked = format!("https://{}", request.path.trim_start_matches('/'));
    if asked == key_set {
        let kid = provider["header"]["kid"].as_str().unwrap();
        Reply::keys(&match provider["header"]["alg"].as_str() {
            Some("ES256") => [named_jwk(ES256, "p256", kid)],
            _ => [named_jwk(RS256, "rsa2048", kid)],
        })
    } else if asked.strip_suffix(".well-known/openid-configuration")
        == Some(&format!("{}/", iss.trim_end_matches('/')))
    {
        let document = json!({ "issuer": iss, "jwks_uri": key_set }).to_string();
        Reply::body(document.replace("https://", &base))
    } else {
        Reply::status(404)
    }
}

/// A text in which every https URL leads to the server instead, which finds the host in the path.
fn here(server: &Server, text: &str) -> String {
    text.replace("https://", &server.url("/"))
}

/// Changes an object as RFC 7396 says: a null takes away.
fn patch(object: &mut Value, changes: &Value) {
    for (name, change) in changes.as_object().unwrap() {
        if change.is_null() {
            object.as_object_mut().unwrap().remove(name);
        } else if change.is_object() && object[name].is_object() {
            patch(&mut object[name], change);
        } else {
            object[name] = change.clone();
        }
    }
}

fn reason(name: &str) -> Reason {
    let reasons = [
        Reason::Accepted,
        Reason::NoKey,
        Reason::UnknownKeyId,
        Reason::WrongIssuer,
        Reason::BadSignature,
        Reason::MissingClaim,
        Reason::ClaimMismatch,
        Reason::LifetimeTooLong,
    ];
    let named = |reason: &Reason| reason.name().to_str() == Ok(name);
    reasons.into_iter().find(named).unwrap()
}

#[test]
#[cfg_attr(not(feature = "endpoint"), ignore = "it has an endpoint")]
fn every_recipe_admits_its_client_and_nobody_else() {
    let (recipes, mut providers) = (recipes(), providers());
    let headings: BTreeSet<_> = recipes.keys().collect();
    assert_eq!(headings, providers.keys().collect(), "recipes and tokens");
    for (heading, recipe) in &recipes {
        let provider = providers.remove(heading).unwrap();
        let case = Case::new(heading.clone(), recipe, provider);
        case.is_bound();
        case.others_get_what_they_should();
    }
}
