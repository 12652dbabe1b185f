//! What a verifier tells of itself, in Prometheus' text format.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};

use super::Verifier;
use super::running::Running;
use crate::host::clock::Clock;
use crate::refusal::{Decision, Reason, text};
use crate::remote::EndpointStatus;
use crate::revocations::RevocationLists;
use crate::stats::Kind::{Counter, Gauge};
use crate::stats::{Counters, Exposition};

/// What became of the configurations of a verifier.
pub(super) struct Reloads {
    /// The number of the one in force, the first being 1.
    generation: AtomicU64,
    /// When it was taken, in Unix seconds; 0: the clock had failed.
    last: AtomicI64,
    failures: AtomicU64,
}

impl Reloads {
    /// The first configuration is taken.
    pub(super) fn first(clock: &Clock) -> Self {
        Self {
            generation: AtomicU64::new(1),
            last: AtomicI64::new(clock.now().unwrap_or_default()),
            failures: AtomicU64::new(0),
        }
    }

    /// Another one is taken.
    pub(super) fn succeeded(&self, clock: &Clock) {
        self.generation.fetch_add(1, Relaxed);
        self.last.store(clock.now().unwrap_or_default(), Relaxed);
    }

    /// Another one was not accepted.
    pub(super) fn failed(&self) {
        self.failures.fetch_add(1, Relaxed);
    }
}

impl Verifier {
    /// Tells what was counted since the verifier was made, in Prometheus' text format.
    ///
    /// The numbers are those of the threads that count, read one after the other, so they may not be of just
    /// one moment.
    #[must_use]
    pub fn stats(&self) -> String {
        if let Ok(now) = self.clock.now() {
            self.throttle.tell_of_past(now, &self.log);
        }
        let mut to = Exposition::default();
        to.family(
            "jwt_auth_build_info",
            Gauge,
            "The version of libjwt_auth; always 1.",
        )
        .sample([("version", env!("CARGO_PKG_VERSION"))], 1);
        tell_counters(&self.counters, &mut to);
        tell_configuration(&self.reloads, &mut to);
        tell_running(&self.running.load(), &mut to);
        to.into_text()
    }
}

fn tell_counters(counters: &Counters, to: &mut Exposition) {
    let mut family = to.family(
        "jwt_auth_checks_total",
        Counter,
        "Clients that were decided about, as they connected or renewed their session.",
    );
    for decision in [Decision::Allow, Decision::Deny, Decision::Ignore] {
        for reason in Reason::ALL {
            let count = counters.checks(decision, reason);
            // What is denied can have any cause, and is shown before it happens.
            let is_usual = match reason {
                Reason::Undecided => false,
                Reason::Accepted => decision == Decision::Allow,
                _ => decision == Decision::Deny,
            };
            if is_usual || count > 0 {
                let labels = [
                    ("decision", text(decision.name())),
                    ("reason", text(reason.name())),
                ];
                family.sample(labels, count);
            }
        }
    }
    let mut family = to.family(
        "jwt_auth_key_checks_total",
        Counter,
        "Tokens whose signature a key made good, remembered ones too.",
    );
    for (key, count) in counters.key_checks() {
        family.sample([("issuer", &key.issuer), ("kid", &key.kid)], count);
    }
    to.family(
        "jwt_auth_cache_hits_total",
        Counter,
        "Tokens that were remembered, so that their signature was not verified again.",
    )
    .value(counters.cache_hits());
    to.family(
        "jwt_auth_cache_misses_total",
        Counter,
        "Tokens that were not remembered.",
    )
    .value(counters.cache_misses());
    let mut family = to.family(
        "jwt_auth_sessions_rechecked_total",
        Counter,
        "Sessions that were asked about while their client was connected.",
    );
    for reason in [
        Reason::Accepted,
        Reason::Expired,
        Reason::Revoked,
        Reason::NoKey,
    ] {
        family.sample([("reason", text(reason.name()))], counters.rechecks(reason));
    }
}

fn tell_configuration(reloads: &Reloads, to: &mut Exposition) {
    to.family(
        "jwt_auth_config_generation",
        Gauge,
        "The number of the configuration in force, the first being 1.",
    )
    .value(reloads.generation.load(Relaxed));
    to.family(
        "jwt_auth_config_last_reload_timestamp_seconds",
        Gauge,
        "When the configuration in force was taken.",
    )
    .value(reloads.last.load(Relaxed));
    to.family(
        "jwt_auth_config_reload_failures_total",
        Counter,
        "Configurations that were not accepted at a reload.",
    )
    .value(reloads.failures.load(Relaxed));
}

fn tell_running(running: &Running, to: &mut Exposition) {
    to.family(
        "jwt_auth_cache_entries",
        Gauge,
        "Tokens that are remembered.",
    )
    .value(running.cache.len());
    let mut keys: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut endpoints: BTreeMap<(&str, &str), EndpointStatus> = BTreeMap::new();
    for issuer in running.issuers.all() {
        for (source, count) in issuer.keys.counts() {
            let known = keys.entry((&issuer.name, source)).or_default();
            *known = known.saturating_add(count);
        }
        if let Some(status) = issuer.keys.endpoint_status() {
            endpoints
                .entry((&issuer.name, "keys"))
                .and_modify(|known| *known = known.and(status))
                .or_insert(status);
        }
    }
    let revocations = running.revocations.as_ref();
    if let Some(endpoint) = revocations.and_then(RevocationLists::endpoint) {
        endpoints.insert(("", "revocations"), endpoint.status());
    }
    let mut family = to.family(
        "jwt_auth_keys",
        Gauge,
        "Keys, by the option they come from.",
    );
    for ((issuer, source), count) in keys {
        family.sample([("issuer", issuer), ("source", source)], count);
    }
    let mut family = to.family("jwt_auth_revocations", Gauge, "Revocations in force.");
    if let Some(revocations) = revocations {
        for (source, kind, count) in revocations.counts() {
            family.sample([("source", source), ("kind", kind)], count);
        }
    }
    tell_endpoints(&endpoints, to);
}

fn tell_endpoints(endpoints: &BTreeMap<(&str, &str), EndpointStatus>, to: &mut Exposition) {
    let mut gauge = |name, help, value: fn(&EndpointStatus) -> i64| {
        let mut family = to.family(name, Gauge, help);
        for ((issuer, usage), status) in endpoints {
            family.sample([("issuer", issuer), ("use", usage)], value(status));
        }
    };
    gauge(
        "jwt_auth_endpoint_last_success_timestamp_seconds",
        "When the endpoint was last fetched from; 0: never.",
        |status| status.last_success,
    );
    gauge(
        "jwt_auth_endpoint_next_refresh_timestamp_seconds",
        "When the endpoint will be asked next; 0: it is being asked for the first time.",
        |status| status.next_refresh,
    );
    gauge(
        "jwt_auth_endpoint_consecutive_failures",
        "Fetches that have failed since the last success.",
        |status| status.consecutive_failures.into(),
    );
    let mut family = to.family(
        "jwt_auth_endpoint_fetches_total",
        Counter,
        "Fetches from the endpoint.",
    );
    for ((issuer, usage), status) in endpoints {
        for (result, count) in [("success", status.succeeded), ("failure", status.failed)] {
            let labels = [("issuer", *issuer), ("use", *usage), ("result", result)];
            family.sample(labels, count);
        }
    }
}
