//! The pipeline from a client to a verdict.

use crate::client::Client;
use crate::clock::{Clock, ClockError, ClockHook};
use crate::config::{Config, ConfigError};
use crate::log::{Log, LogHook, LogLevel};
use crate::report;
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
        let config = &self.config;
        let outcome = self.admit(client, now);
        let decision = match &outcome {
            Ok(_) => Decision::Allow,
            Err(refusal) => config.dispositions.decide(refusal),
        };
        let verdict = Verdict { decision, outcome };
        let level = report::level(&verdict);
        self.log
            .write(level, || report::line(client, config.from, &verdict));
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
            claims: signed.into_payload(),
        })
    }
}
