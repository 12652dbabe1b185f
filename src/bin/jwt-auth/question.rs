//! A configuration and a client: what `check` and `explain` ask about.

use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::Duration;

use clap::Args;
use jwt_auth::{Client, Hooks, LogLevel, Verifier};
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::input::{self, TokenSource};
use crate::output::{Failure, warn};
use crate::{public_key, time};

#[derive(Args)]
pub(crate) struct Question {
    /// The configuration, a file in JSON
    #[arg(short, long, value_name = "CONFIG")]
    config: PathBuf,
    #[command(flatten)]
    client: ClientArguments,
    /// Decide as if it were this time: RFC 3339 or Unix seconds
    #[arg(long, value_name = "TIME", value_parser = time::parse_time)]
    at: Option<i64>,
    /// Wait up to so many seconds until each endpoint has answered
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=3600))]
    wait: Option<u64>,
    #[command(flatten)]
    token: TokenSource,
}

/// Who is connecting. What is not given was not sent.
#[derive(Args)]
struct ClientArguments {
    /// The client identifier
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    client_id: Option<String>,
    /// The user name
    #[arg(long, value_name = "NAME", allow_hyphen_values = true)]
    username: Option<String>,
    /// The address the client connects from
    #[arg(long, value_name = "ADDRESS")]
    peer_address: Option<String>,
    /// A file with the client's TLS certificate, in PEM or DER
    #[arg(long, value_name = "FILE")]
    peer_certificate: Option<PathBuf>,
}

/// The option that says which field of the CONNECT packet holds the token.
#[derive(Deserialize)]
struct Carrier {
    #[serde(default)]
    from: From,
}

#[derive(Clone, Copy, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum From {
    #[default]
    Password,
    Username,
}

impl From {
    /// Of a configuration that the library accepted.
    fn of(config: &str) -> Result<Self, Failure> {
        let carrier: Carrier = serde_json::from_str(config)
            .map_err(|_| Failure::new("the configuration: `from` cannot be read"))?;
        Ok(carrier.from)
    }
}

/// What was read for a question.
pub(crate) struct Asked {
    pub(crate) verifier: Verifier,
    lines: Receiver<Line>,
    from: From,
    token: Zeroizing<Vec<u8>>,
    certificate: Option<Vec<u8>>,
}

/// A line of the log.
type Line = (LogLevel, String);

impl Asked {
    /// What was logged since this was called last.
    pub(crate) fn lines(&self) -> Vec<Line> {
        self.lines.try_iter().collect()
    }
}

impl Question {
    /// Loads the configuration, and then reads the token.
    pub(crate) fn open(&self) -> Result<Asked, Failure> {
        let config = input::read_text(&self.config)?;
        let (send, lines) = mpsc::channel();
        let verifier = Verifier::new(&config, hooks(send, self.at))
            .map_err(|error| Failure::about(input::name(&self.config), error))?;
        let from = From::of(&config)?;
        if from == From::Username && self.client.username.is_some() {
            let problem = "by `from`, the user name is the token: leave it out";
            return Err(Failure::about("--username", problem));
        }
        let wait = self.wait.map(Duration::from_secs);
        if wait.is_some_and(|wait| !verifier.wait_ready(wait)) {
            warn("an endpoint has not brought what it is for");
        }
        Ok(Asked {
            verifier,
            lines,
            from,
            token: self.token.read()?,
            certificate: self.client.certificate()?,
        })
    }

    pub(crate) fn client<'a>(&'a self, asked: &'a Asked) -> Client<'a> {
        let bytes = |text: &'a Option<String>| text.as_ref().map(String::as_bytes);
        let token = Some(asked.token.as_slice());
        let (username, password) = match asked.from {
            From::Password => (bytes(&self.client.username), token),
            From::Username => (token, None),
        };
        Client {
            client_id: bytes(&self.client.client_id),
            username,
            password,
            peer_address: bytes(&self.client.peer_address),
            peer_certificate: asked.certificate.as_deref(),
        }
    }

    /// The time that is decided by.
    pub(crate) fn now(&self) -> i64 {
        self.at.unwrap_or_else(time::now)
    }
}

fn hooks(lines: Sender<Line>, at: Option<i64>) -> Hooks {
    Hooks {
        log: Some(Box::new(move |level, line| {
            // Nobody asks any more when the program ends.
            let _ = lines.send((level, line));
        })),
        clock: at.map(|at| Box::new(move || at) as _),
    }
}

impl ClientArguments {
    fn certificate(&self) -> Result<Option<Vec<u8>>, Failure> {
        let Some(path) = &self.peer_certificate else {
            return Ok(None);
        };
        public_key::certificate(&input::read(path)?)
            .map(Some)
            .map_err(|problem| Failure::about(input::name(path), problem))
    }
}
