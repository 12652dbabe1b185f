//! What becomes of an endpoint's keys when the configuration changes.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use super::{KeyIndex, KeyName, KeySet, KeySources};
use crate::algorithm::Algorithm;
use crate::host::clock::Clock;
use crate::host::log::Log;
use crate::refusal::Refusal;
use crate::remote::{Discovery, Headers, Pace, Settings, Source, Terms, Tls, Url};

const ANSWER: &str = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"keys\": [{\"kty\": \"OKP\", \
                      \"crv\": \"Ed25519\", \"kid\": \"k\", \
                      \"x\": \"xVKEcqkcFlbevgiKn8gMbbFrDHiVQljlJSV1Bsf-ssc\"}]}";

fn settings(url: &str, seconds: u64) -> Settings {
    Settings {
        source: Source {
            url: Url::parse(url).unwrap_or_else(|problem| unreachable!("{problem}")),
            tls: Tls::default(),
            proxy: None,
            discovery: Some(Discovery::Allowed(None)),
        },
        terms: Terms {
            option: "endpoint".to_owned(),
            headers: Headers::default(),
            pace: Pace {
                interval: Duration::from_secs(seconds),
                max_fail_count: 5,
            },
        },
    }
}

fn started(settings: Settings, before: Option<&KeySet>) -> KeySet {
    let sources = KeySources {
        local: KeyIndex::new(Vec::new()),
        counts: Vec::new(),
        endpoint: Some(settings),
    };
    KeySet::start(sources, before, &Log::new(None), &Clock::new(None))
        .unwrap_or_else(|error| unreachable!("{error}"))
}

fn refusal(keys: &KeySet) -> Option<Refusal> {
    let name = KeyName {
        kid: Some("k"),
        is_clients: false,
    };
    keys.now().select(Algorithm::EdDSA, name, 1).err()
}

fn until(is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(20));
        thread::sleep(Duration::from_millis(5));
    }
}

/// Answers every request.
fn serve() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap_or_else(|_| unreachable!("no port"));
    let address = listener.local_addr().map(|address| address.to_string());
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(ANSWER.as_bytes());
        }
    });
    format!("http://{}/", address.unwrap_or_default())
}

#[test]
fn an_endpoint_that_stays_keeps_its_keys_and_another_does_not() {
    let url = serve();
    let first = started(settings(&url, 300), None);
    until(|| refusal(&first).is_none());

    let same = started(settings(&url, 600), Some(&first));
    assert_eq!(refusal(&same), None, "the keys are there at once");
    let [old, new] = [&first, &same].map(|keys| keys.endpoint.as_ref().map(Arc::as_ptr));
    assert_eq!(old, new, "there is one thread");
    drop(first);
    assert_eq!(refusal(&same), None);

    let silent = TcpListener::bind("127.0.0.1:0").and_then(|listener| {
        let address = listener.local_addr()?;
        Ok((listener, format!("http://{address}/")))
    });
    let (_listener, url) = silent.unwrap_or_else(|_| unreachable!("no port"));
    let other = started(settings(&url, 600), Some(&same));
    assert_eq!(refusal(&other), Some(Refusal::KeysUnavailable));
    assert_eq!(refusal(&same), None);
}

#[test]
fn who_only_looks_makes_no_endpoint_be_asked() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap_or_else(|_| unreachable!("no port"));
    let address = listener.local_addr().map(|address| address.to_string());
    let url = format!("http://{}/", address.unwrap_or_default());
    let keys = started(settings(&url, 300), None);
    // The first fetch has begun, and is never answered.
    let _fetch = listener.accept();
    let is_requested = || {
        let endpoint = keys.endpoint.as_ref();
        endpoint.is_some_and(|endpoint| endpoint.is_refresh_requested())
    };
    let name = KeyName {
        kid: Some("k"),
        is_clients: false,
    };
    let looked = keys.looked_at();
    let refusal_of_look = looked.select(Algorithm::EdDSA, name, 1).err();
    assert_eq!(refusal_of_look, Some(Refusal::KeysUnavailable));
    assert!(!is_requested());
    assert_eq!(refusal(&keys), Some(Refusal::KeysUnavailable));
    assert!(is_requested());
}
