//! The end of a verifier whose keys are just being fetched.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that panics fails, and that is all"
)]
#![cfg(target_os = "linux")]

#[path = "it/harness/mod.rs"]
mod harness;

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::AsRawFd;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use harness::server::{Reply, Server, until};
use harness::{Scratch, authority, threads};
use jwt_auth::{Client, Hooks, Verifier};
use serde_json::{Value, json};

/// The tests look at the threads of the process, so they run one after the other.
static ONE_BY_ONE: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    ONE_BY_ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Far more than an end takes, and far less than any timeout of a fetch.
const PROMPT: Duration = Duration::from_secs(2);

/// How many threads that fetch there are.
fn fetching_threads() -> usize {
    statuses().len()
}

/// What the system knows of the threads that fetch.
fn statuses() -> Vec<String> {
    threads::statuses(|name| name == "jwt_auth_jwks")
}

/// A verifier whose log lines go into a hook that holds a token, as its clock does. Once the token
/// has no other owner, no hook will ever be called again.
fn verifier(config: &Value) -> (Verifier, Arc<Mutex<Vec<String>>>) {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let (sink, held) = (Arc::clone(&lines), Arc::clone(&lines));
    let hooks = Hooks {
        log: Some(Box::new(move |_, line| {
            sink.lock().unwrap().push(line);
        })),
        clock: Some(Box::new(move || {
            let _ = &held;
            harness::NOW
        })),
    };
    (Verifier::new(&config.to_string(), hooks).unwrap(), lines)
}

/// Ends a verifier: promptly, with its hook gone, and the thread within this time.
#[track_caller]
fn ends(verifier: Verifier, lines: &Arc<Mutex<Vec<String>>>, thread: Duration) {
    until("the thread", || fetching_threads() == 1);
    let start = Instant::now();
    drop(verifier);
    assert!(start.elapsed() < PROMPT, "{:?}", start.elapsed());
    assert_eq!(
        Arc::strong_count(lines),
        1,
        "nobody is left to call the hook"
    );
    until("the thread's end", || fetching_threads() == 0);
    assert!(start.elapsed() < thread, "{:?}", start.elapsed());
}

#[test]
fn a_verifier_that_waits_for_its_next_fetch_ends() {
    let _alone = alone();
    let keys = [harness::jwk(jsonwebtoken::Algorithm::ES256, "p256")];
    let server = Server::http(move |_| Reply::keys(&keys));
    let (verifier, lines) = verifier(&json!({ "endpoint": server.url("/") }));
    // That is in five minutes.
    until("a set", || lines.lock().unwrap().len() > 1);
    thread::sleep(Duration::from_millis(50));
    ends(verifier, &lines, PROMPT);
}

#[test]
fn a_verifier_ends_at_once() {
    let _alone = alone();
    let server = Server::http(|_| Reply::Hang);
    for _ in 0..20 {
        let (verifier, lines) = verifier(&json!({ "endpoint": server.url("/") }));
        drop(verifier);
        assert_eq!(
            Arc::strong_count(&lines),
            1,
            "nobody is left to call the hook"
        );
    }
    until("the threads' end", || fetching_threads() == 0);
}

#[test]
fn a_fetch_whose_answer_does_not_come_is_cut() {
    let _alone = alone();
    for reply in [|| Reply::Hang, || Reply::Drip] {
        let server = Server::http(move |_| reply());
        let (verifier, lines) = verifier(&json!({ "endpoint": server.url("/") }));
        server.wait_for(1);
        ends(verifier, &lines, PROMPT);
    }
}

#[test]
fn a_fetch_over_tls_is_cut() {
    let _alone = alone();
    let authority = authority::Authority::new();
    let server = Server::https(authority.server(&["127.0.0.1"]), |_| Reply::Hang);
    let (verifier, lines) = verifier(&json!({
        "endpoint": server.url("/"),
        "ssl": { "cacertfile": authority.path() },
    }));
    server.wait_for(1);
    ends(verifier, &lines, PROMPT);
}

#[test]
fn a_tls_handshake_that_does_not_go_on_is_cut() {
    let _alone = alone();
    let authority = authority::Authority::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (verifier, lines) = verifier(&json!({
        "endpoint": format!("https://{}/", listener.local_addr().unwrap()),
        "ssl": { "cacertfile": authority.path() },
    }));
    // The server takes the connection, and reads the client's greeting without a word.
    let (stream, _) = listener.accept().unwrap();
    until("a greeting", || stream.peek(&mut [0]).unwrap() == 1);
    ends(verifier, &lines, PROMPT);
}

#[test]
fn a_proxy_that_does_not_answer_is_cut() {
    let _alone = alone();
    for endpoint in ["https://keys.invalid/", "http://keys.invalid/"] {
        let proxy = Server::http(|_| Reply::Hang);
        let config = json!({ "endpoint": endpoint, "proxy": proxy.url("") });
        let (verifier, lines) = verifier(&config);
        proxy.wait_for(1);
        ends(verifier, &lines, PROMPT);
    }
}

#[test]
fn a_connection_that_does_not_come_about_is_not_waited_for() {
    let _alone = alone();
    let (address, _kept) = black_hole();
    let (verifier, lines) = verifier(&json!({ "endpoint": format!("http://{address}/") }));
    // In the first millisecond the thread may not have begun to connect.
    thread::sleep(Duration::from_millis(100));
    ends(verifier, &lines, Duration::from_secs(7));
}

