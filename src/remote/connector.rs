//! TLS for `ureq`, whose own connector always asks for the name in the URL. The TCP connection below
//! is `ureq`'s, and so is the register by which [`ureq::Agent::shutdown`] finds it, also while the
//! handshake lasts.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::ToSocketAddrs;
use std::sync::Arc;

use rustls::{ClientConnection, StreamOwned};
use ureq::Error;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, Either, LazyBuffers, NextTimeout, Transport,
    TransportAdapter,
};

use super::course::Course;
use super::source::Source;
use super::tls_failure::ClientRefused;
use super::tunnel::time_left;
use super::url::Url;

/// Puts TLS upon the connections to https URLs.
pub(super) struct TlsConnector {
    pub(super) source: Arc<Source>,
    pub(super) course: Arc<Course>,
}

impl<T: Transport> Connector<T> for TlsConnector {
    type Out = Either<T, TlsTransport<T>>;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<T>,
    ) -> Result<Option<Self::Out>, Error> {
        let Some(tcp) = chained else { return Ok(None) };
        if !details.needs_tls() {
            return Ok(Some(Either::A(tcp)));
        }
        let source = &self.source;
        let invalid = || Error::BadUri("no server name".to_owned());
        let url = Url::parse(&details.uri.to_string()).map_err(|_| invalid())?;
        let is_own_origin = url.origin() == source.url.origin();
        let name = source
            .tls
            .name(url.host(), is_own_origin)
            .ok_or_else(invalid)?;
        let config = source
            .tls
            .config(is_own_origin, &self.course)
            .map_err(other)?;
        let tls = ClientConnection::new(Arc::new(config), name).map_err(other)?;

        let mut tcp = TransportAdapter::new(tcp, Arc::clone(&details.current_time));
        tcp.set_timeout(time_left(details));
        let mut stream = StreamOwned::new(tls, tcp);
        let client = ClientAuth {
            has_certificate: source.tls.client_certificate(&self.course).is_some(),
            course: Arc::clone(&self.course),
        };
        let done = stream.conn.complete_io(&mut stream.sock);
        done.map_err(|error| client.explain(error))?;
        let (input, output) = (
            details.config.input_buffer_size(),
            details.config.output_buffer_size(),
        );
        Ok(Some(Either::B(TlsTransport {
            buffers: LazyBuffers::new(input, output),
            stream,
            client,
        })))
    }
}

fn other(error: rustls::Error) -> Error {
    Error::Other(Box::new(error))
}

/// A connection with TLS upon it.
pub(super) struct TlsTransport<T: Transport> {
    buffers: LazyBuffers,
    stream: StreamOwned<ClientConnection, TransportAdapter<T>>,
    client: ClientAuth,
}

/// What a server has heard of us.
struct ClientAuth {
    has_certificate: bool,
    course: Arc<Course>,
}

impl ClientAuth {
    /// Tells whether a server that asked for a certificate may have ended the connection for that.
    fn explain(&self, error: io::Error) -> Error {
        let refused = self
            .course
            .is_asked()
            .then(|| ClientRefused::from_error(&error, self.has_certificate))
            .flatten();
        refused.map_or_else(|| error.into(), |refused| Error::Other(Box::new(refused)))
    }
}

impl<T: Transport> Transport for TlsTransport<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.stream.get_mut().set_timeout(timeout);
        let output = self.buffers.output().get(..amount).unwrap_or_default();
        let written = self.stream.write_all(output);
        written.map_err(|error| self.client.explain(error))
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.stream.get_mut().set_timeout(timeout);
        let read = self.stream.read(self.buffers.input_append_buf());
        let amount = read.map_err(|error| self.client.explain(error))?;
        self.buffers.input_appended(amount);
        Ok(amount > 0)
    }

    fn is_open(&mut self) -> bool {
        self.stream.get_mut().get_mut().is_open()
    }

    fn is_tls(&self) -> bool {
        true
    }
}

/// Asks the system for the addresses of a server, or of the proxy before it; on the thread that wants them:
/// `ureq` would start another one for each question.
pub(super) struct SystemResolver(pub(super) Arc<Source>);

impl Resolver for SystemResolver {
    fn resolve(
        &self,
        uri: &Uri,
        _config: &Config,
        _timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let found = match &self.0.proxy {
            Some(proxy) => proxy.place().to_socket_addrs().ok(),
            None => uri
                .scheme()
                .zip(uri.authority())
                .and_then(|(scheme, authority)| DefaultResolver::host_and_port(scheme, authority))
                .and_then(|host_and_port| host_and_port.to_socket_addrs().ok()),
        };
        let mut addresses = self.empty();
        for address in found.into_iter().flatten() {
            if addresses.try_push(address).is_err() {
                break;
            }
        }
        if addresses.is_empty() {
            return Err(Error::HostNotFound);
        }
        Ok(addresses)
    }
}

impl fmt::Debug for SystemResolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SystemResolver")
    }
}

impl fmt::Debug for TlsConnector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TlsConnector")
    }
}

impl<T: Transport> fmt::Debug for TlsTransport<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TlsTransport")
    }
}
