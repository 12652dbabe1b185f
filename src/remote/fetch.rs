//! One fetch: a GET request with its redirects, a discovery document among them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use ureq::http::{HeaderName, HeaderValue, Response, StatusCode, header};
use ureq::unversioned::resolver::Resolver;
use ureq::unversioned::transport::{Connector, TcpConnector};
use ureq::{Agent, Body};
use zeroize::Zeroizing;

use super::answer;
use super::bearer::sensitive;
use super::connector::{SystemResolver, TlsConnector};
use super::course::Course;
use super::discovery::Discovery;
use super::failure::Failure;
use super::headers::Headers;
use super::limits::{CONNECT_TIMEOUT, MOST_REDIRECTS, TOTAL_TIMEOUT};
use super::proxy::Proxy;
use super::proxy_refusal::NOT_AUTHENTICATED;
use super::published::Content;
use super::source::Source;
use super::tunnel::ProxyConnector;
use super::url::Url;
use super::wiped::WipingConnector;

/// Fetches from one source again and again.
pub(crate) struct Fetcher {
    source: Arc<Source>,
    agent: Agent,
    /// The largest answer, in bytes.
    largest: u64,
    course: Arc<Course>,
    validator: Option<Validator>,
}

/// The entity tag by which a server tells whether what we hold is current (RFC 9110 section 8.8.3), and
/// the URL that sent it.
struct Validator {
    url: Url,
    etag: HeaderValue,
}

/// What a fetch brought.
pub(crate) struct Fetched {
    /// None: the server says that what we hold is current.
    pub(crate) body: Option<Vec<u8>>,
    pub(crate) max_age: Option<Duration>,
    validator: Option<Validator>,
}

/// What came of one request.
enum Visit {
    Arrived(Fetched),
    Redirected(Url),
    Discovered(Url),
}

impl Fetcher {
    /// A fetcher of this content.
    pub(super) fn new<T: Content>(source: Arc<Source>) -> Self {
        let course = Arc::new(Course::default());
        let tls = TlsConnector {
            source: Arc::clone(&source),
            course: Arc::clone(&course),
        };
        let connector =
            ().chain(TcpConnector::default())
                .chain(ProxyConnector(Arc::clone(&source)))
                .chain(tls)
                .chain(WipingConnector);
        let resolver = SystemResolver(Arc::clone(&source));
        Self {
            course,
            ..Self::over::<T>(source, connector, resolver)
        }
    }

    /// The same, over connections that this makes.
    pub(crate) fn over<T: Content>(
        source: Arc<Source>,
        connector: impl Connector,
        resolver: impl Resolver,
    ) -> Self {
        // No proxy of ureq's own, whatever the environment says: the broker's is not meant for us.
        let config = Agent::config_builder()
            .proxy(None)
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .max_idle_connections(0)
            .timeout_connect(Some(CONNECT_TIMEOUT))
            .user_agent(concat!("libjwt_auth/", env!("CARGO_PKG_VERSION")))
            .accept(T::ACCEPT)
            .accept_encoding("identity")
            .build();
        Self {
            source,
            agent: Agent::with_parts(config, connector, resolver),
            largest: T::LARGEST,
            course: Arc::default(),
            validator: None,
        }
    }

    /// The agent, whose `shutdown` cuts a fetch in progress.
    pub(super) fn agent(&self) -> Agent {
        self.agent.clone()
    }

    /// What was fetched is good: the next fetch may ask for a newer version only.
    pub(crate) fn accept(&mut self, fetched: Fetched) {
        if fetched.body.is_some() {
            self.validator = fetched.validator;
        }
    }

    /// The next fetch asks for the whole, whatever was fetched before.
    pub(super) fn forget(&mut self) {
        self.validator = None;
    }

    /// Sends the request, and follows redirects and one discovery document.
    pub(crate) fn fetch(&self, headers: &Headers) -> Result<Fetched, Failure> {
        let headers = headers.read()?;
        let start = Instant::now();
        let mut url = self.source.url.clone();
        let mut discovery = self.source.discovery.as_ref();
        self.course.begin();
        for _ in 0..=MOST_REDIRECTS {
            // Until a document that must be read has been, no answer can say that what we hold is current.
            let is_conditional = !discovery.is_some_and(Discovery::is_required);
            let known = self.known(&url).filter(|_| is_conditional);
            let left = TOTAL_TIMEOUT.saturating_sub(start.elapsed());
            let visit = self.visit(&url, known, &headers, left, discovery);
            match visit.map_err(|failure| self.at(&url, failure))? {
                Visit::Arrived(fetched) => return Ok(fetched),
                Visit::Redirected(to) => url = to,
                Visit::Discovered(to) => (url, discovery) = (to, None),
            }
            if url.origin() != self.source.url.origin() {
                self.course.leave();
            }
        }
        Err(Failure::new(format!(
            "more than {MOST_REDIRECTS} redirects"
        )))
    }

