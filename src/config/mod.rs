//! From JSON text to a [`Config`] in which everything has been checked.

mod acl;
#[cfg_attr(not(feature = "endpoint"), path = "no_endpoint.rs")]
mod endpoint;
mod issuers;
mod key_sources;
mod loaded;
mod options;
mod place;
mod token_type;
mod verify_claims;
mod warnings;

use std::{fmt, path};

use serde_path_to_error::{Path, Segment};

use crate::client::Field;
use crate::host::file;
use crate::host::log::Log;
use crate::host::quote::quoted;
use crate::json::{self, Json};
use crate::keys::KidFrom;
use crate::refusal::{Decision, Refusal};
use crate::revocations::{RevocationSources, RevocationsFile};
use crate::token::ClaimTable;

use options::{Disposition, Options};
use warnings::OpenFiles;

pub(crate) use issuers::{IssuerConfig, IssuerRules, IssuersConfig};

/// A configuration in which everything has been checked. It is plain data: nothing runs yet, and
/// nothing was fetched.
pub(crate) struct Config {
    pub(crate) rules: Rules,
    pub(crate) issuers: IssuersConfig,
    pub(crate) revocations: RevocationSources,
    /// How many verified tokens are remembered.
    pub(crate) cache_capacity: u32,
}

/// What every check goes by, whoever issued the token.
pub(crate) struct Rules {
    /// The CONNECT field that carries the token.
    pub(crate) from: Field,
    /// The longest token, in bytes.
    pub(crate) max_token_size: usize,
    /// Where the name of a token's key comes from.
    pub(crate) kid_from: KidFrom,
    /// The claims that are used.
    pub(crate) claims: ClaimTable,
    pub(crate) dispositions: Dispositions,
}

/// The largest file of a configuration that is read, in bytes.
const LARGEST: u64 = 16 << 20;

impl Config {
    /// Reads the text in a file, as [`parse`](Self::parse) does, and wipes it.
    pub(crate) fn read(path: &path::Path, log: &Log) -> Result<Self, ConfigError> {
        let content = file::read_at(path, LARGEST).map_err(ConfigError::whole)?;
        Self::parse(utf8(&content)?, log)
    }

    /// Reads the options, then the keys they name. Warnings go to `log`.
    pub(crate) fn parse(text: &str, log: &Log) -> Result<Self, ConfigError> {
        let json = read(text)?;
        let mut options: Options<'_> =
            serde_path_to_error::deserialize(json).map_err(|error| mismatch(&error))?;
        if options.kid_from == KidFrom::Username && options.from == Field::Username {
            let problem = "by `from`, the user name is the token, and no name of a key";
            return Err(ConfigError::at("kid_from", problem));
        }
        let files = OpenFiles::of(&options);
        let mut claims = ClaimTable::new();
        let issuers = IssuersConfig::read(&mut options, &mut claims, log)?;
        let revocations = revocations(&mut options, log)?;
        warnings::write(&options, &issuers, &files, log);
        let rules = Rules {
            from: options.from,
            max_token_size: options.max_token_size.0 as usize,
            kid_from: options.kid_from,
            claims,
            dispositions: Dispositions {
                missing: options.on_missing,
                malformed: options.on_malformed,
                unknown_key: options.on_unknown_key,
            },
        };
        Ok(Self {
            rules,
            issuers,
            revocations,
            cache_capacity: options.cache_capacity.0,
        })
    }
}

/// Where the configuration says that lists of revocations are. That of a file is read.
fn revocations(options: &mut Options<'_>, log: &Log) -> Result<RevocationSources, ConfigError> {
    let file = options
        .revocations_file
        .take()
        .map(RevocationsFile::read)
        .transpose()
        .map_err(|problem| ConfigError::at("revocations_file", problem))?;
    let endpoint = options
        .revocations_endpoint
        .take()
        .map(|options| endpoint::of_revocations(options, log))
        .transpose()?;
    Ok(RevocationSources { file, endpoint })
}

/// The text of a configuration.
pub(crate) fn utf8(content: &[u8]) -> Result<&str, ConfigError> {
    std::str::from_utf8(content).map_err(|_| ConfigError::whole("not UTF-8"))
}

/// Reads the text as JSON, without the byte order mark that some editors put before it. The path to a defect
/// is kept, so that the error names the option.
fn read(text: &str) -> Result<Json<'_>, ConfigError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = serde_json::Deserializer::from_str(text);
    let json = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        ConfigError::within(error.path(), json::Error::new(error.inner(), text))
    })?;
    let end = reader.end();
    end.map_err(|error| ConfigError::whole(json::Error::new(&error, text)))?;
    Ok(json)
}

/// An option that is not as it must be, or that there is not.
fn mismatch(error: &serde_path_to_error::Error<json::Mismatch>) -> ConfigError {
    let instead = error
        .inner()
        .is_unknown_name()
        .then(|| options::instead(&error.path().to_string()))
        .flatten();
    match instead {
        Some(instead) => ConfigError::within(error.path(), format_args!("unknown; {instead}")),
        None => ConfigError::within(error.path(), error.inner()),
    }
}

/// Which refusals are left to the broker's next authenticator.
#[derive(Debug)]
pub(crate) struct Dispositions {
    missing: Disposition,
    malformed: Disposition,
    unknown_key: Disposition,
}

impl Dispositions {
    pub(crate) fn decide(&self, refusal: &Refusal) -> Decision {
        let disposition = match refusal {
            Refusal::MissingToken => self.missing,
            Refusal::MalformedToken(_) => self.malformed,
            Refusal::NoKey(..) | Refusal::UnknownKeyId(_) | Refusal::ClientWithoutKey => {
                self.unknown_key
            }
            _ => Disposition::Deny,
        };
        match disposition {
            Disposition::Deny => Decision::Deny,
            Disposition::Ignore => Decision::Ignore,
        }
    }
}

/// Why a configuration was not accepted: a sentence that names the option and quotes no
/// value but the path of a file.
#[derive(Debug)]
pub struct ConfigError(String);

impl ConfigError {
    /// A defect of one option, named by its path.
    pub(crate) fn at(path: &str, problem: impl fmt::Display) -> Self {
        Self(format!("{}: {problem}", quoted(path)))
    }

    /// A defect at a path, as far as it has names: JSON may break off before one is read.
    fn within(path: &Path, problem: impl fmt::Display) -> Self {
        let named = path
            .iter()
            .any(|segment| !matches!(segment, Segment::Unknown));
        if named {
            Self::at(path.to_string().trim_end_matches(".?"), problem)
        } else {
            Self::whole(problem)
        }
    }

    /// A defect of no single option.
    pub(crate) fn whole(problem: impl fmt::Display) -> Self {
        Self(format!("the configuration: {problem}"))
    }

    /// The same, with the path of the file that has the defect in front.
    pub(crate) fn in_file(self, path: &path::Path) -> Self {
        let absolute = path::absolute(path);
        let path = absolute.as_deref().unwrap_or(path).to_string_lossy();
        Self(format!("{}: {self}", quoted(&path)))
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ConfigError {}
