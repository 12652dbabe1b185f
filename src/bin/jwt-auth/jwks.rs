//! `jwks`: public keys and certificates into a JWK Set.

use std::path::PathBuf;

use clap::Args;
use jwt_auth::Algorithm;
use serde_json::{Map, Value};

use crate::output::{Failure, Outcome, Output, note};
use crate::private_key::parse_algorithm;
use crate::public_key::{self, Jwk};
use crate::{input, replacement};

#[derive(Args)]
pub(crate) struct Arguments {
    /// Add the keys to this set instead of printing them; it is made if it is not there
    #[arg(long, value_name = "SET.json")]
    add: Option<PathBuf>,
    /// The name of the key; without it, its thumbprint (RFC 7638)
    #[arg(long, allow_hyphen_values = true)]
    kid: Option<String>,
    /// The algorithm of the keys, where they do not say: of RSA keys
    #[arg(long, value_name = "ALG", value_parser = parse_algorithm)]
    alg: Option<Algorithm>,
    /// Public keys and certificates, in PEM or DER; - is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments, output: &mut Output) -> Result<Outcome, Failure> {
    let mut keys = Vec::new();
    for path in &arguments.files {
        let about = |problem| Failure::about(input::name(path), problem);
        for key in public_key::read(&input::read(path)?).map_err(about)? {
            let key = public_key::publish(key, arguments.kid.as_deref(), arguments.alg);
            add(&mut keys, key.map_err(about)?).map_err(about)?;
        }
    }
    let Some(set) = &arguments.add else {
        output.raw(&public_key::set(&keys));
        return Ok(Outcome::Fine);
    };
    let about = |problem| Failure::about(set.display(), problem);
    let mut added = 0_usize;
    replacement::change(
        set,
        replacement::PUBLIC,
        |before| {
            let (mut members, mut all) = before
                .map_or_else(|| Ok(Default::default()), parse)
                .map_err(about)?;
            for key in keys {
                added = added.saturating_add(usize::from(add(&mut all, key).map_err(about)?));
            }
            members.insert(
                "keys".to_owned(),
                all.into_iter().map(Value::Object).collect(),
            );
            Ok(format!("{:#}\n", Value::Object(members)))
        },
        |_| Ok(()),
    )?;
    note(&format!("{}: {added} key(s) added", set.display()));
    Ok(Outcome::Fine)
}

/// A set as it is: its own members, and its keys.
fn parse(text: &str) -> Result<(Map<String, Value>, Vec<Jwk>), String> {
    let no_set = || "not a JWK Set, which is an object with a list `keys`".to_owned();
    let mut members: Map<String, Value> = serde_json::from_str(text).map_err(|_| no_set())?;
    let Some(Value::Array(keys)) = members.remove("keys") else {
        return Err(no_set());
    };
    let keys = keys.into_iter().map(|key| match key {
        Value::Object(key) => Some(key),
        _ => None,
    });
    Ok((members, keys.collect::<Option<_>>().ok_or_else(no_set)?))
}

/// Adds a key, unless it is there already.
fn add(keys: &mut Vec<Jwk>, key: Jwk) -> Result<bool, String> {
    // What a key is made of; the rest is about it.
    let material = |key: &Jwk| {
        ["kty", "crv", "n", "e", "x", "y", "pub", "k"].map(|member| key.get(member).cloned())
    };
    let named = keys.iter().find(|other| other.get("kid") == key.get("kid"));
    match named {
        Some(other) if material(other) == material(&key) => Ok(false),
        Some(_) => Err(format!(
            "another key is called {} already; --kid gives this one a name of its own",
            key.get("kid").unwrap_or(&Value::Null)
        )),
        None => {
            keys.push(key);
            Ok(true)
        }
    }
}
