//! Where key sets are fetched from.

use std::net::IpAddr;

use ureq::http::Uri;
use ureq::http::uri::Scheme;

/// An absolute http or https URL with a host and without user or password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Url(Uri);

impl Url {
    /// Reads a URL.
    ///
    /// # Errors
    ///
    /// What is wrong with it, without quoting it: it may hold a secret.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        let uri: Uri = text.parse().map_err(|_| "not a URL")?;
        let authority = uri
            .authority()
            .filter(|_| uri.scheme().is_some())
            .ok_or("not a URL with scheme and host, such as https://id.example/keys")?;
        if ![Some(&Scheme::HTTP), Some(&Scheme::HTTPS)].contains(&uri.scheme()) {
            return Err("a URL whose scheme is neither http nor https");
        }
        if authority.as_str().contains('@') {
            return Err(
                "a URL with a user name or password; put an Authorization header into `headers`",
            );
        }
        let port = authority.as_str().strip_prefix(authority.host());
        let has_good_port = matches!(port, Some("" | ":")) || authority.port_u16() > Some(0);
        if authority.host().is_empty() || !has_good_port {
            return Err("a URL without a host, or with a port that does not exist");
        }
        Ok(Self(uri))
    }

    /// The target of a `Location` header of a response from this URL (RFC 3986 section 5.2).
    pub(super) fn join(&self, location: &str) -> Result<Self, &'static str> {
        let location = location.split('#').next().unwrap_or_default();
        let scheme_end = location.find(['/', '?', ':']);
        let has_scheme = scheme_end.is_some_and(|end| {
            location
                .get(end..)
                .is_some_and(|rest| rest.starts_with(':'))
        });
        if has_scheme {
            return Self::parse(location);
        }
        let scheme = if self.is_https() { "https" } else { "http" };
        if location.starts_with("//") {
            return Self::parse(&format!("{scheme}:{location}"));
        }
        let path = self.0.path();
        let path = match location.chars().next() {
            None => path.to_owned(),
            Some('/') => without_dots(location),
            Some('?') => format!("{path}{location}"),
            Some(_) => {
                let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
                without_dots(&format!("{folder}/{location}"))
            }
        };
        let authority = self
            .0
            .authority()
            .map_or("", |authority| authority.as_str());
        Self::parse(&format!("{scheme}://{authority}{path}"))
    }

    pub(crate) fn is_https(&self) -> bool {
        self.0.scheme() == Some(&Scheme::HTTPS)
    }

    /// The host, an IPv6 address without its brackets.
    pub(super) fn host(&self) -> &str {
        let host = self.0.host().unwrap_or_default();
        host.strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'))
            .unwrap_or(host)
    }

    /// Whether the host is this machine, by its name (RFC 6761 section 6.3) or its address.
    pub(crate) fn is_loopback(&self) -> bool {
        let host = self.host();
        if let Ok(address) = host.parse::<IpAddr>() {
            return address.to_canonical().is_loopback();
        }
        let name = host.strip_suffix('.').unwrap_or(host);
        let last = name.rsplit('.').next();
        last.is_some_and(|last| last.eq_ignore_ascii_case("localhost"))
    }

    /// Scheme, host and port (RFC 6454): all of it that may stand in a log line.
    pub(crate) fn origin(&self) -> String {
        let (scheme, default) = if self.is_https() {
            ("https", 443)
        } else {
            ("http", 80)
        };
        let host = self.0.host().unwrap_or_default().to_ascii_lowercase();
        match self.0.port_u16() {
            Some(port) if port != default => format!("{scheme}://{host}:{port}"),
            _ => format!("{scheme}://{host}"),
        }
    }

    pub(super) fn uri(&self) -> &Uri {
        &self.0
    }
}

/// A path without its `.` and `..` segments (RFC 3986 section 5.2.4), with whatever query it has.
fn without_dots(path_and_query: &str) -> String {
    let (path, query) = match path_and_query.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (path_and_query, None),
    };
    let mut kept = Vec::new();
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        match segment {
            "." | ".." => {
                if segment == ".." {
                    kept.pop();
                }
                if is_last {
                    kept.push("");
                }
            }
            segment => kept.push(segment),
        }
    }
    let path = format!("/{}", kept.join("/"));
    match query {
        Some(query) => format!("{path}?{query}"),
        None => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_http_url_is_refused() {
        let whole = "not a URL with scheme and host, such as https://id.example/keys";
        let port = "a URL without a host, or with a port that does not exist";
        for (text, problem) in [
            ("", "not a URL"),
            ("https://id.example/a b", "not a URL"),
            ("https://b\u{fc}cher.example/", "not a URL"),
            ("id.example", whole),
            ("/keys", whole),
            ("file:///etc/passwd", "not a URL"),
            (
                "ftp://id.example/",
                "a URL whose scheme is neither http nor https",
            ),
            ("https://:443/", port),
            ("https://id.example:99999/", port),
            ("https://id.example:0/", port),
            (
                "https://user:password@id.example/",
                "a URL with a user name or password; put an Authorization header into `headers`",
            ),
        ] {
            assert_eq!(Url::parse(text).err(), Some(problem), "{text}");
        }
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        for (text, origin) in [
            ("https://ID.example/keys?token=secret", "https://id.example"),
            ("https://id.example:443/", "https://id.example"),
            ("https://id.example:", "https://id.example"),
            ("http://id.example:443/", "http://id.example:443"),
            ("http://[::1]:80", "http://[::1]"),
        ] {
            let found = Url::parse(text).map(|url| url.origin());
            assert_eq!(found.as_deref(), Ok(origin), "{text}");
        }
    }

    #[test]
    fn this_machine_is_known_by_its_name_and_its_addresses() {
        for (host, expected) in [
            ("127.0.0.1", true),
            ("127.255.255.254:8080", true),
            ("[::1]", true),
            ("[::1]:8080", true),
            ("[::ffff:127.0.0.1]", true),
            ("localhost", true),
            ("LOCALHOST:8080", true),
            ("localhost.", true),
            ("keys.localhost", true),
            ("128.0.0.1", false),
            ("0.0.0.0", false),
            ("[::2]", false),
            ("[::ffff:10.0.0.1]", false),
            ("id.example", false),
            ("localhost.example", false),
            ("notlocalhost", false),
        ] {
            let found = Url::parse(&format!("http://{host}/")).map(|url| url.is_loopback());
            assert_eq!(found, Ok(expected), "{host}");
        }
    }

    #[test]
    fn a_location_is_seen_from_the_url_that_sent_it() {
        // The examples of RFC 3986 section 5.4 that a server may send.
        let base = "http://a/b/c/d;p?q";
        for (location, target) in [
            ("https://g:8443/x", "https://g:8443/x"),
            ("g", "http://a/b/c/g"),
            ("./g", "http://a/b/c/g"),
            ("g/", "http://a/b/c/g/"),
            ("/g", "http://a/g"),
            ("//g", "http://g/"),
            ("?y", "http://a/b/c/d;p?y"),
            ("g?y", "http://a/b/c/g?y"),
            ("g#s", "http://a/b/c/g"),
            (".", "http://a/b/c/"),
            ("..", "http://a/b/"),
            ("../g", "http://a/b/g"),
            ("../../../g", "http://a/g"),
            ("/./g", "http://a/g"),
            ("./g/.", "http://a/b/c/g/"),
            ("g?y/../x", "http://a/b/c/g?y/../x"),
        ] {
            let found = Url::parse(base).and_then(|base| base.join(location));
            let found = found.map(|url| url.uri().to_string());
            assert_eq!(found.as_deref(), Ok(target), "{location}");
        }
    }
}
