//! The option `proxy`: an HTTP proxy that every request goes through (RFC 9110 section 3.7).

use base64_simd::STANDARD;
use ureq::http::uri::Authority;
use zeroize::Zeroizing;

const FORM: &str = "not the URL of a proxy, such as http://user:password@proxy.example:3128; in the user \
                    name and the password all but letters, digits and - . _ ~ is percent-encoded";

/// A proxy. It has no way into a log line but its origin: its password must not be shown.
#[derive(PartialEq, Eq)]
pub(crate) struct Proxy {
    /// Host and port.
    authority: Authority,
    /// The value of `Proxy-Authorization` (RFC 7617).
    credentials: Option<Zeroizing<String>>,
}

impl Proxy {
    /// Reads `http://[user:password@]host:port`.
    ///
    /// # Errors
    ///
    /// What is wrong with it, without quoting it.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        let (scheme, rest) = text.split_once("://").ok_or(FORM)?;
        if !scheme.eq_ignore_ascii_case("http") {
            return Err("a proxy is asked over http: its URL begins with http://");
        }
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (user_info, place) = match rest.rsplit_once('@') {
            Some((user_info, place)) => (Some(user_info), place),
            None => (None, rest),
        };
        let authority: Authority = place.parse().map_err(|_| FORM)?;
        if authority.host().is_empty() {
            return Err(FORM);
        }
        if authority.port_u16().is_none_or(|port| port == 0) {
            return Err("the port of the proxy is missing, or does not exist");
        }
        Ok(Self {
            authority,
            credentials: user_info.map(credentials).transpose()?,
        })
    }

    /// All of it that may stand in a log line.
    pub(super) fn origin(&self) -> String {
        format!("http://{}", self.authority)
    }

    /// Its host, an IPv6 address without brackets, and its port.
    pub(super) fn place(&self) -> (&str, u16) {
        let host = self.authority.host();
        let address = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'));
        let port = self.authority.port_u16().unwrap_or_default();
        (address.unwrap_or(host), port)
    }

    /// The value of `Proxy-Authorization`.
    pub(super) fn credentials(&self) -> Option<&str> {
        self.credentials.as_ref().map(|value| value.as_str())
    }
}

/// The credentials of Basic authentication.
fn credentials(user_info: &str) -> Result<Zeroizing<String>, &'static str> {
    let (user, password) = user_info.split_once(':').unwrap_or((user_info, ""));
    // Room for all from the start: a text that grows leaves copies behind.
    let mut plain = Zeroizing::new(Vec::with_capacity(user_info.len().saturating_add(1)));
    decode(user, &mut plain)?;
    if plain.contains(&b':') {
        return Err("the user name has a colon, which HTTP cannot send");
    }
    plain.push(b':');
    decode(password, &mut plain)?;
    if plain.iter().any(u8::is_ascii_control) {
        return Err("the user name or the password has a control character");
    }
    let length = STANDARD.encoded_length(plain.len()).saturating_add(6);
    let mut value = Zeroizing::new(String::with_capacity(length));
    value.push_str("Basic ");
    STANDARD.encode_append(&*plain, &mut *value);
    Ok(value)
}

/// Decodes what is percent-encoded (RFC 3986 section 2.1).
fn decode(text: &str, into: &mut Vec<u8>) -> Result<(), &'static str> {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        into.push(match byte {
            b'%' => {
                let mut digit = || char::from(bytes.next()?).to_digit(16);
                let (high, low) = (digit().ok_or(FORM)?, digit().ok_or(FORM)?);
                u8::try_from((high << 4) | low).map_err(|_| FORM)?
            }
            b'/' | b'?' | b'#' => return Err(FORM),
            byte => byte,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn basic(text: &str) -> Option<String> {
        let value = Proxy::parse(text).ok()?.credentials()?.to_owned();
        let plain = STANDARD.decode_to_vec(value.strip_prefix("Basic ")?).ok()?;
        String::from_utf8(plain).ok()
    }

    #[test]
    fn a_proxy_has_a_place_and_may_have_credentials() {
        for (text, place, origin) in [
            (
                "http://127.0.0.1:3128",
                ("127.0.0.1", 3128),
                "http://127.0.0.1:3128",
            ),
            (
                "HTTP://proxy.example:80/",
                ("proxy.example", 80),
                "http://proxy.example:80",
            ),
            ("http://u:p@[::1]:8080", ("::1", 8080), "http://[::1]:8080"),
        ] {
            let proxy = Proxy::parse(text);
            assert_eq!(proxy.as_ref().map(Proxy::place), Ok(place), "{text}");
            assert_eq!(proxy.map(|proxy| proxy.origin()).as_deref(), Ok(origin));
        }
        assert_eq!(basic("http://proxy.example:80"), None);
        for (user_info, expected) in [
            ("user:password", "user:password"),
            ("user", "user:"),
            ("user:", "user:"),
            (":", ":"),
            ("u%73er:p%40ss%3Aw%2frd%25", "user:p@ss:w/rd%"),
            ("user:a:b@c", "user:a:b@c"),
            ("user:p+w", "user:p+w"),
            ("m%C3%BCller:gr\u{fc}n", "m\u{fc}ller:gr\u{fc}n"),
        ] {
            let found = basic(&format!("http://{user_info}@proxy.example:80"));
            assert_eq!(found.as_deref(), Some(expected), "{user_info}");
        }
    }

    #[test]
    fn what_is_no_proxy_is_refused() {
        let http = "a proxy is asked over http: its URL begins with http://";
        let port = "the port of the proxy is missing, or does not exist";
        for (text, problem) in [
            ("", FORM),
            ("proxy.example:3128", FORM),
            ("http://", FORM),
            ("http://:3128", FORM),
            ("https://proxy.example:3128", http),
            ("socks5://proxy.example:1080", http),
            ("http://proxy.example", port),
            ("http://proxy.example:", port),
            ("http://proxy.example:0", port),
            ("http://proxy.example:65536", port),
            ("http://proxy.example:3128/path", FORM),
            ("http://proxy.example:3128?x", FORM),
            ("http://b\u{fc}cher.example:3128", FORM),
            ("http://u:a/b@proxy.example:3128", FORM),
            ("http://u:%4@proxy.example:3128", FORM),
            ("http://u:%zz@proxy.example:3128", FORM),
            ("http://u:%@proxy.example:3128", FORM),
            (
                "http://a%3Ab:c@proxy.example:3128",
                "the user name has a colon, which HTTP cannot send",
            ),
            (
                "http://a:b%0Ac@proxy.example:3128",
                "the user name or the password has a control character",
            ),
        ] {
            assert_eq!(Proxy::parse(text).err(), Some(problem), "{text}");
        }
    }
}
