//! `lint`: what is wrong with a configuration, or should be changed.

use std::path::PathBuf;
use std::sync::mpsc;
use std::thread;

use clap::Args;
use jwt_auth::{Hooks, LogLevel, Verifier};
use serde_json::json;

use crate::input;
use crate::output::{BAD, Failure, GOOD, Outcome, Output, WARNING};

#[derive(Args)]
pub(crate) struct Arguments {
    /// The configuration, a file in JSON; - is standard input
    config: PathBuf,
}

pub(crate) fn run(arguments: &Arguments, output: &mut Output) -> Result<Outcome, Failure> {
    let config = input::read_text(&arguments.config)?;
    let (error, warnings) = findings(&config);
    let is_fine = error.is_none() && warnings.is_empty();
    if output.is_json() {
        output.json(&json!({ "error": error, "warnings": warnings }));
        return Ok(Outcome::fine_if(is_fine));
    }
    if is_fine {
        output.line(GOOD, "nothing to change");
    }
    if let Some(error) = &error {
        output.row("error", BAD, error);
    }
    for warning in &warnings {
        output.row("warning", WARNING, warning);
    }
    Ok(Outcome::fine_if(is_fine))
}

/// Why a configuration is not accepted, if it is not, and the warnings of loading it.
pub(crate) fn findings(config: &str) -> (Option<String>, Vec<String>) {
    let (send, warnings) = mpsc::channel();
    let loading = thread::current().id();
    let verifier = Verifier::new(
        config,
        Hooks {
            log: Some(Box::new(move |level, line| {
                // Threads that fetch tell of troubles that are not the configuration's.
                if level <= LogLevel::Warn && thread::current().id() == loading {
                    // Who asked waits for it.
                    let _ = send.send(line);
                }
            })),
            clock: None,
        },
    );
    let error = verifier.err().map(|error| error.to_string());
    (error, warnings.try_iter().collect())
}
