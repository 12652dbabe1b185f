//! The pipeline from a client to a verdict, and what may be asked afterwards.

mod decision_line;
mod running;
mod scratch;
pub(crate) mod verdict;

use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;

use crate::acl::{Permission, Request};
use crate::client::Client;
use crate::config::{Config, ConfigError};
use crate::grant::{Grant, Terms, Wanted};
use crate::host::clock::{Clock, ClockError, ClockHook};
use crate::host::log::{Log, LogHook, LogLevel};
use crate::refusal::{Decision, Refusal};
use crate::token::cache;
use crate::token::compact::Token;
use crate::token::signature::Verification;
use running::Running;
use scratch::Scratch;
use verdict::Verdict;

/// What a verifier may call: nothing by default.
#[derive(Default)]
pub struct Hooks {
    /// Takes log lines. None: nothing is logged.
    pub log: Option<LogHook>,
    /// Tells the time. None: the system clock does.
    pub clock: Option<ClockHook>,
}

/// Decides about clients by one configuration at a time. May be shared between threads.
pub struct Verifier {
    running: ArcSwap<Running>,
    reloading: Mutex<()>,
    clock: Clock,
    log: Log,
}

impl Verifier {
    /// Reads a configuration, a JSON object, and the files it names.
    ///
    /// # Errors
    ///
    /// A sentence that names the offending option and quotes no value.
    pub fn new(config: &str, hooks: Hooks) -> Result<Self, ConfigError> {
        let log = Log::new(hooks.log);
        let running = Running::start(Config::parse(config, &log)?, None, &log)?;
        Ok(Self {
            running: ArcSwap::from_pointee(running),
            reloading: Mutex::default(),
            clock: Clock(hooks.clock),
            log,
        })
    }

    /// Reads a configuration as [`Verifier::new`] does, and then takes it in the place of the one
    /// before. Checks go on meanwhile, each by one of the two.
    ///
    /// # Errors
    ///
    /// As for [`Verifier::new`]; the configuration before stays.
    pub fn reload(&self, config: &str) -> Result<(), ConfigError> {
        let _one_at_a_time = self
            .reloading
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let before = self.running.load_full();
        let config = Config::parse(config, &self.log)?;
        let running = Arc::new(Running::start(config, Some(&before), &self.log)?);
        self.running.store(Arc::clone(&running));
        // By us, not by whichever check is the last to look at it.
        before.stop(&running);
        Ok(())
    }

    /// Decides whether a client may connect, and makes its session if it may.
    ///
    /// # Errors
    ///
    /// Nothing is decided without the time.
    pub fn check(&self, client: &Client<'_>) -> Result<Verdict, ClockError> {
        self.decide_as(client)
    }

    /// Decides whether a client may connect, and no more.
    ///
    /// # Errors
    ///
    /// Nothing is decided without the time.
    pub fn decide(&self, client: &Client<'_>) -> Result<Verdict<Terms>, ClockError> {
        self.decide_as(client)
    }

    fn decide_as<G: Wanted>(&self, client: &Client<'_>) -> Result<Verdict<G>, ClockError> {
        let now = self.clock.now().inspect_err(|error| {
            self.log
                .write(LogLevel::Error, || format!("refused, undecided: {error}"));
        })?;
        let running = &self.running.load();
        let outcome = Scratch::lend(|scratch| self.admit(running, client, now, scratch));
        let decision = match &outcome {
            Ok(_) => Decision::Allow,
            Err(refusal) => running.rules.dispositions.decide(refusal),
        };
        let verdict = Verdict { decision, outcome };
        let level = decision_line::level(&verdict);
        self.log.write(level, || {
            decision_line::line(client, running.rules.from, &verdict)
        });
        Ok(verdict)
    }

    /// The straight line: each step takes what the step before it made, and the first to refuse
    /// gives the reason.
    fn admit<G: Wanted>(
        &self,
        running: &Running,
        client: &Client<'_>,
        now: i64,
        scratch: &mut Scratch,
    ) -> Result<G, Refusal> {
        let rules = &running.rules;
        let Some(field) = client.field(rules.from) else {
            return Err(Refusal::MissingToken);
        };
        let token = Token::parse(field, &rules.token, &mut scratch.token)?;
        let keys = running.keys.now();
        let candidates = keys
            .select(token.algorithm, token.header.kid.as_deref())
            .map_err(|refusal| token.signature.malformed_or(refusal))?;
        let verification = Verification {
            keys: candidates,
            format: rules.signature_format,
            names: &rules.policy.names,
            log: &self.log,
        };
        let authentic = cache::verify(
            &running.cache,
            &token,
            verification,
            &mut scratch.description,
            &mut scratch.bytes,
        )?;
        let signed = authentic.signed();
        let claims = signed.claims(&rules.dates, now)?;
        let admission = rules
            .policy
            .admit(&claims, client, G::SESSION, &mut scratch.acl)?;
        if running.revokes(signed.key(), || claims.issue()) {
            return Err(Refusal::Revoked);
        }
        let terms = Terms {
            superuser: admission.superuser,
            token_expires_at: claims.expires_at,
            outlives_token: !rules.disconnect_after_expire,
        };
        Ok(G::of(terms, admission, &claims, &authentic))
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
        let now = self.clock.now()?;
        let running = self.running.load();
        if running.revokes(grant.kept.key(), || &grant.issue) {
            return Ok(Permission::Deny);
        }
        Ok(grant.permission(request, now))
    }

    /// Decides whether a client that was accepted would be so still, without its token.
    ///
    /// # Errors
    ///
    /// Nothing is decided without the time.
    pub fn recheck<'g>(&self, grant: &'g Grant) -> Result<Verdict<&'g Grant>, ClockError> {
        let running = self.running.load();
        let outcome = if grant.has_expired(self.clock.now()?) {
            Err(Refusal::Expired)
        } else if running.revokes(grant.kept.key(), || &grant.issue) {
            Err(Refusal::Revoked)
        } else if running.keys.now().lost(grant.kept.key()) {
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
