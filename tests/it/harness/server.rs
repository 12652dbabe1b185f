//! A server on the loopback interface that does what a test says.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::{Value, json};

/// What a client asked.
#[derive(Debug, Clone)]
pub struct Request {
    pub path: String,
    headers: Vec<(String, String)>,
    /// The name that it asked for in the TLS handshake.
    pub server_name: Option<String>,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        let named = |(header, _): &&(String, String)| header.eq_ignore_ascii_case(name);
        self.headers
            .iter()
            .find(named)
            .map(|(_, value)| value.as_str())
    }
}

/// What the server does about it.
pub enum Reply {
    /// Answers.
    Answer {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: Vec<u8>,
    },
    /// Says nothing, and leaves the connection open.
    Hang,
    /// Closes the connection.
    Close,
    /// Begins an answer of which more and more comes, without an end.
    Endless,
    /// Begins an answer of which a byte comes now and then.
    Drip,
    /// The same, and its headers do not end.
    DripHead,
    /// Sends exactly this.
    Raw(&'static [u8]),
}

impl Reply {
    pub fn status(status: u16) -> Self {
        Self::Answer {
            status,
            headers: Vec::new(),
            body: b"{}".to_vec(),
        }
    }

    pub fn body(body: impl Into<Vec<u8>>) -> Self {
        Self::Answer {
            status: 200,
            headers: Vec::new(),
            body: body.into(),
        }
    }

    /// A key set with these keys.
    pub fn keys(keys: &[Value]) -> Self {
        Self::body(json!({ "keys": keys }).to_string())
    }

    pub fn redirect(status: u16, location: &str) -> Self {
        Self::status(status).with("Location", location)
    }

    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        if let Self::Answer { headers, .. } = &mut self {
            headers.push((name, value.to_owned()));
        }
        self
    }

    fn write(self, stream: &mut dyn Write) -> std::io::Result<()> {
        match self {
            Self::Answer {
                status,
                headers,
                body,
            } => {
                write!(
                    stream,
                    "HTTP/1.1 {status} X\r\nContent-Length: {}\r\n",
                    body.len()
                )?;
                for (name, value) in headers {
                    write!(stream, "{name}: {value}\r\n")?;
                }
                stream.write_all(b"Connection: close\r\n\r\n")?;
                stream.write_all(&body)?;
            }
            Self::Hang => thread::sleep(Duration::from_secs(60)),
            Self::Close => {}
            Self::Endless => {
                stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
                loop {
                    stream.write_all(&[b' '; 4096])?;
                }
            }
            Self::Drip | Self::DripHead => {
                stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n")?;
                stream.write_all(if matches!(self, Self::Drip) {
                    b"\r\n"
                } else {
                    b"X:"
                })?;
                loop {
                    stream.write_all(b" ")?;
                    stream.flush()?;
                    thread::sleep(Duration::from_millis(100));
                }
            }
            Self::Raw(bytes) => stream.write_all(bytes)?,
        }
        stream.flush()
    }
}

type Behaviour = Arc<dyn Fn(&Request) -> Reply + Send + Sync>;

struct State {
    behaviour: Mutex<Behaviour>,
    requests: Mutex<Vec<Request>>,
    tls: Option<Arc<ServerConfig>>,
    stopped: AtomicBool,
}

/// A server that runs until it is dropped.
pub struct Server {
    pub address: SocketAddr,
    state: Arc<State>,
    acceptor: Option<JoinHandle<()>>,
}

impl Server {
    /// A server without TLS.
    pub fn http(behaviour: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        Self::start(0, None, behaviour)
    }

    /// A server with TLS.
    pub fn https(
        tls: Arc<ServerConfig>,
        behaviour: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::start(0, Some(tls), behaviour)
    }

    /// A server at a port; 0: any that is free.
    pub fn start(
        port: u16,
        tls: Option<Arc<ServerConfig>>,
        behaviour: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State {
            behaviour: Mutex::new(Arc::new(behaviour)),
            requests: Mutex::default(),
            tls,
            stopped: AtomicBool::new(false),
        });
        let shared = Arc::clone(&state);
        let acceptor = thread::spawn(move || {
            for stream in listener.incoming() {
                if shared.stopped.load(Ordering::SeqCst) {
                    return;
                }
                let state = Arc::clone(&shared);
                // The connection fails when its client has enough of it.
                thread::spawn(move || drop(state.serve(stream.unwrap())));
            }
        });
        Self {
            address,
            state,
            acceptor: Some(acceptor),
        }
    }

    /// Does something else from now on.
    pub fn set(&self, behaviour: impl Fn(&Request) -> Reply + Send + Sync + 'static) {
        *self.state.behaviour.lock().unwrap() = Arc::new(behaviour);
    }

    /// All requests so far.
    pub fn requests(&self) -> Vec<Request> {
        self.state.requests.lock().unwrap().clone()
    }

    /// How many requests there were so far.
    pub fn count(&self) -> usize {
        self.state.requests.lock().unwrap().len()
    }

    /// Waits until there have been this many requests.
    #[track_caller]
    pub fn wait_for(&self, requests: usize) {
        until("requests", || self.count() >= requests);
    }

    /// The URL of a path on this server, by its address.
    pub fn url(&self, path: &str) -> String {
        let scheme = if self.state.tls.is_some() {
            "https"
        } else {
            "http"
        };
        format!("{scheme}://{}{path}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.state.stopped.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
        self.acceptor.take().unwrap().join().unwrap();
    }
}

impl State {
    fn serve(&self, mut tcp: TcpStream) -> std::io::Result<()> {
        let Some(config) = &self.tls else {
            return self.answer(&mut tcp, None);
        };
        let mut tls = ServerConnection::new(Arc::clone(config)).unwrap();
        tls.complete_io(&mut tcp)?;
        let name = tls.server_name().map(str::to_owned);
        let mut stream = StreamOwned::new(tls, tcp);
        self.answer(&mut stream, name)?;
        stream.conn.send_close_notify();
        stream.flush()
    }

    fn answer(
        &self,
        stream: &mut (impl Read + Write),
        server_name: Option<String>,
    ) -> std::io::Result<()> {
        let mut lines = BufReader::new(&mut *stream).lines();
        let first = lines.next().transpose()?.unwrap_or_default();
        let mut headers = Vec::new();
        for line in lines {
            let line = line?;
            let Some((name, value)) = line.split_once(": ") else {
                break;
            };
            headers.push((name.to_owned(), value.to_owned()));
        }
        let request = Request {
            path: first.split(' ').nth(1).unwrap_or_default().to_owned(),
            headers,
            server_name,
        };
        let behaviour = Arc::clone(&*self.behaviour.lock().unwrap());
        let reply = behaviour(&request);
        self.requests.lock().unwrap().push(request);
        reply.write(stream)
    }
}

/// Waits until something is so; a test in which it never is fails.
#[track_caller]
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(
            start.elapsed() < Duration::from_secs(25),
            "waited in vain: {what}"
        );
        thread::sleep(Duration::from_millis(5));
    }
}
