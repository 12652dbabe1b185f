//! Discovery for an issuer, against a server on the loopback interface.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use super::{Discovery, discovery_url};
use crate::host::log::Log;
use crate::remote::published::{Content, Words};
use crate::remote::{Fetcher, Headers, Source, Tls, Url};

/// Takes any bytes.
struct Anything;

impl Content for Anything {
    const WORDS: Words = Words {
        singular: "anything",
        plural: "anything",
        thread: "anything",
        none_held: "nothing is held",
    };
    const ACCEPT: &'static str = "*/*";
    const LARGEST: u64 = 1 << 20;

    fn read(_: &[u8], _: &str, _: &Log) -> Result<Self, String> {
        Ok(Self)
    }

    fn summary(&self) -> String {
        String::new()
    }
}

/// What the server says: a path, and the answer there, in which `HERE` is its own URL.
type Answers = Arc<Mutex<Vec<(&'static str, String)>>>;

fn ok(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nConnection: close\r\nETag: \"1\"\r\n\r\n{body}")
}

fn moved(to: &str) -> String {
    format!(
        "HTTP/1.1 302 Found\r\nConnection: close\r\nContent-Length: 0\r\nLocation: {to}\r\n\r\n"
    )
}

/// A server, of which each request with a condition is answered with status 304.
fn serve(answers: &Answers) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap_or_else(|_| unreachable!("no port"));
    let address = listener.local_addr().map(|address| address.to_string());
    let here = format!("http://{}", address.unwrap_or_default());
    let (answers, base) = (Arc::clone(answers), here.clone());
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut request = [0; 4096];
            let length = stream.read(&mut request).unwrap_or_default();
            let request = String::from_utf8_lossy(request.get(..length).unwrap_or_default());
            let path = request.split(' ').nth(1).unwrap_or_default();
            let answers = answers.lock().unwrap_or_else(PoisonError::into_inner);
            let found = answers.iter().find(|(known, _)| *known == path);
            let answer = match found {
                _ if request.to_lowercase().contains("\nif-none-match") => {
                    "HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n".to_owned()
                }
                Some((_, answer)) => answer.replace("HERE", &base),
                None => "HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n".to_owned(),
            };
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    here
}

fn fetcher(url: &str, discovery: Discovery) -> Fetcher {
    Fetcher::new::<Anything>(Arc::new(Source {
        url: Url::parse(url).unwrap_or_else(|problem| unreachable!("{problem}")),
        tls: Tls::default(),
        proxy: None,
        discovery: Some(discovery),
    }))
}

/// What one fetch brings; none: what was fetched before is current.
fn fetch(from: &mut Fetcher) -> Result<Option<String>, String> {
    let fetched = from.fetch(&Headers::default());
    let fetched = fetched.map_err(|failure| failure.to_string())?;
    let body = fetched.body.clone();
    from.accept(fetched);
    Ok(body.map(|body| String::from_utf8_lossy(&body).into_owned()))
}

const PLACE: &str = "/.well-known/openid-configuration";

