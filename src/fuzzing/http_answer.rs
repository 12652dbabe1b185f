//! What a server answers that is asked for a key set.

use std::fmt;
use std::io::{Cursor, Read};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ureq::Error;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, LazyBuffers, NextTimeout, Transport,
};
use zeroize::Zeroizing;

use super::key_material::{assert_is_public, try_to_verify};
use super::log;
use crate::keys::KeyIndex;
use crate::remote::{Content, Discovery, Fetcher, Headers, Pace, Source, Tls, Url};

/// Ends an answer; the next one is that of the next server that is asked. (ASCII's record separator.)
const END: u8 = 0x1e;

/// How many bytes a connection takes at once: enough for the request, and few, so that little is copied.
const BUFFER: usize = 4096;

const OWN: &str = "id.example";

/// Takes the bytes for answers, status line and headers included.
pub fn http_answer(bytes: &[u8]) {
    let answers: Vec<Vec<u8>> = bytes
        .split(|byte| *byte == END)
        .map(<[u8]>::to_vec)
        .collect();
    let served = Arc::new(Mutex::new(Vec::new()));
    let network = Network {
        answers: Mutex::new(answers.into_iter()),
        served: Arc::clone(&served),
    };
    let source = Source {
        url: Url::parse(&format!("https://{OWN}/keys")).unwrap(),
        tls: Tls::default(),
        proxy: None,
        discovery: Some(Discovery::Allowed(None)),
    };
    let mut headers = Headers::default();
    let secret = Zeroizing::new("Bearer hunter2".to_owned());
    headers.add("Authorization", secret).unwrap();
    let mut endpoint = Fetcher::over::<KeyIndex>(Arc::new(source), network, Nowhere);
    // The second time it may ask for a newer version only.
    for _ in 0..2 {
        let found = endpoint.fetch(&headers);
        let served = std::mem::take(&mut *served.lock().unwrap());
        look_at_way(&served);
        let fetched = match found {
            Ok(fetched) => fetched,
            Err(failure) => {
                look_at_patience(failure.retry_after(), served.last());
                continue;
            }
        };
        look_at_pace(fetched.max_age);
        if let Some(body) = &fetched.body {
            assert!(body.len() <= 1 << 20);
            look_at_form(body, served.last().unwrap());
            look_at_keys(body);
        }
        endpoint.accept(fetched);
    }
    look_at_keys(bytes);
}

fn look_at_keys(body: &[u8]) {
    if let Ok(keys) = KeyIndex::read(body, "endpoint", &log()) {
        assert!((1..=1_000).contains(&keys.len()));
        for key in &keys.all {
            assert_is_public(key);
            try_to_verify(key);
        }
    }
}

/// Whatever a server says of its answer's age, it is asked neither more often than once a minute nor more seldom than
/// is configured.
fn look_at_pace(max_age: Option<Duration>) {
    let interval = Duration::from_secs(300);
    let pace = Pace {
        interval,
        max_fail_count: 5,
    };
    let shortest = Duration::from_secs(54);
    for chance in [0.0, 0.5, 1.0] {
        let wait = pace.refresh(max_age, chance);
        assert!(wait >= shortest && wait <= interval, "{wait:?}");
    }
}

/// At most three answers lead on, of which one may be a discovery document.
fn look_at_way(served: &[Vec<u8>]) {
    assert!(served.len() <= 4);
    let led = served.split_last().map_or(&[][..], |(_, led)| led);
    let documents = led.iter().filter(|answer| status(answer) == Some(200));
    for document in documents.clone() {
        let text = String::from_utf8_lossy(document);
        assert!(text.contains("jwks_uri") || text.contains(r"\u"), "{text}");
    }
    assert!(documents.count() <= 1);
}

