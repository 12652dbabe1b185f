//! The way through a proxy, of which a server with TLS sees nothing but where it comes from.
//!
//! `ureq` has a connector for proxies. It asks for a connection to http servers too, which most proxies
//! refuse to any port but 443, and it waits anew for each byte of a proxy's answer.

use std::fmt;
use std::io::{ErrorKind, Read, Write};
use std::sync::Arc;

use ureq::Error;
use ureq::http::uri::Authority;
use ureq::http::{StatusCode, Uri};
use ureq::unversioned::transport::time::{Duration, Instant};
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, Either, NextTimeout, Transport, TransportAdapter,
};
use zeroize::{Zeroize, Zeroizing};

use super::proxy::Proxy;
use super::proxy_refusal::Refused;
use super::source::Source;

/// The longest answer of a proxy to a request for a connection, in bytes.
const LONGEST_ANSWER: usize = 8192;

/// What is left of the time for a connection, of which a connector before this one may have taken some.
pub(super) fn time_left(details: &ConnectionDetails<'_>) -> NextTimeout {
    let mut timeout = details.timeout;
    if let (Duration::Exact(whole), Instant::Exact(start), Instant::Exact(now)) =
        (timeout.after, details.now, (details.current_time)())
    {
        let taken = now.saturating_duration_since(start);
        timeout.after = Duration::Exact(whole.saturating_sub(taken));
    }
    timeout
}

/// Makes a connection to a proxy, if there is one, the connection to a server.
pub(super) struct ProxyConnector(pub(super) Arc<Source>);

impl<T: Transport> Connector<T> for ProxyConnector {
    type Out = Either<T, AbsoluteForm<T>>;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<T>,
    ) -> Result<Option<Self::Out>, Error> {
        let Some(tcp) = chained else { return Ok(None) };
        Ok(Some(match &self.0.proxy {
            None => Either::A(tcp),
            Some(proxy) if details.needs_tls() => Either::A(tunnel(proxy, details, tcp)?),
            Some(_) => Either::B(AbsoluteForm::new(tcp, details.uri)),
        }))
    }
}

/// Has the proxy connect to the server (RFC 9110 section 9.3.6).
fn tunnel<T: Transport>(
    proxy: &Proxy,
    details: &ConnectionDetails<'_>,
    tcp: T,
) -> Result<T, Error> {
    let mut stream = TransportAdapter::new(tcp, Arc::clone(&details.current_time));
    stream.set_timeout(time_left(details));
    stream.write_all(request(proxy, details.uri).as_bytes())?;
    // The next bytes may not cover the password.
    stream.get_mut().buffers().output().zeroize();
    let answer = answer(&mut stream)?;
    match status(&answer) {
        Some(status) if status.is_success() => Ok(stream.into_inner()),
        Some(status) => Err(refused(Refused::Status(status.as_u16()))),
        None => Err(refused(Refused::NotHttp)),
    }
}

fn refused(cause: Refused) -> Error {
    Error::Other(Box::new(cause))
}

fn request(proxy: &Proxy, uri: &Uri) -> Zeroizing<String> {
    let (host, port) = (
        uri.host().unwrap_or_default(),
        uri.port_u16().unwrap_or(443),
    );
    let credentials = proxy.credentials().unwrap_or_default();
    let room = host
        .len()
        .saturating_mul(2)
        .saturating_add(credentials.len());
    let mut request = Zeroizing::new(String::with_capacity(room.saturating_add(128)));
    let place = format!("{host}:{port}");
    for part in ["CONNECT ", &place, " HTTP/1.1\r\nHost: ", &place, "\r\n"] {
        request.push_str(part);
    }
    if !credentials.is_empty() {
        for part in ["Proxy-Authorization: ", credentials, "\r\n"] {
            request.push_str(part);
        }
    }
    request.push_str("\r\n");
    request
}

/// Reads an answer up to the end of its headers and no further: what follows is the server's.
fn answer(stream: &mut impl Read) -> Result<Vec<u8>, Error> {
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        match stream.read(&mut byte) {
            Ok(0) => return Err(refused(Refused::Closed)),
            Ok(_) => answer.extend(byte),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
        if answer.len() > LONGEST_ANSWER {
            return Err(refused(Refused::NotHttp));
        }
    }
    Ok(answer)
}

