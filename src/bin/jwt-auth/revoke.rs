//! `revoke`: changes a revocations file that brokers may be reading.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Map, Value, json};

use crate::output::{Failure, Outcome, Output, PLAIN};
use crate::{lint, replacement, time};

#[derive(Args)]
#[command(override_usage = "jwt-auth revoke FILE --jti ID | --sub NAME | --kid KID | --all")]
#[group(skip)]
pub(crate) struct Arguments {
    /// The revocations file; it is made if it is not there
    file: PathBuf,
    #[command(flatten)]
    what: What,
    /// Only of tokens of this issuer
    #[arg(long, value_name = "ISS")]
    issuer: Option<String>,
    /// Tokens issued before this time; without it, before now. RFC 3339 or Unix seconds
    #[arg(long, value_name = "TIME", value_parser = time::parse_time)]
    at: Option<i64>,
}

#[derive(Args)]
#[group(required = true, multiple = true)]
struct What {
    /// The token with this jti; may be repeated
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    jti: Vec<String>,
    /// All tokens about this subject; may be repeated
    #[arg(long, value_name = "NAME", allow_hyphen_values = true)]
    sub: Vec<String>,
    /// All tokens signed by the key of this name; may be repeated
    #[arg(long, allow_hyphen_values = true)]
    kid: Vec<String>,
    /// All tokens
    #[arg(long)]
    all: bool,
}

pub(crate) fn run(arguments: &Arguments, output: &mut Output) -> Result<Outcome, Failure> {
    let now = time::now();
    let at = arguments.at.unwrap_or(now);
    let mut told = Vec::new();
    replacement::change(
        &arguments.file,
        replacement::PUBLIC,
        |before| {
            if before.is_some() {
                // Before it is changed: a member that is given twice would be lost.
                accept(&arguments.file, &arguments.file)?;
            }
            let text = before.unwrap_or("{}");
            let mut file: Value = serde_json::from_str(text)
                .map_err(|error| Failure::about(arguments.file.display(), error))?;
            told = arguments.revoke(&mut file, at).ok_or_else(|| {
                Failure::about(arguments.file.display(), "not a revocations file")
            })?;
            Ok(format!("{file:#}\n"))
        },
        |written| accept(written, &arguments.file),
    )?;
    if output.is_json() {
        let revoked = told
            .into_iter()
            .map(|(kind, name, at)| json!({"kind": kind, "name": name, "before": at}));
        output.json(&json!({"revoked": revoked.collect::<Vec<_>>()}));
        return Ok(Outcome::Fine);
    }
    for (kind, name, at) in told {
        let name = name.unwrap_or_else(|| "all tokens".to_owned());
        match at {
            Some(at) => {
                output.row(
                    kind,
                    PLAIN,
                    &format!("{name}: issued before {}", time::readable(at, now)),
                );
            }
            None => output.row(kind, PLAIN, &name),
        }
    }
    Ok(Outcome::Fine)
}

/// What is revoked: by which claim or member, whose name, and before which time.
type Revoked = (&'static str, Option<String>, Option<i64>);

impl Arguments {
    /// None: the file has not the form of one.
    fn revoke(&self, file: &mut Value, at: i64) -> Option<Vec<Revoked>> {
        let mut list = file.as_object_mut()?;
        if let Some(issuer) = &self.issuer {
            list = object(object(list, "issuers")?, issuer)?;
        }
        let mut told = Vec::new();
        if !self.what.jti.is_empty() {
            let ids = list
                .entry("jti")
                .or_insert_with(|| json!([]))
                .as_array_mut()?;
            for id in &self.what.jti {
                if !ids.iter().any(|other| other == id) {
                    ids.push(id.as_str().into());
                }
                told.push(("jti", Some(id.clone()), None));
            }
        }
        for (kind, names) in [("sub", &self.what.sub), ("kid", &self.what.kid)] {
            for name in names {
                let times = object(object(list, "not_before")?, kind)?;
                told.push((kind, Some(name.clone()), Some(forbid(times, name, at)?)));
            }
        }
        if self.what.all {
            let times = object(list, "not_before")?;
            told.push(("*", None, Some(forbid(times, "*", at)?)));
        }
        Some(told)
    }
}

/// A member that is an object, and is made if it is not there.
fn object<'m>(
    members: &'m mut Map<String, Value>,
    name: &str,
) -> Option<&'m mut Map<String, Value>> {
    members
        .entry(name)
        .or_insert_with(|| json!({}))
        .as_object_mut()
}

/// Sets a time, unless a later one is there: what is revoked stays revoked.
fn forbid(times: &mut Map<String, Value>, name: &str, at: i64) -> Option<i64> {
    let at = match times.get(name) {
        Some(before) => before.as_i64()?.max(at),
        None => at,
    };
    times.insert(name.to_owned(), at.into());
    Some(at)
}

/// Whether the library takes this as a revocations file.
fn accept(path: &Path, named: &Path) -> Result<(), Failure> {
    let path = path
        .to_str()
        .ok_or_else(|| Failure::about(named.display(), "the path is not UTF-8"))?;
    // A key is required, and none is used.
    let key =
        json!({"kty": "oct", "kid": "unused", "k": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"});
    let config = json!({"jwks": {"keys": [key]}, "revocations_file": path});
    match lint::findings(&config.to_string()).0 {
        None => Ok(()),
        Some(problem) => {
            let problem = problem
                .strip_prefix("`revocations_file`: ")
                .unwrap_or(&problem);
            Err(Failure::about(named.display(), problem))
        }
    }
}
