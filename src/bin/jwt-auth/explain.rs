//! `explain`: every check of a client, what is wrong first; and which rule decides about a topic.

use std::borrow::Cow;

use clap::{Args, ValueEnum};
use jwt_auth::{Action, Permission, Qos, Request};
use serde_json::{Value, json};

use crate::output::{BAD, Failure, GOOD, Outcome, Output, PLAIN, WARNING};
use crate::question::{Asked, Question};
use crate::time;

#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    question: Question,
    /// Say which rule decides about this topic or filter too
    #[arg(long, value_name = "FILTER")]
    topic: Option<String>,
    /// What the client would do with the topic
    #[arg(
        long,
        value_name = "ACTION",
        requires = "topic",
        default_value = "subscribe"
    )]
    action: WhatToDo,
}

#[derive(Clone, Copy, ValueEnum)]
enum WhatToDo {
    Publish,
    Subscribe,
    Receive,
}

impl From<WhatToDo> for Action {
    fn from(action: WhatToDo) -> Self {
        match action {
            WhatToDo::Publish => Self::Publish,
            WhatToDo::Subscribe => Self::Subscribe,
            WhatToDo::Receive => Self::Receive,
        }
    }
}

/// What is decided about a topic, and why.
struct Topic {
    permission: &'static str,
    why: String,
}

pub(crate) fn run(arguments: &Arguments, output: &mut Output) -> Result<Outcome, Failure> {
    let asked = arguments.question.open()?;
    let explanation = explanation(&arguments.question, &asked)?;
    let topic = (arguments.topic.as_deref())
        .map(|topic| decide(arguments, &asked, topic))
        .transpose()?;
    let is_fine = explanation
        .get("decision")
        .is_some_and(|decision| decision == "allow")
        && topic
            .as_ref()
            .is_none_or(|topic| topic.permission == "allow");
    if output.is_json() {
        let mut explanation = explanation;
        if let Some(topic) = topic {
            let topic = json!({"permission": topic.permission, "detail": topic.why});
            let members = explanation.as_object_mut();
            members.map(|members| members.insert("topic".to_owned(), topic));
        }
        output.json(&explanation);
    } else {
        table(&explanation, arguments.question.now(), output);
        if let Some(Topic { permission, why }) = topic {
            let style = if permission == "allow" { GOOD } else { BAD };
            output.row("topic", style, &format!("{permission}: {why}"));
        }
    }
    Ok(Outcome::fine_if(is_fine))
}

/// What the library says of the client.
fn explanation(question: &Question, asked: &Asked) -> Result<Value, Failure> {
    let text = asked.verifier.explain(&question.client(asked));
    let text = text.map_err(Failure::new)?;
    serde_json::from_str(&text).map_err(|error| Failure::about("the library's explanation", error))
}

/// What is decided about a topic, in the words of the log.
fn decide(arguments: &Arguments, asked: &Asked, topic: &str) -> Result<Topic, Failure> {
    let verdict = asked
        .verifier
        .check(&arguments.question.client(asked))
        .map_err(Failure::new)?;
    let Ok(grant) = verdict.outcome else {
        let why = "the client is not accepted".to_owned();
        return Ok(Topic {
            permission: "deny",
            why,
        });
    };
    let request = Request {
        action: arguments.action.into(),
        topic: topic.as_bytes(),
        qos: Qos::AtMostOnce,
        retain: false,
    };
    let (permission, why) = asked
        .verifier
        .explain_topic(&grant, &request)
        .map_err(Failure::new)?;
    let permission = match permission {
        Permission::Allow => "allow",
        Permission::Deny => "deny",
        Permission::NoMatch => "no_match",
    };
    Ok(Topic { permission, why })
}

/// Writes an explanation: the decision, what failed, and then the rest in the order of the checks.
fn table(explanation: &Value, now: i64, output: &mut Output) {
    let decision = text(&explanation["decision"]);
    let style = match &*decision {
        "allow" => GOOD,
        "ignore" => WARNING,
        _ => BAD,
    };
    output.line(
        style,
        &format!("{decision}: {}", text(&explanation["reason"])),
    );
    for name in ["token", "alg", "kid", "issuer"] {
        if !explanation[name].is_null() {
            output.row(name, PLAIN, &text(&explanation[name]));
        }
    }
    if let Some(end) = explanation["expires_at"].as_i64() {
        output.row("session ends", PLAIN, &time::readable(end, now));
    }
    if explanation["cached"] == true {
        output.row("cached", PLAIN, "the token is remembered");
    }
    output.line(PLAIN, "");
    let steps = explanation["steps"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    for (outcome, style, mark) in [
        ("failed", BAD, "FAILED"),
        ("passed", GOOD, "passed"),
        ("not_reached", PLAIN, "not reached"),
    ] {
        for step in steps.iter().filter(|step| step["outcome"] == outcome) {
            let detail = text(&step["detail"]);
            let separator = if detail.is_empty() { "" } else { ": " };
            output.row(
                &text(&step["check"]),
                style,
                &format!("{mark}{separator}{detail}"),
            );
        }
    }
}

/// A value as a person reads it: a string without its quotation marks, and nothing for null.
fn text(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(text) => Cow::Borrowed(text),
        Value::Null => Cow::Borrowed(""),
        other => Cow::Owned(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_comes_first_and_every_step_is_told() {
        let explanation = json!({
            "decision": "deny", "reason": "expired", "token": "5d41402a", "alg": "ES256", "kid": null,
            "issuer": null, "expires_at": null, "cached": false,
            "steps": [
                {"check": "token", "outcome": "passed", "detail": null},
                {"check": "exp", "outcome": "failed", "detail": "it was 3 seconds ago"},
                {"check": "claim aud", "outcome": "failed", "detail": "it is `office`; expected: `mqtt`"},
                {"check": "acl", "outcome": "not_reached", "detail": null},
            ],
        });
        let mut output = Output::new(false);
        table(&explanation, 0, &mut output);
        let expected = "deny: expired\n\
                        \x20 token         5d41402a\n\
                        \x20 alg           ES256\n\
                        \n\
                        \x20 exp           FAILED: it was 3 seconds ago\n\
                        \x20 claim aud     FAILED: it is `office`; expected: `mqtt`\n\
                        \x20 token         passed\n\
                        \x20 acl           not reached\n";
        assert_eq!(output.text(), expected);
    }
}