#[test]
fn a_document_that_must_be_read_is_read_each_time() {
    let document = ok(r#"{"issuer": "HERE", "jwks_uri": "HERE/keys"}"#);
    let answers = Answers::new(Mutex::new(vec![(PLACE, document), ("/keys", ok("set"))]));
    let issuer = serve(&answers);
    let url = discovery_url(&issuer).map(|url| url.uri().to_string());
    let mut fetcher = fetcher(&url.unwrap_or_default(), Discovery::Required(issuer));
    assert_eq!(fetch(&mut fetcher), Ok(Some("set".to_owned())));
    assert_eq!(fetch(&mut fetcher), Ok(None));
    // Without a document the set is no set of this issuer, whatever is known of it.
    let change = |answer| {
        let mut answers = answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.splice(.., [(PLACE, answer), ("/keys", ok("set"))]);
    };
    change(moved("/keys"));
    let none = "the answer is no discovery document: ";
    assert_eq!(fetch(&mut fetcher), Err(format!("{none}not valid JSON")));
    change(ok(
        r#"{"keys": [], "issuer": "HERE", "jwks_uri": "HERE/keys"}"#,
    ));
    let expected = "expected an object with `jwks_uri` and without `keys`";
    assert_eq!(fetch(&mut fetcher), Err(format!("{none}{expected}")));
    change(ok(
        r#"{"issuer": "HERE", "jwks_uri": "HERE/keys", "jwks_uri": "HERE/keys"}"#,
    ));
    let twice = "a JSON member given twice";
    assert_eq!(fetch(&mut fetcher), Err(format!("{none}{twice}")));
}

#[test]
fn a_document_must_name_the_issuer_exactly() {
    let other = "the discovery document is that of another issuer: ";
    for (member, problem) in [
        (r#""issuer": "https://id.example","#, None),
        (
            r#""issuer": "https://id.example/","#,
            Some(format!("{other}`https://id.example/`")),
        ),
        (
            r#""issuer": "HTTPS://id.example","#,
            Some(format!("{other}`HTTPS://id.example`")),
        ),
        (
            r#""issuer": "\u001b`","#,
            Some(format!(r"{other}`\u{{1b}}\``")),
        ),
        (
            r#""issuer": 7,"#,
            Some("the discovery document names no `issuer`".to_owned()),
        ),
        (
            "",
            Some("the discovery document names no `issuer`".to_owned()),
        ),
    ] {
        let document = ok(&format!(r#"{{{member} "jwks_uri": "HERE/keys"}}"#));
        let answers = Answers::new(Mutex::new(vec![("/", document), ("/keys", ok("set"))]));
        let here = serve(&answers);
        let issuer = "https://id.example".to_owned();
        for discovery in [
            Discovery::Allowed(Some(issuer.clone())),
            Discovery::Required(issuer),
        ] {
            let found = fetch(&mut fetcher(&format!("{here}/"), discovery));
            let expected = problem.clone().map_or(Ok(Some("set".to_owned())), Err);
            assert_eq!(found, expected, "{member}");
        }
        // Nobody asked for an issuer.
        let found = fetch(&mut fetcher(&format!("{here}/"), Discovery::Allowed(None)));
        assert_eq!(found, Ok(Some("set".to_owned())), "{member}");
    }
}

#[test]
fn an_answer_that_is_no_document_is_what_is_wanted_unless_one_must_be_read() {
    let answers = Answers::new(Mutex::new(vec![("/", ok("set"))]));
    let url = format!("{}/", serve(&answers));
    let issuer = Some("https://id.example".to_owned());
    let found = fetch(&mut fetcher(&url, Discovery::Allowed(issuer)));
    assert_eq!(found, Ok(Some("set".to_owned())));
}

#[test]
fn the_document_of_an_issuer_is_at_its_well_known_place() {
    for (issuer, expected) in [
        ("https://id.example", "https://id.example"),
        ("https://id.example/", "https://id.example"),
        ("https://id.example/realms/x", "https://id.example/realms/x"),
        (
            "https://id.example/realms/x/",
            "https://id.example/realms/x",
        ),
        ("https://id.example/x//", "https://id.example/x/"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
    ] {
        let found = discovery_url(issuer).map(|url| url.uri().to_string());
        assert_eq!(found, Ok(format!("{expected}{PLACE}")), "{issuer}");
    }
}

#[test]
fn an_issuer_that_is_no_url_has_no_document() {
    let host = "a URL without a host, or with a port that does not exist";
    let query = "a URL with a query or a fragment";
    for (issuer, problem) in [
        ("", "not a URL"),
        ("https://:443", host),
        (
            "ftp://id.example",
            "a URL whose scheme is neither http nor https",
        ),
        ("https://id.example?tenant=1", query),
        ("https://id.example#part", query),
    ] {
        assert_eq!(discovery_url(issuer).err(), Some(problem), "{issuer}");
    }
    for issuer in ["accounts.example", "/realms/x", "urn:example:issuer"] {
        assert!(discovery_url(issuer).is_err(), "{issuer}");
    }
}
