//! What happens between the question whether a session is still good and the answer.
#![allow(
    clippy::expect_used,
    reason = "a test that panics fails, and that is all"
)]

use super::{Registry, RegistryOptions};
use crate::client::Client;
use crate::fuzzing::compact::signed;
use crate::refusal::Reason;
use crate::registry::State;
use crate::verifier::{Hooks, Verifier};

const SECRET: &str = "an HMAC secret of 32 characters!";

/// A registry whose one client is asked whether its token is still good; what happens meanwhile; and whether its
/// time has come then, by what was known before.
fn over_after(meanwhile: impl FnOnce(&Registry, &Verifier, &Client<'_>)) -> (bool, State) {
    let verifier = Verifier::new(&format!(r#"{{"secret":"{SECRET}"}}"#), Hooks::default());
    let verifier = verifier.expect("a secret is enough");
    let token = signed(br#"{"alg":"HS256"}"#, b"{}", SECRET.as_bytes());
    let client = Client {
        client_id: Some(b"c1"),
        password: Some(&token),
        ..Client::default()
    };
    let registry = Registry::new(RegistryOptions::default());
    registry.connect(&verifier, 1, &client).expect("a clock");
    let (ticket, _) = (registry.book().due(&registry.table, 0)).expect("one client");
    meanwhile(&registry, &verifier, &client);
    let over = registry
        .book()
        .over(&registry.table, ticket, Reason::Revoked);
    (over.is_some(), registry.state(1, &client))
}

#[test]
fn a_session_that_is_still_there_is_over() {
    assert_eq!(over_after(|_, _, _| {}), (true, State::Over));
    let goes = |registry: &Registry, _: &Verifier, _: &Client<'_>| {
        assert!(registry.disconnect(1, true));
    };
    assert_eq!(over_after(goes), (true, State::Over));
}

#[test]
fn one_that_was_replaced_or_renewed_or_has_ended_is_not() {
    let comes_again = |registry: &Registry, verifier: &Verifier, client: &Client<'_>| {
        registry.connect(verifier, 1, client).expect("a clock");
    };
    assert_eq!(over_after(comes_again), (false, State::Connected));
    let renews = |registry: &Registry, verifier: &Verifier, client: &Client<'_>| {
        let renewed = registry.renew(verifier, 1, client).expect("a clock");
        assert!(renewed.is_some());
    };
    assert_eq!(over_after(renews), (false, State::Connected));
    let ends = |registry: &Registry, _: &Verifier, _: &Client<'_>| {
        assert!(registry.disconnect(1, false));
    };
    assert_eq!(over_after(ends), (false, State::Absent));
}

/// Whether a renewal is kept that was decided before something else happened.
fn renewed_after(meanwhile: impl FnOnce(&Registry, &Verifier, &Client<'_>)) -> bool {
    let mut is_kept = false;
    over_after(|registry, verifier, client| {
        let (ticket, session) = (registry.table.connected(1, client)).expect("it is connected");
        meanwhile(registry, verifier, client);
        let before = registry.book().renew(&registry.table, ticket, session);
        is_kept = before.is_some();
    });
    is_kept
}

#[test]
fn a_renewal_is_kept_for_a_client_that_is_still_connected() {
    assert!(renewed_after(|_, _, _| {}));
    assert!(!renewed_after(|registry, _, _| {
        registry.disconnect(1, true);
    }));
    assert!(!renewed_after(|registry, _, _| {
        registry.disconnect(1, false);
    }));
    assert!(!renewed_after(|registry, verifier, client| {
        registry.connect(verifier, 1, client).expect("a clock");
    }));
}
