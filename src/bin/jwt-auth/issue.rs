//! `issue`: signs a token, or one for each row of a table.

use std::collections::HashSet;
use std::path::PathBuf;

use clap::Args;
use csv::StringRecord;
use jwt_auth::Algorithm;
use serde_json::json;

use crate::output::{Failure, Outcome, Output, warn};
use crate::private_key::{PrivateKey, parse_algorithm};
use crate::replacement::{self, PRIVATE};
use crate::table::Table;
use crate::template::{Member, Template};
use crate::tokens::Tokens;
use crate::{batch, input, time};

#[derive(Args)]
pub(crate) struct Arguments {
    /// The key to sign with: a private key in PEM or DER, a JWK of type oct, or a secret
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// The algorithm, where the key does not say
    #[arg(long, value_name = "ALG", value_parser = parse_algorithm)]
    alg: Option<Algorithm>,
    /// The name of the key, for the header
    #[arg(long, allow_hyphen_values = true)]
    kid: Option<String>,
    /// iss: who issues it
    #[arg(long, value_name = "TEXT")]
    issuer: Option<String>,
    /// sub: whom it is about
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    subject: Option<String>,
    /// aud: for whom it is; may be repeated
    #[arg(long, value_name = "TEXT")]
    audience: Vec<String>,
    /// exp: how long it is good, such as 12h or 30d
    #[arg(long, value_name = "TIME", value_parser = time::parse_duration)]
    expires_in: Option<i64>,
    /// Any claim; a text has quotation marks. May be repeated
    #[arg(long, value_name = "NAME=JSON", value_parser = parse_claim)]
    claim: Vec<(String, String)>,
    /// A file with the topic permissions, for the claim acl
    #[arg(long, value_name = "FILE")]
    acl: Option<PathBuf>,
    /// A token for each row of this table: ${column} in a text stands for a field
    #[arg(long, value_name = "FILE.csv")]
    for_each: Option<PathBuf>,
    /// Where the tokens go; without it, to standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

fn parse_claim(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("not NAME=JSON".to_owned()),
    }
}

pub(crate) fn run(arguments: &Arguments, output: &mut Output) -> Result<Outcome, Failure> {
    let key = input::read(&arguments.key)?;
    let key = PrivateKey::read(&key, arguments.alg, arguments.kid.as_deref())
        .map_err(|problem| Failure::about(input::name(&arguments.key), problem))?;
    if arguments.expires_in.is_none() && !arguments.claim.iter().any(|(name, _)| name == "exp") {
        warn("without --expires-in a token never ends");
    }
    let table = arguments.for_each.as_deref().map(Table::open).transpose()?;
    let columns = table
        .as_ref()
        .map_or_else(StringRecord::new, |table| table.columns.clone());
    let tokens = arguments.tokens(key, columns)?;
    if let Some(table) = table {
        batch::run(
            table,
            &tokens,
            arguments.output.as_deref(),
            output.is_json(),
        )?;
        return Ok(Outcome::Fine);
    }
    let mut token = String::new();
    let signer = tokens.signer().map_err(Failure::new)?;
    tokens
        .sign(
            &signer,
            &StringRecord::new(),
            &mut String::new(),
            &mut token,
        )
        .map_err(Failure::new)?;
    let text = if output.is_json() {
        format!("{}\n", json!({ "token": token }))
    } else {
        format!("{token}\n")
    };
    match &arguments.output {
        // A token is a password.
        Some(path) => replacement::write(path, PRIVATE, &text)?,
        None => output.raw(&text),
    }
    Ok(Outcome::Fine)
}

impl Arguments {
    fn tokens(&self, key: PrivateKey, columns: StringRecord) -> Result<Tokens, Failure> {
        let mut header = Template::default();
        let kid = self.kid.as_ref().or(key.kid.as_ref());
        let mut add = |option: &str, name, member| {
            header
                .add(name, &member, &columns)
                .map_err(|problem| Failure::about(option, problem))
        };
        add("--alg", "alg", Member::Text(key.algorithm.name()))?;
        add("--alg", "typ", Member::Text("JWT"))?;
        if let Some(kid) = kid {
            add("--kid", "kid", Member::Text(kid))?;
        }
        Ok(Tokens {
            header: header.finish(),
            payload: self.payload(&columns)?,
            key,
            columns,
        })
    }

    fn payload(&self, columns: &StringRecord) -> Result<Template, Failure> {
        let now = time::now();
        let acl = self.acl.as_deref().map(input::read_text).transpose()?;
        let audience = match self.audience.as_slice() {
            [] => None,
            [one] => Some(json!(one).to_string()),
            several => Some(json!(several).to_string()),
        };
        let end = self.expires_in.map(|seconds| now.saturating_add(seconds));
        let own = |name| self.claim.iter().any(|(claim, _)| claim == name);
        let claims = [
            ("--issuer", "iss", self.issuer.as_deref().map(Member::Text)),
            (
                "--subject",
                "sub",
                self.subject.as_deref().map(Member::Text),
            ),
            ("--audience", "aud", audience.as_deref().map(Member::Json)),
            ("--expires-in", "exp", end.map(Member::Number)),
            (
                "--acl",
                "acl",
                acl.as_ref().map(|text| Member::Permissions(text.as_str())),
            ),
            ("", "iat", (!own("iat")).then_some(Member::Number(now))),
            ("", "jti", (!own("jti")).then_some(Member::Id)),
        ];
        let claims = claims
            .into_iter()
            .filter_map(|(option, name, member)| Some((option.to_owned(), name, member?)));
        let others = self.claim.iter();
        let others = others.map(|(name, value)| {
            (
                format!("--claim {name}"),
                name.as_str(),
                Member::Json(value),
            )
        });
        let (mut payload, mut names) = (Template::default(), HashSet::new());
        for (option, name, member) in claims.chain(others) {
            if !names.insert(name) {
                return Err(Failure::about(
                    option,
                    format!("the claim `{name}` is given twice"),
                ));
            }
            payload
                .add(name, &member, columns)
                .map_err(|problem| Failure::about(option, problem))?;
        }
        Ok(payload.finish())
    }
}