/// The status of a status line (RFC 9112 section 4).
fn status(answer: &[u8]) -> Option<StatusCode> {
    let rest = answer.strip_prefix(b"HTTP/1.")?;
    let (minor, rest) = rest.split_first()?;
    let rest = rest.strip_prefix(b" ")?;
    let (status, rest) = rest.split_at_checked(3)?;
    let is_one = minor.is_ascii_digit() && rest.first().is_some_and(|end| b" \r".contains(end));
    is_one.then(|| StatusCode::from_bytes(status).ok())?
}

/// Asks a proxy for what an http server has: with the whole URL in the first line (RFC 9112 section 3.2.2).
pub(super) struct AbsoluteForm<T> {
    transport: T,
    /// What the line lacks: scheme, host and port. None: the line is written.
    origin: Option<String>,
}

/// What `ureq` writes first.
const METHOD: &[u8] = b"GET ";

impl<T> AbsoluteForm<T> {
    fn new(transport: T, uri: &Uri) -> Self {
        let authority = uri.authority().map(Authority::as_str);
        Self {
            transport,
            origin: Some(format!("http://{}", authority.unwrap_or_default())),
        }
    }
}

impl<T: Transport> AbsoluteForm<T> {
    /// Puts the origin in front of the path, in the buffer. None: there is no room, or no such line.
    fn complete(&mut self, origin: &str, amount: usize) -> Option<usize> {
        let output = self.transport.buffers().output();
        let start = METHOD.len();
        let moved = start.checked_add(origin.len())?;
        let whole = amount.checked_add(origin.len())?;
        if whole > output.len() || !output.get(..amount)?.starts_with(METHOD) {
            return None;
        }
        output.copy_within(start..amount, moved);
        output
            .get_mut(start..moved)?
            .copy_from_slice(origin.as_bytes());
        Some(whole)
    }
}

impl<T: Transport> Transport for AbsoluteForm<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.transport.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        let amount = match self.origin.take() {
            Some(origin) => self
                .complete(&origin, amount)
                .ok_or_else(|| Error::BadUri("too long for a proxy".to_owned()))?,
            None => amount,
        };
        self.transport.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.transport.await_input(timeout)
    }

    fn is_open(&mut self) -> bool {
        self.transport.is_open()
    }
}

impl fmt::Debug for ProxyConnector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProxyConnector")
    }
}

impl<T> fmt::Debug for AbsoluteForm<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AbsoluteForm")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_line_has_three_digits() {
        for (line, expected) in [
            ("HTTP/1.1 200 Connection established\r\n\r\n", Some(200)),
            ("HTTP/1.0 200\r\n\r\n", Some(200)),
            ("HTTP/1.1 407 \r\n\r\n", Some(407)),
            ("HTTP/1.1 2000 \r\n\r\n", None),
            ("HTTP/1.1 20 \r\n\r\n", None),
            ("HTTP/1.1 +20 \r\n\r\n", None),
            ("HTTP/2 200 \r\n\r\n", None),
            ("HTTP/1.1  200\r\n\r\n", None),
            ("SSH-2.0-x\r\n\r\n", None),
            ("\r\n\r\n", None),
        ] {
            let found = status(line.as_bytes()).map(|status| status.as_u16());
            assert_eq!(found, expected, "{line:?}");
        }
    }

    #[test]
    fn an_answer_ends_with_its_headers() {
        let mut stream: &[u8] = b"HTTP/1.1 200 OK\r\na: b\r\n\r\nrest";
        let found = answer(&mut stream).ok();
        assert_eq!(
            found.as_deref(),
            Some(&b"HTTP/1.1 200 OK\r\na: b\r\n\r\n"[..])
        );
        assert_eq!(stream, b"rest");
        for (bytes, cause) in [
            (&b"HTTP/1.1 200 OK\r\n"[..], Refused::Closed),
            (b"", Refused::Closed),
            (&[b'x'; LONGEST_ANSWER + 1], Refused::NotHttp),
        ] {
            let mut stream = bytes;
            match answer(&mut stream) {
                Err(Error::Other(error)) => assert_eq!(error.downcast_ref(), Some(&cause)),
                other => unreachable!("{other:?}"),
            }
        }
    }
}
