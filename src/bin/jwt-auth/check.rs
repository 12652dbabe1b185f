//! `check`: one decision, as a broker would be told.

use clap::Args;
use jwt_auth::{Decision, LogLevel, Verdict};
use serde_json::{Value, json};

use crate::output::{BAD, Failure, GOOD, Outcome, Output, PLAIN, WARNING};
use crate::question::Question;
use crate::time;

#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    question: Question,
}

pub(crate) fn run(arguments: &Arguments, output: &mut Output) -> Result<Outcome, Failure> {
    let question = &arguments.question;
    let asked = question.open()?;
    let client = question.client(&asked);
    let loading = asked.lines();
    let verdict = asked.verifier.check(&client).map_err(Failure::new)?;
    let decided = asked.lines();
    let warnings = warnings(loading.into_iter().chain(decided.iter().cloned()));
    let log = decided
        .into_iter()
        .map(|(_, line)| line)
        .find(|line| is_decision(line));
    if output.is_json() {
        output.json(&in_json(&verdict, &warnings, log.as_deref()));
    } else {
        in_words(&verdict, &warnings, log.as_deref(), question.now(), output);
    }
    Ok(Outcome::fine_if(verdict.decision == Decision::Allow))
}

fn warnings(lines: impl Iterator<Item = (LogLevel, String)>) -> Vec<String> {
    lines
        .filter(|(level, _)| *level <= LogLevel::Warn)
        .map(|(_, line)| line)
        .collect()
}

/// Whether a log line is the one about the decision; others are about keys that a thread fetched.
fn is_decision(line: &str) -> bool {
    ["accepted: ", "refused: ", "ignored: "]
        .iter()
        .any(|start| line.starts_with(start))
}

fn decision(verdict: &Verdict) -> String {
    verdict.decision.name().to_string_lossy().into_owned()
}

fn reason(verdict: &Verdict) -> String {
    verdict.reason().name().to_string_lossy().into_owned()
}

fn in_json(verdict: &Verdict, warnings: &[String], log: Option<&str>) -> Value {
    let grant = verdict.outcome.as_ref().ok();
    let terms = grant.map(jwt_auth::Grant::terms);
    let attributes = grant.map(|grant| {
        let texts = grant
            .attributes()
            .map(|(name, value)| (name.to_owned(), value.into()));
        Value::Object(texts.collect())
    });
    json!({
        "decision": decision(verdict),
        "reason": reason(verdict),
        "detail": verdict.outcome.as_ref().err().map(ToString::to_string),
        "token": grant.map(|grant| grant.fingerprint().to_string()),
        "expires_at": terms.and_then(|terms| terms.expires_at()),
        "superuser": terms.is_some_and(|terms| terms.superuser()),
        "username": grant.and_then(jwt_auth::Grant::username),
        "client_attrs": attributes,
        "claims": grant.and_then(|grant| serde_json::from_slice::<Value>(grant.claims()).ok()),
        "mqtt5_code": verdict.connack().mqtt5,
        "mqtt3_code": verdict.connack().mqtt3,
        "log": log,
        "warnings": warnings,
    })
}

fn in_words(
    verdict: &Verdict,
    warnings: &[String],
    log: Option<&str>,
    now: i64,
    output: &mut Output,
) {
    let style = match verdict.decision {
        Decision::Allow => GOOD,
        Decision::Deny => BAD,
        Decision::Ignore => WARNING,
    };
    output.line(
        style,
        &format!("{}: {}", decision(verdict), reason(verdict)),
    );
    if verdict.decision == Decision::Ignore {
        output.row("", PLAIN, "the broker's next authenticator decides");
    }
    if let Ok(grant) = &verdict.outcome {
        let terms = grant.terms();
        let end = terms.expires_at().map(|end| time::readable(end, now));
        output.row(
            "session ends",
            PLAIN,
            end.as_deref().unwrap_or("never by itself"),
        );
        if terms.superuser() {
            output.row("superuser", WARNING, "yes: every topic is allowed");
        }
        if let Some(name) = grant.username() {
            output.row("user name", PLAIN, name);
        }
        for (name, value) in grant.attributes() {
            output.row("client_attrs", PLAIN, &format!("{name} = {value}"));
        }
        output.row("claims", PLAIN, &String::from_utf8_lossy(grant.claims()));
    }
    let codes = verdict.connack();
    let codes = format!(
        "0x{:02x} (MQTT 5), {} (MQTT 3.1.1)",
        codes.mqtt5, codes.mqtt3
    );
    output.row("CONNACK", PLAIN, &codes);
    if let Some(line) = log {
        output.row("log", PLAIN, line);
    }
    for warning in warnings {
        output.row("warning", WARNING, warning);
    }
}
