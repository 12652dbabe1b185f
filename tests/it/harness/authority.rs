//! A certificate authority for one test.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{RootCertStore, ServerConfig, SupportedProtocolVersion};

use super::Scratch;
use super::file::unique_number;

/// Signs certificates.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: rcgen::Certificate,
    /// Its own certificate in PEM.
    pub file: Scratch,
}

/// A certificate with its private key.
pub struct Certificate {
    params: CertificateParams,
    der: CertificateDer<'static>,
    key: KeyPair,
    pub pem: String,
}

impl Certificate {
    pub fn key_pem(&self) -> String {
        self.key.serialize_pem()
    }

    /// One that signs itself, as an authority does or as a server does that has none.
    pub fn self_signed(names: &[&str], ends: Date, is_authority: bool) -> Self {
        let mut params = params(names, ends);
        if is_authority {
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        }
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        Self::new(params, &certificate, key)
    }

    /// One for these names that this one signs, whether it may or not.
    pub fn sign(&self, names: &[&str]) -> Self {
        let issuer = Issuer::from_params(&self.params, &self.key);
        let (params, key) = (params(names, Date::Future), KeyPair::generate().unwrap());
        let certificate = params.signed_by(&key, &issuer).unwrap();
        Self::new(params, &certificate, key)
    }

    fn new(params: CertificateParams, certificate: &rcgen::Certificate, key: KeyPair) -> Self {
        Self {
            params,
            der: certificate.der().clone(),
            pem: certificate.pem(),
            key,
        }
    }
}

fn params(names: &[&str], ends: Date) -> CertificateParams {
    let names: Vec<_> = names.iter().map(ToString::to_string).collect();
    let mut params = CertificateParams::new(names).unwrap();
    if ends == Date::Past {
        params.not_after = date_time_ymd(2020, 1, 1);
    }
    params
}

/// When a certificate ends.
#[derive(Clone, Copy, PartialEq)]
pub enum Date {
    Past,
    Future,
}

impl Authority {
    pub fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
            .distinguished_name
            .push(DnType::CommonName, format!("authority {}", unique_number()));
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        Self {
            file: Scratch::new("authority.pem", certificate.pem()),
            issuer: Issuer::new(params, key),
            certificate,
        }
    }

    /// A certificate for these names.
    pub fn certificate(&self, names: &[&str], ends: Date) -> Certificate {
        let key = KeyPair::generate().unwrap();
        let params = params(names, ends);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Certificate::new(params, &certificate, key)
    }

    /// What a server with a good certificate for these names says.
    pub fn server(&self, names: &[&str]) -> Arc<ServerConfig> {
        server(&self.certificate(names, Date::Future), None)
    }

    /// The same, and it wants to know its clients, by certificates of this authority.
    pub fn suspicious_server(&self, names: &[&str]) -> Arc<ServerConfig> {
        server(&self.certificate(names, Date::Future), Some(self))
    }

    /// The path of the authority's certificate.
    pub fn path(&self) -> &str {
        self.file.0.to_str().unwrap()
    }
}

/// What a server with this certificate says.
pub fn server(certificate: &Certificate, clients: Option<&Authority>) -> Arc<ServerConfig> {
    server_of(rustls::ALL_VERSIONS, certificate, clients)
}

/// The same, in these versions of TLS.
pub fn server_of(
    versions: &[&'static SupportedProtocolVersion],
    certificate: &Certificate,
    clients: Option<&Authority>,
) -> Arc<ServerConfig> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(versions)
        .unwrap();
    let builder = match clients {
        None => builder.with_no_client_auth(),
        Some(authority) => {
            let mut roots = RootCertStore::empty();
            roots.add(authority.certificate.der().clone()).unwrap();
            let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider);
            builder.with_client_cert_verifier(verifier.build().unwrap())
        }
    };
    let key = PrivateKeyDer::try_from(certificate.key.serialize_der()).unwrap();
    let config = builder.with_single_cert(vec![certificate.der.clone()], key);
    Arc::new(config.unwrap())
}

/// What a server says that shows a certificate and has the key of another.
pub fn server_with_key_of(
    version: &'static SupportedProtocolVersion,
    shown: &Certificate,
    other: &Certificate,
) -> Arc<ServerConfig> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let key = PrivateKeyDer::try_from(other.key.serialize_der()).unwrap();
    let key = aws_lc_rs::sign::any_supported_type(&key).unwrap();
    let resolver = SingleCertAndKey::from(CertifiedKey::new(vec![shown.der.clone()], key));
    let config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[version])
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(resolver));
    Arc::new(config)
}
