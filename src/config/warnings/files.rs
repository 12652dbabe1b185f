//! Files of keys that others on this machine may write, and of secrets that they may read.

use crate::algorithm::Algorithm;
use crate::config::issuers::IssuerConfig;
use crate::config::options::{Options, Ssl};
use crate::host::file::{OthersMay, others_may};
use crate::host::quote::quoted;

/// The files that the configuration names and others may read or write.
pub(in crate::config) struct OpenFiles(Vec<OpenFile>);

struct OpenFile {
    /// The whole name of the option.
    option: String,
    holds: Holds,
    others: OthersMay,
}

/// What a file holds.
#[derive(Clone, Copy, PartialEq)]
enum Holds {
    Trusted,
    /// That may be secret keys or public ones.
    KeySet,
    HmacSecret,
    /// What this broker shows to the server of an endpoint.
    Credential,
}

/// A file by its option.
type NamedFile<'o> = (&'static str, Option<&'o str>, Holds);

/// The files with keys of the top level, or of an issuer: both have options of these names.
macro_rules! key_files {
    ($options:expr) => {
        [
            (
                "secret_file",
                $options.secret_file.as_deref(),
                Holds::HmacSecret,
            ),
            ("public_key", $options.public_key.as_deref(), Holds::Trusted),
            ("pubkey", $options.pubkey.as_deref(), Holds::Trusted),
            ("jwks_file", $options.jwks_file.as_deref(), Holds::KeySet),
        ]
    };
}

/// The files of what is fetched, be it keys or revocations.
fn endpoint_files<'o>(ssl: Option<&'o Ssl>, token: Option<&'o str>) -> [NamedFile<'o>; 3] {
    let authorities = ssl.and_then(|ssl| ssl.cacertfile.as_deref());
    let key = ssl.and_then(|ssl| ssl.keyfile.as_deref());
    [
        ("ssl.cacertfile", authorities, Holds::Trusted),
        ("ssl.keyfile", key, Holds::Credential),
        ("bearer_token_file", token, Holds::Credential),
    ]
}

impl OpenFiles {
    /// Looks at the files. A value that is no path, such as PEM text, names none.
    pub(in crate::config) fn of(options: &Options<'_>) -> Self {
        let mut open = Self(Vec::new());
        let token = options.bearer_token_file.as_deref();
        open.add("", key_files!(options));
        open.add("", endpoint_files(options.ssl.as_ref(), token));
        for (index, issuer) in options.issuers.iter().enumerate() {
            let prefix = format!("issuers[{index}].");
            let token = issuer.bearer_token_file.as_deref();
            open.add(&prefix, key_files!(issuer));
            open.add(&prefix, endpoint_files(issuer.ssl.as_ref(), token));
        }
        if let Some(endpoint) = &options.revocations_endpoint {
            let token = endpoint.bearer_token_file.as_deref();
            let files = endpoint_files(endpoint.ssl.as_ref(), token);
            open.add("revocations_endpoint.", files);
        }
        open
    }

    fn add<const N: usize>(&mut self, prefix: &str, files: [NamedFile<'_>; N]) {
        for (option, path, holds) in files {
            if let Some(others) = path.and_then(others_may) {
                self.0.push(OpenFile {
                    option: format!("{prefix}{option}"),
                    holds,
                    others,
                });
            }
        }
    }

    /// The warnings about them; `issuers` know which sets have secret keys.
    pub(super) fn warnings(&self, issuers: &[&IssuerConfig]) -> impl Iterator<Item = String> {
        self.0.iter().filter_map(|file| file.warning(issuers))
    }
}

impl OpenFile {
    fn warning(&self, issuers: &[&IssuerConfig]) -> Option<String> {
        let holds = match self.holds {
            Holds::KeySet if self.has_secrets(issuers) => Holds::HmacSecret,
            holds => holds,
        };
        let OthersMay { read, write } = self.others;
        let harm = match holds {
            Holds::HmacSecret => "sign tokens",
            Holds::Credential => "pass for this broker at the endpoint",
            Holds::Trusted | Holds::KeySet => "decide who is trusted",
        };
        let is_public = matches!(holds, Holds::Trusted | Holds::KeySet);
        let (may, mode) = match (read && !is_public, write) {
            (false, false) => return None,
            (true, false) => ("read", "o-r"),
            (false, true) => ("write", "o-w"),
            (true, true) => ("read and write", "o-rw"),
        };
        Some(format!(
            "{}: others than the file's owner and group may {may} it, and so can {harm}; run chmod {mode} on it",
            quoted(&self.option)
        ))
    }

    fn has_secrets(&self, issuers: &[&IssuerConfig]) -> bool {
        let mut sources = issuers.iter().flat_map(|issuer| &issuer.sources);
        sources.any(|source| {
            source.option == self.option
                && source.keys.iter().any(|key| key.serves(Algorithm::HS256))
        })
    }
}