    /// Asks at one URL. What comes is looked at as a discovery document unless one was read already.
    fn visit(
        &self,
        url: &Url,
        known: Option<&HeaderValue>,
        headers: &[(HeaderName, HeaderValue)],
        time: Duration,
        discovery: Option<&Discovery>,
    ) -> Result<Visit, Failure> {
        self.course.visit();
        let response = self.get(url, known, headers, time)?;
        match response.status() {
            StatusCode::OK => {
                let fetched = self.read(url, response)?;
                let body = fetched.body.as_deref().unwrap_or_default();
                match discovery
                    .map(|discovery| discovery.follow(body))
                    .transpose()?
                    .flatten()
                {
                    Some(to) => {
                        secure(url, "the discovery document leads", to).map(Visit::Discovered)
                    }
                    None => Ok(Visit::Arrived(fetched)),
                }
            }
            StatusCode::NOT_MODIFIED if known.is_some() => Ok(Visit::Arrived(Fetched {
                body: None,
                max_age: answer::max_age(&response),
                validator: None,
            })),
            StatusCode::PROXY_AUTHENTICATION_REQUIRED if self.source.proxy.is_some() => {
                Err(Failure::new(NOT_AUTHENTICATED))
            }
            status if is_redirect(status) => follow(url, &response).map(Visit::Redirected),
            _ => Err(self.refused(&response)),
        }
    }

    fn refused(&self, response: &Response<Body>) -> Failure {
        let status = response.status();
        let mut cause = format!("the server answered with status {}", status.as_u16());
        let is_unknown = self.source.tls.client_certificate(&self.course).is_none();
        // Some let strangers in, and tell them so in HTTP.
        if is_unknown && self.course.is_asked() {
            cause.push_str("; it asks for a client certificate (`ssl.certfile`)");
        }
        let busy = [
            StatusCode::TOO_MANY_REQUESTS,
            StatusCode::SERVICE_UNAVAILABLE,
        ];
        let is_busy = busy.contains(&status);
        Failure::new(cause).until(answer::retry_after(response).filter(|_| is_busy))
    }

    fn get(
        &self,
        url: &Url,
        known: Option<&HeaderValue>,
        headers: &[(HeaderName, HeaderValue)],
        time: Duration,
    ) -> Result<Response<Body>, Failure> {
        let mut request = self.agent.get(url.uri().clone());
        if self.course.is_at_home() {
            for (name, value) in headers {
                request = request.header(name, value);
            }
        }
        let credentials = self.source.proxy.as_ref().and_then(Proxy::credentials);
        if let Some(credentials) =
            credentials.and_then(|text| sensitive(Zeroizing::new(text.as_bytes().to_vec())))
            && !url.is_https()
        {
            request = request.header(header::PROXY_AUTHORIZATION, credentials);
        }
        if let Some(etag) = known {
            request = request.header(header::IF_NONE_MATCH, etag);
        }
        let request = request.config().timeout_global(Some(time)).build();
        Ok(request.call()?)
    }

    fn read(&self, url: &Url, mut response: Response<Body>) -> Result<Fetched, Failure> {
        let body = answer::body(&mut response, self.largest)?;
        let etag = response.headers().get(header::ETAG).cloned();
        Ok(Fetched {
            body: Some(body),
            max_age: answer::max_age(&response),
            validator: etag.map(|etag| Validator {
                url: url.clone(),
                etag,
            }),
        })
    }

    /// The entity tag of what we hold, if it came from this URL.
    fn known(&self, url: &Url) -> Option<&HeaderValue> {
        let validator = self.validator.as_ref();
        validator
            .filter(|validator| validator.url == *url)
            .map(|validator| &validator.etag)
    }

    /// A failure at a URL; names its origin if a redirect led there, and the proxy.
    fn at(&self, url: &Url, failure: Failure) -> Failure {
        let origin = url.origin();
        let is_elsewhere = origin != self.source.url.origin();
        let led = is_elsewhere.then(|| format!("redirected to {origin}"));
        let proxy = self.source.proxy.as_ref();
        let through = proxy.map(|proxy| format!("through the proxy {}", proxy.origin()));
        let remarks: Vec<_> = led.into_iter().chain(through).collect();
        if remarks.is_empty() {
            return failure;
        }
        failure.with_remark(&remarks.join(", "))
    }
}

fn is_redirect(status: StatusCode) -> bool {
    [
        StatusCode::MOVED_PERMANENTLY,
        StatusCode::FOUND,
        StatusCode::SEE_OTHER,
        StatusCode::TEMPORARY_REDIRECT,
        StatusCode::PERMANENT_REDIRECT,
    ]
    .contains(&status)
}

fn follow(from: &Url, response: &Response<Body>) -> Result<Url, Failure> {
    let to = answer::text(response, &header::LOCATION)
        .and_then(|location| from.join(location).ok())
        .ok_or_else(|| Failure::new("the server redirects to no http or https URL"))?;
    secure(from, "the server redirects", to)
}

/// Refuses to be led from https to http.
fn secure(from: &Url, leads: &str, to: Url) -> Result<Url, Failure> {
    if from.is_https() && !to.is_https() {
        let (from, to) = (from.origin(), to.origin());
        return Err(Failure::new(format!(
            "{leads} from {from} to {to}, without TLS"
        )));
    }
    Ok(to)
}
