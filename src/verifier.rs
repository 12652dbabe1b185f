//! The pipeline from a client to a verdict.

use aws_lc_rs::digest;

use crate::client::Client;
use crate::clock::{Clock, ClockError, ClockHook};
use crate::config::{Config, ConfigError};
use crate::log::{Log, LogHook, LogLevel};
use crate::token::Token;
use crate::verdict::{Decision, Grant, Refusal, Verdict};

/// What a verifier may call: nothing by default.
#[derive(Default)]
pub struct Hooks {
    /// Takes log lines. None: nothing is logged.
    pub log: Option<LogHook>,
    /// Tells the time. None: the system clock does.
    pub clock: Option<ClockHook>,
}

/// Decides about clients by one configuration. May be shared between threads.
pub struct Verifier {
    config: Config,
    clock: Clock,
    log: Log,
}

impl Verifier {
    /// Reads a configuration, a JSON object, and the key files it names.
    ///
    /// # Errors
    ///
    /// A sentence that names the offending option and quotes no value.
    pub fn new(config: &str, hooks: Hooks) -> Result<Self, ConfigError> {
        let log = Log(hooks.log);
        let config = Config::parse(config, &log)?;
        log.write(LogLevel::Info, || {
            format!("ready with {} key(s)", config.keys.len())
        });
        Ok(Self {
            config,
            clock: Clock(hooks.clock),
            log,
        })
    }

    /// Decides whether a client may connect.
    ///
    /// # Errors
    ///
    /// Nothing is decided without the time.
    pub fn check(&self, client: &Client<'_>) -> Result<Verdict, ClockError> {
        let now = self.clock.now().inspect_err(|error| {
            self.log
                .write(LogLevel::Error, || format!("refused, undecided: {error}"));
        })?;
        let outcome = self.admit(client, now);
        let decision = match &outcome {
            Ok(_) => Decision::Allow,
            Err(refusal) => self.config.dispositions.decide(refusal),
        };
        let verdict = Verdict { decision, outcome };
        self.report(client, &verdict);
        Ok(verdict)
    }

    /// The straight line: each step takes what the step before it made, and the first to refuse
    /// gives the reason.
    fn admit(&self, client: &Client<'_>, now: i64) -> Result<Grant, Refusal> {
        let config = &self.config;
        let field = client.field(config.from).ok_or(Refusal::MissingToken)?;
        let token = Token::parse(field, &config.token)?;
        let keys = config.keys.select(token.algorithm, token.kid.as_deref())?;
        let signed = token.verify(keys, &self.log)?;
        let claims = signed.claims(&config.dates, now)?;
        let admission = config.policy.admit(&claims, client)?;
        Ok(Grant {
            expires_at: admission.expires_at,
            superuser: admission.superuser,
            claims: signed.payload,
        })
    }

    /// One line for each decision, for whoever asks why.
    fn report(&self, client: &Client<'_>, verdict: &Verdict) {
        let token = || match client.field(self.config.from) {
            Some(field) => format!("token {}", fingerprint(field)),
            None => "no token".to_owned(),
        };
        match (&verdict.outcome, verdict.decision) {
            (Ok(_), _) => self
                .log
                .write(LogLevel::Debug, || format!("accepted: {}", token())),
            (Err(refusal), Decision::Ignore) => {
                self.log.write(LogLevel::Debug, || {
                    format!("ignored: {refusal}: {}", token())
                });
            }
            (Err(refusal), _) => {
                self.log.write(LogLevel::Info, || {
                    format!("refused: {refusal}: {}", token())
                });
            }
        }
    }
}

/// The name of a token where it must not be shown: the first 8 hexadecimal digits of its SHA-256.
fn fingerprint(token: &[u8]) -> String {
    let digest = digest::digest(&digest::SHA256, token);
    let first = digest.as_ref().first_chunk().copied().unwrap_or_default();
    format!("{:08x}", u32::from_be_bytes(first))
}
