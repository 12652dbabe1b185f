//! The option `ssl`, ready for use: how a server's certificate is verified, and which client certificate
//! it is shown.

use std::sync::Arc;

use aws_lc_rs::digest;
use rustls::client::ResolvesClientCert;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::{CryptoProvider, aws_lc_rs as provider};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, InconsistentKeys, SignatureScheme};
use zeroize::Zeroize;

use super::course::Course;
use super::listed::Listed;
use super::server_verifier::{Judge, ServerVerifier};
use super::unverified::Unverified;
use crate::host::file::without_byte_order_mark;

/// How to speak TLS with the endpoint's own origin. Two are equal if the files said the same.
#[derive(Default, PartialEq)]
pub(crate) struct Tls {
    /// Not given: the certificate authorities that the system trusts.
    pub(crate) authorities: Option<Authorities>,
    /// Take any certificate: `verify_none`.
    pub(crate) unverified: bool,
    pub(crate) client_certificate: Option<ClientCertificate>,
    pub(crate) server_name: Option<Sni>,
}

/// The option `server_name_indication`.
#[derive(Debug, PartialEq)]
pub(crate) enum Sni {
    /// Send the server no name; its certificate must be good for the URL's host.
    Disabled,
    /// Ask for this name, for which the certificate must be good.
    Name(ServerName<'static>),
}

/// The certificates of `cacertfile`.
pub(crate) struct Authorities {
    listed: Arc<Listed>,
    file: Fingerprint,
}

/// The client certificate of `certfile` with its key.
pub(crate) struct ClientCertificate {
    key: Arc<CertifiedKey>,
    files: [Fingerprint; 2],
}

/// The SHA-256 of a file, to tell whether it has changed without keeping it.
type Fingerprint = Vec<u8>;

fn fingerprint(file: &[u8]) -> Fingerprint {
    digest::digest(&digest::SHA256, file).as_ref().to_vec()
}

impl Authorities {
    /// Reads certificates in PEM, each of which is trusted.
    pub(crate) fn from_pem(file: &[u8]) -> Result<Self, &'static str> {
        let listed = Listed::new(certificates(file)?)?;
        Ok(Self {
            listed: Arc::new(listed),
            file: fingerprint(file),
        })
    }
}

impl PartialEq for Authorities {
    fn eq(&self, other: &Self) -> bool {
        self.file == other.file
    }
}

impl ClientCertificate {
    /// Reads a certificate, its chain after it, and its private key, all in PEM. The error is about
    /// the key.
    pub(crate) fn from_pem(
        chain: Vec<CertificateDer<'static>>,
        files: [&[u8]; 2],
    ) -> Result<Self, &'static str> {
        let [_, key_file] = files;
        let mut der = PrivateKeyDer::from_pem_slice(without_byte_order_mark(key_file))
            .map_err(|_| "no private key in PEM without a passphrase found")?;
        let key = provider::sign::any_supported_type(&der);
        der.zeroize();
        let key = CertifiedKey::new(
            chain,
            key.map_err(|_| "a private key of no supported type")?,
        );
        match key.keys_match() {
            Ok(()) | Err(rustls::Error::InconsistentKeys(InconsistentKeys::Unknown)) => Ok(Self {
                key: Arc::new(key),
                files: files.map(fingerprint),
            }),
            Err(_) => Err("not the private key of the certificate in `ssl.certfile`"),
        }
    }
}

impl PartialEq for ClientCertificate {
    fn eq(&self, other: &Self) -> bool {
        self.files == other.files
    }
}

/// Who we are to a server that asks.
#[derive(Debug)]
struct OurCertificate {
    key: Option<Arc<CertifiedKey>>,
    course: Arc<Course>,
}

impl ResolvesClientCert for OurCertificate {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.course.ask();
        self.key.clone()
    }

    fn has_certs(&self) -> bool {
        self.key.is_some()
    }
}

fn verifier<J: Judge + 'static>(
    judge: J,
    crypto: &Arc<CryptoProvider>,
) -> Arc<dyn ServerCertVerifier> {
    let crypto = Arc::clone(crypto);
    Arc::new(ServerVerifier { judge, crypto })
}

/// Reads certificates in PEM; at least one.
pub(crate) fn certificates(file: &[u8]) -> Result<Vec<CertificateDer<'static>>, &'static str> {
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(without_byte_order_mark(file))
        .collect::<Result<_, _>>()
        .map_err(|_| "not valid PEM")?;
    if certificates.is_empty() {
        return Err("no certificate in PEM found");
    }
    Ok(certificates)
}

impl Tls {
    /// The configuration of rustls for one connection. The system's authorities are read anew each time, so
    /// that one that was installed meanwhile counts.
    pub(super) fn config(
        &self,
        is_own_origin: bool,
        course: &Arc<Course>,
    ) -> Result<ClientConfig, rustls::Error> {
        let crypto = Arc::new(provider::default_provider());
        let verifier = self.verifier(&crypto)?;
        let ours = OurCertificate {
            key: self
                .client_certificate(course)
                .map(|certificate| Arc::clone(&certificate.key)),
            course: Arc::clone(course),
        };
        let mut config = ClientConfig::builder_with_provider(crypto)
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_client_cert_resolver(Arc::new(ours));
        config.enable_sni = !(is_own_origin && self.server_name == Some(Sni::Disabled));
        Ok(config)
    }

    /// The certificate that a server is shown if it asks for one.
    pub(super) fn client_certificate(&self, course: &Course) -> Option<&ClientCertificate> {
        let certificate = self.client_certificate.as_ref();
        certificate.filter(|_| course.is_at_home())
    }

    fn verifier(
        &self,
        crypto: &Arc<CryptoProvider>,
    ) -> Result<Arc<dyn ServerCertVerifier>, rustls::Error> {
        if self.unverified {
            return Ok(verifier(Unverified, crypto));
        }
        if let Some(authorities) = &self.authorities {
            return Ok(verifier(authorities.listed.judge(crypto)?, crypto));
        }
        let system = rustls_platform_verifier::Verifier::new(Arc::clone(crypto))?;
        Ok(Arc::new(system))
    }

    /// The name that the server is asked for, and for which its certificate must be good.
    pub(super) fn name(&self, host: &str, is_own_origin: bool) -> Option<ServerName<'static>> {
        match &self.server_name {
            Some(Sni::Name(name)) if is_own_origin => Some(name.clone()),
            _ => ServerName::try_from(host.to_owned()).ok(),
        }
    }
}
