//! The pipeline from a client to a verdict.

use aws_lc_rs::digest;

use crate::client::{Client, Field};
use crate::clock::{Clock, ClockError, ClockHook};
use crate::config::{Config, ConfigError};
use crate::json::quoted;
use crate::log::{Log, LogHook, LogLevel};
use crate::token::Token;
use crate::verdict::{Decision, Grant, Reason, Refusal, Verdict};

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
        let (level, decision) = match verdict.decision {
            Decision::Allow => (LogLevel::Debug, "accepted"),
            Decision::Ignore => (LogLevel::Debug, "ignored"),
            Decision::Deny => (LogLevel::Info, "refused"),
        };
        self.log.write(level, || {
            let reason = match &verdict.outcome {
                Ok(_) => String::new(),
                Err(refusal) => format!("{refusal}: "),
            };
            let client_id = describe_client(client, self.config.from);
            let token = self.describe_token(client, verdict.reason());
            format!("{decision}: {reason}client {client_id}, {token}")
        });
    }

    /// Names what a client sent as its token, so that its issuer can find it.
    fn describe_token(&self, client: &Client<'_>, reason: Reason) -> String {
        let name = self.config.from.name();
        match (client.field(self.config.from), reason) {
            (None, _) => format!("no {name}"),
            // It is a password, perhaps, and a few digits of its hash would be enough to guess it.
            (Some(_), Reason::MalformedToken) => format!("{name} not shown"),
            (Some(field), Reason::TokenTooLarge) => format!("{name} of {} bytes", field.len()),
            (Some(field), _) => format!("token {}", fingerprint(field)),
        }
    }
}

/// Names a client by its identifier, unless that tells the token or password as well: some devices
/// send it in every field.
fn describe_client(client: &Client<'_>, from: Field) -> String {
    // A longer identifier is cut before it is shown, and only the whole of a secret is one.
    const LONGEST: usize = 256;
    let Some(id) = client.client_id else {
        return "without an id".to_owned();
    };
    let tells = |secret: &[u8]| {
        id == secret
            || (!secret.is_empty()
                && id.len() <= LONGEST
                && id.windows(secret.len()).any(|part| part == secret))
    };
    let secrets = [client.field(from), client.password];
    if secrets.into_iter().flatten().any(tells) {
        return "not shown".to_owned();
    }
    quoted(&String::from_utf8_lossy(id))
}

/// The name of a token where it must not be shown: the first 8 hexadecimal digits of its SHA-256.
fn fingerprint(token: &[u8]) -> String {
    let digest = digest::digest(&digest::SHA256, token);
    let first = digest.as_ref().first_chunk().copied().unwrap_or_default();
    format!("{:08x}", u32::from_be_bytes(first))
}
