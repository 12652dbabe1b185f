//! A certificate authority for one test.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};

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
    der: CertificateDer<'static>,
    key: KeyPair,
    pub pem: String,
}

impl Certificate {
    pub fn key_pem(&self) -> String {
        self.key.serialize_pem()
    }
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
        let names: Vec<_> = names.iter().map(ToString::to_string).collect();
        let mut params = CertificateParams::new(names).unwrap();
        if ends == Date::Past {
            params.not_after = date_time_ymd(2020, 1, 1);
        }
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Certificate {
            der: certificate.der().clone(),
            pem: certificate.pem(),
            key,
        }
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
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
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
