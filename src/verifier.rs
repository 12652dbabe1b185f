//! The pipeline from a client to a verdict, and what may be asked afterwards.

use std::sync::Arc;

use crate::acl::{Permission, Request};
use crate::client::Client;
use crate::clock::{Clock, ClockError, ClockHook};
use crate::config::{Config, ConfigError};
use crate::grant::Grant;
use crate::log::{Log, LogHook, LogLevel};
use crate::report;
use crate::token::Token;
use crate::verdict::{Decision, Refusal, Verdict};

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
        let log = Log::new(hooks.log);
        let mut config = Config::parse(config, &log)?;
        log.write(LogLevel::Info, || config.keys.describe());
        config.start(None, &log)?;
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
        let keys = config.keys.now();
        let candidates = keys.select(token.algorithm, token.kid.as_deref())?;
        let signed = token.verify(candidates, config.signature_format, &self.log)?;
        let claims = signed.claims(&config.dates, now)?;
        let admission = config.policy.admit(&claims, client)?;
        Ok(Grant {
            token_expires_at: claims.expires_at,
            outlives_token: !config.disconnect_after_expire,
            attributes: admission.attributes,
            superuser: admission.superuser,
            acl: admission.acl,
            key: Arc::clone(signed.key()),
            claims: signed.into_payload().into_boxed_slice(),
        })
    }

    /// Decides whether a connected client may do what it asks for. It does not allocate.
    ///
    /// # Errors
    ///
    /// Nothing is decided without the time.
    pub fn authorize(
        &self,
        grant: &Grant,
        request: &Request<'_>,
    ) -> Result<Permission, ClockError> {
        Ok(grant.permission(request, self.clock.now()?))
    }

    /// Decides whether a client that was accepted would be so still, without its token.
    ///
    /// # Errors
    ///
    /// Nothing is decided without the time.
    pub fn recheck<'g>(&self, grant: &'g Grant) -> Result<Verdict<&'g Grant>, ClockError> {
        let outcome = if grant.has_expired(self.clock.now()?) {
            Err(Refusal::Expired)
        } else if self.config.keys.now().lack(&grant.key) {
            Err(Refusal::KeyGone)
        } else {
            Ok(grant)
        };
        let decision = match &outcome {
            Ok(_) => Decision::Allow,
            // The session was ours to decide about, so `on_unknown_key` does not count.
            Err(_) => Decision::Deny,
        };
        Ok(Verdict { decision, outcome })
    }
}