/// An address at which connections are neither accepted nor refused: the backlog is full.
fn black_hole() -> (SocketAddr, (TcpListener, Vec<TcpStream>)) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    #[expect(unsafe_code, reason = "std has no way to choose a backlog")]
    // SAFETY: the descriptor is open.
    let listens = unsafe { libc::listen(listener.as_raw_fd(), 0) };
    assert_eq!(listens, 0);
    let mut kept = Vec::new();
    while let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_millis(300)) {
        kept.push(stream);
        assert!(kept.len() < 100);
    }
    (address, (listener, kept))
}

#[test]
fn the_end_waits_for_a_hook_that_is_running_and_none_runs_afterwards() {
    let _alone = alone();
    let server = Server::http(|_| Reply::status(500));
    let (entered, is_entered) = channel();
    let (may_leave, leave) = channel::<()>();
    let leave: Mutex<Receiver<()>> = Mutex::new(leave);
    let hooks = Hooks {
        log: Some(Box::new(move |_, line| {
            if line.starts_with("`endpoint`") {
                entered.send(()).unwrap();
                let _ = leave.lock().unwrap().recv();
            }
        })),
        clock: None,
    };
    let config = json!({ "endpoint": server.url("/") }).to_string();
    let verifier = Verifier::new(&config, hooks).unwrap();
    is_entered.recv().unwrap();
    let ended = thread::spawn(move || drop(verifier));
    // It cannot be shown that it would wait for ever.
    thread::sleep(Duration::from_millis(100));
    assert!(!ended.is_finished(), "the hook is running");
    drop(may_leave);
    ended.join().unwrap();
    assert!(
        is_entered.recv().is_err(),
        "the hook and what it owns are gone"
    );
    until("the thread's end", || fetching_threads() == 0);
}

#[test]
fn a_configuration_that_fails_starts_no_thread() {
    let _alone = alone();
    let config = json!({ "endpoint": "http://127.0.0.1:9/", "algorithms": [] }).to_string();
    assert!(Verifier::new(&config, Hooks::default()).is_err());
    assert_eq!(fetching_threads(), 0);
}

#[test]
fn the_thread_takes_no_signal() {
    let _alone = alone();
    let server = Server::http(|_| Reply::Hang);
    let (verifier, lines) = verifier(&json!({ "endpoint": server.url("/") }));
    server.wait_for(1);
    let status = statuses().remove(0);
    let (_, mask) = status.split_once("SigBlk:\t").unwrap();
    let mask = u64::from_str_radix(mask.lines().next().unwrap(), 16).unwrap();
    // Of SIGHUP, SIGINT, SIGUSR1, SIGUSR2, SIGALRM, SIGTERM and SIGCHLD none.
    for signal in [1, 2, 10, 12, 14, 15, 17] {
        assert_ne!(mask & (1 << (signal - 1)), 0, "{signal}");
    }
    ends(verifier, &lines, PROMPT);
}

#[test]
fn a_reload_ends_the_thread_of_an_endpoint_that_goes_and_keeps_that_of_one_that_stays() {
    let _alone = alone();
    let servers = [0; 2].map(|_| Server::http(|_| Reply::Hang));
    let config = |server: &Server| json!({ "endpoint": server.url("/") });
    let (verifier, lines) = verifier(&config(&servers[0]));
    for round in 1..=10 {
        let config = config(&servers[round % 2]).to_string();
        verifier.reload(&config).unwrap();
        verifier.reload(&config).unwrap();
    }
    until("the old threads' end", || fetching_threads() == 1);
    verifier.reload(r#"{"secret": "x"}"#).unwrap();
    until("the last thread's end", || fetching_threads() == 0);
    drop(verifier);
    assert_eq!(
        Arc::strong_count(&lines),
        1,
        "nobody is left to call the hook"
    );
}

#[test]
fn a_check_that_is_not_done_yet_keeps_no_thread_of_the_configuration_before() {
    let _alone = alone();
    let server = Server::http(|_| Reply::Hang);
    let list = Scratch::new("revocations.json", "{}");
    let (entered, is_entered) = channel();
    let (may_leave, leave) = channel::<()>();
    let leave: Mutex<Receiver<()>> = Mutex::new(leave);
    let hooks = Hooks {
        log: Some(Box::new(move |_, line| {
            if line.starts_with("refused: ") {
                entered.send(()).unwrap();
                let _ = leave.lock().unwrap().recv();
            }
        })),
        clock: None,
    };
    let config = json!({ "endpoint": server.url("/"), "revocations_file": list.0 });
    let verifier = Verifier::new(&config.to_string(), hooks).unwrap();
    server.wait_for(1);
    let client = Client {
        password: Some(b"x"),
        ..Client::default()
    };
    thread::scope(|scope| {
        let check = scope.spawn(|| verifier.check(&client).map(drop));
        is_entered.recv().unwrap();
        verifier.reload(r#"{"secret": "x"}"#).unwrap();
        until("the threads' end", || our_threads() == 0);
        assert!(!check.is_finished(), "it goes by the configuration before");
        drop(may_leave);
    });
}

/// How many threads of the library there are, whatever they do.
fn our_threads() -> usize {
    threads::statuses(|name| name.starts_with("jwt_auth_")).len()
}
