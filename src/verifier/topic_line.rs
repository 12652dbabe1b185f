//! The log lines about topics that a connected client may not use, or about which its token says nothing.

use std::fmt::{self, Write};
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};

use super::Verifier;
use crate::acl::{Action, Answer, Denial, Permission, Request};
use crate::grant::{Grant, LogNotes};
use crate::host::clock::ClockError;
use crate::host::log::LogLevel;
use crate::host::quote::cut;

/// Lets something happen once in a minute of the verifier's clock.
pub(super) struct OncePerMinute(AtomicI64);

impl OncePerMinute {
    /// No clock says so.
    const NEVER: i64 = i64::MIN;

    pub(super) fn new() -> Self {
        Self(AtomicI64::new(Self::NEVER))
    }

    /// Whether it may happen now. A clock that is one second behind is that of a thread that read it earlier;
    /// one that is further behind was set back.
    fn may(&self, now: i64) -> bool {
        let last = self.0.load(Relaxed);
        let since = now.saturating_sub(last);
        let is_over = last == Self::NEVER || !(-1..60).contains(&since);
        is_over && (self.0.compare_exchange(last, now, Relaxed, Relaxed)).is_ok()
    }
}

impl Verifier {
    /// What decides about a topic of a client: a rule by its path in the configuration or its number in the
    /// token, or what else it is. Nothing is logged.
    ///
    /// # Errors
    ///
    /// Nothing is decided without the time.
    pub fn explain_topic(
        &self,
        grant: &Grant,
        request: &Request<'_>,
    ) -> Result<(Permission, String), ClockError> {
        let answer = self.answer(grant, request, self.clock.now()?);
        let mut cause = String::new();
        let written = match &answer {
            Answer::Allow(None) => cause.write_str("the token makes a superuser"),
            Answer::Allow(Some(number)) => match grant.rule(*number) {
                Some(rule) => write!(cause, "by {rule}"),
                None => Ok(()),
            },
            Answer::NobodySays => cause.write_str("neither a rule nor the token says anything"),
            Answer::NoRule => cause.write_str("no rule: the broker's own rules decide"),
            Answer::Deny(denial) => write_cause(&mut cause, *denial, request),
        };
        // A String takes everything.
        debug_assert!(written.is_ok());
        Ok((answer.permission(), cause))
    }

    /// Tells why something is denied, once for each topic of a session; and now and then, that a client has no
    /// topic permissions.
    #[cold]
    pub(super) fn tell_of_topic(
        &self,
        grant: &Grant,
        request: &Request<'_>,
        answer: &Answer<'_>,
        now: i64,
    ) {
        let notes = grant.log_notes("not named", None);
        match answer {
            Answer::NobodySays if self.without_permissions.may(now) => {
                self.log.write(LogLevel::Warn, || {
                    let client = notes.client();
                    format!(
                        "client {client} has no topic permissions of its own: the broker decides"
                    )
                });
            }
            // What is withheld of a subscription may be very many topics.
            Answer::Deny(denial)
                if request.action != Action::Receive
                    && self.log.takes(LogLevel::Debug)
                    && notes.told_topics.is_first(request) =>
            {
                self.log.write(LogLevel::Debug, || {
                    let mut line = String::new();
                    let written = write_denial(&mut line, *denial, request, grant, notes);
                    // A String takes everything.
                    debug_assert!(written.is_ok());
                    line
                });
            }
            _ => {}
        }
    }
}

fn write_denial(
    line: &mut String,
    denial: Denial<'_>,
    request: &Request<'_>,
    grant: &Grant,
    notes: &LogNotes,
) -> fmt::Result {
    let action = match request.action {
        Action::Publish => "publish to",
        Action::Subscribe => "subscribe to",
        Action::Receive => "be sent",
    };
    write!(line, "denied: {action} ")?;
    write_topic(line, request.topic, grant, notes)?;
    line.push_str(": ");
    write_cause(line, denial, request)?;
    let client = notes.client();
    write!(line, ": client {client}, token {}", grant.fingerprint())
}

fn write_cause(line: &mut String, denial: Denial<'_>, request: &Request<'_>) -> fmt::Result {
    match denial {
        Denial::NoTopic => line.write_str("MQTT does not permit it"),
        Denial::Expired => line.write_str("the token has expired"),
        Denial::Revoked => line.write_str("the token is revoked"),
        Denial::Rule(rule) => write!(line, "by {rule}"),
        Denial::NotListed => {
            let list = match request.action {
                Action::Publish => "pub",
                Action::Subscribe | Action::Receive => "sub",
            };
            write!(line, "nothing in `{list}` or `all` allows it")
        }
    }
}

/// Writes a topic, unless it tells of the token, or could tell of a password, which is not known any more.
fn write_topic(line: &mut String, topic: &[u8], grant: &Grant, notes: &LogNotes) -> fmt::Result {
    const SHOWN: usize = 48;
    /// In bytes, more than so many characters have.
    const LONGEST: usize = 256;
    let topic = String::from_utf8_lossy(topic.get(..LONGEST).unwrap_or(topic));
    let topic = cut(&topic, SHOWN);
    let shown = topic.shown().as_bytes();
    match notes.signature() {
        Some(signature) if !grant.remembered.shares_run_with(shown, signature) => {
            topic.write_to(line)
        }
        _ => line.write_str("not shown"),
    }
}