/// What is read is not coded, and of two byte order marks one is left.
fn look_at_form(body: &[u8], answer: &[u8]) {
    if status(answer) == Some(200) {
        for coding in headers(answer, "content-encoding") {
            let mut codings = coding.split(',').map(str::trim);
            let is_plain = codings.all(|coding| ["", "identity"].contains(&coding));
            assert!(is_plain, "{coding}");
        }
    }
    let (one, two) = ("\u{feff}".as_bytes(), "\u{feff}\u{feff}".as_bytes());
    assert!(!body.starts_with(one) || answer.windows(two.len()).any(|bytes| bytes == two));
}

/// Only a server that is busy and says until when is left alone, and for no longer than the interval.
fn look_at_patience(retry_after: Option<Duration>, last: Option<&Vec<u8>>) {
    let interval = Duration::from_secs(300);
    let pace = Pace {
        interval,
        max_fail_count: 5,
    };
    assert!(pace.leave_alone(retry_after) <= interval);
    if retry_after.is_some()
        && let answer = last.unwrap()
        && let Some(status) = status(answer)
    {
        assert!([429, 503].contains(&status), "{status}");
        assert!(!headers(answer, "retry-after").is_empty());
    }
}

/// The status in the first bytes, unless it only announces an answer.
fn status(answer: &[u8]) -> Option<u16> {
    let line = std::str::from_utf8(answer.get(..12)?).ok()?;
    let status = line.strip_prefix("HTTP/1.")?.get(2..)?.parse().ok()?;
    (status >= 200).then_some(status)
}

/// The values of a header, in lower case.
fn headers(answer: &[u8], name: &str) -> Vec<String> {
    let text = String::from_utf8_lossy(answer).to_lowercase();
    let lines = text.lines().map(str::trim_end).skip(1);
    let head = lines.take_while(|line| !line.is_empty());
    let values = head.filter_map(|line| {
        let (found, value) = line.split_once(':')?;
        (found == name).then(|| value.trim().to_owned())
    });
    values.collect()
}

/// Connects to nobody: each connection brings the next answer.
struct Network {
    answers: Mutex<std::vec::IntoIter<Vec<u8>>>,
    /// Those that one fetch was given.
    served: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Connector for Network {
    type Out = Connection;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        _: Option<()>,
    ) -> Result<Option<Connection>, Error> {
        assert!(details.needs_tls(), "{}", details.uri);
        let answer = self.answers.lock().unwrap().next();
        let answer = answer.ok_or(Error::ConnectionFailed)?;
        self.served.lock().unwrap().push(answer.clone());
        Ok(Some(Connection {
            is_own: details.uri.authority().is_some_and(is_own),
            answer: Cursor::new(answer),
            buffers: LazyBuffers::new(BUFFER, BUFFER),
        }))
    }
}

fn is_own(authority: &ureq::http::uri::Authority) -> bool {
    authority.host().eq_ignore_ascii_case(OWN) && matches!(authority.port_u16(), None | Some(443))
}

/// A connection on which one answer comes, whatever is asked.
struct Connection {
    is_own: bool,
    answer: Cursor<Vec<u8>>,
    buffers: LazyBuffers,
}

impl Transport for Connection {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, _: NextTimeout) -> Result<(), Error> {
        let sent = String::from_utf8_lossy(&self.buffers.output()[..amount]).to_lowercase();
        let is_secret = sent.contains("\nauthorization:");
        assert!(self.is_own || !is_secret, "{sent}");
        Ok(())
    }

    fn await_input(&mut self, _: NextTimeout) -> Result<bool, Error> {
        let amount = self.answer.read(self.buffers.input_append_buf())?;
        self.buffers.input_appended(amount);
        Ok(amount > 0)
    }

    fn is_open(&mut self) -> bool {
        true
    }

    fn is_tls(&self) -> bool {
        true
    }
}

/// Finds an address for every name, and asks nobody.
#[derive(Debug)]
struct Nowhere;

impl Resolver for Nowhere {
    fn resolve(&self, _: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let mut addresses = self.empty();
        addresses.push(SocketAddr::from((Ipv4Addr::LOCALHOST, 9)));
        Ok(addresses)
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Network")
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Connection")
    }
}
