//! `cacertfile`. An authority in it may sign for any name. Any certificate in it may be a server's own, for
//! the names that it has: webpki would take neither one that signs itself as authorities do nor one whose
//! authority is not listed. OpenSSL takes both, and with it curl and Python.

use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, Error, OtherError, RootCertStore};
use x509_cert::Certificate;
use x509_cert::certificate::Version;
use x509_cert::der::Decode;
use x509_cert::ext::pkix::BasicConstraints;

use super::server_verifier::Judge;

/// The certificates of `cacertfile`.
#[derive(Debug)]
pub(super) struct Listed {
    certificates: Vec<CertificateDer<'static>>,
    authorities: Arc<RootCertStore>,
}

impl Listed {
    /// Takes certificates in DER, each of which must be well-formed.
    pub(super) fn new(certificates: Vec<CertificateDer<'static>>) -> Result<Self, &'static str> {
        let mut authorities = RootCertStore::empty();
        for certificate in &certificates {
            if is_authority(certificate)? {
                let bad = "a certificate that cannot be an authority's";
                authorities.add(certificate.clone()).map_err(|_| bad)?;
            } else {
                let bad = "a certificate that cannot be a server's";
                ParsedCertificate::try_from(certificate).map_err(|_| bad)?;
            }
        }
        Ok(Self {
            certificates,
            authorities: Arc::new(authorities),
        })
    }

    /// A judge that goes by them.
    pub(super) fn judge(self: &Arc<Self>, crypto: &Arc<CryptoProvider>) -> Result<ByListed, Error> {
        let authorities = if self.authorities.is_empty() {
            None
        } else {
            let roots = Arc::clone(&self.authorities);
            let verifier =
                WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(crypto)).build();
            Some(verifier.map_err(|error| Error::Other(OtherError(Arc::new(error))))?)
        };
        Ok(ByListed {
            listed: Arc::clone(self),
            authorities,
            crypto: Arc::clone(crypto),
        })
    }
}

/// Whether a certificate may sign others (RFC 5280 section 4.2.1.9): it says so, or is older than this
/// extension. The key of a mere server must not vouch for other servers.
fn is_authority(certificate: &CertificateDer<'_>) -> Result<bool, &'static str> {
    let bad = "a certificate that is not well-formed";
    let certificate = Certificate::from_der(certificate).map_err(|_| bad)?;
    let certificate = certificate.tbs_certificate();
    let constraints = certificate.get_extension::<BasicConstraints>();
    Ok(match constraints.map_err(|_| bad)? {
        Some((_, constraints)) => constraints.ca,
        None => certificate.version() == Version::V1,
    })
}

/// Judges what a server shows by what is listed.
#[derive(Debug)]
pub(super) struct ByListed {
    listed: Arc<Listed>,
    /// None: no authority is listed.
    authorities: Option<Arc<WebPkiServerVerifier>>,
    crypto: Arc<CryptoProvider>,
}

impl Judge for ByListed {
    fn judge(
        &self,
        certificate: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        now: UnixTime,
    ) -> Result<(), Error> {
        if self.listed.certificates.contains(certificate) {
            let certificate = ParsedCertificate::try_from(certificate)?;
            self.in_date(&certificate, now)?;
            return verify_server_name(&certificate, name);
        }
        match &self.authorities {
            Some(authorities) => authorities
                .verify_server_cert(certificate, others, name, &[], now)
                .map(drop),
            None => Err(CertificateError::UnknownIssuer.into()),
        }
    }
}

impl ByListed {
    /// Has webpki look at the certificate alone. It looks at the dates first, then whether this is an
    /// authority, then at the uses, and at last it looks for an authority among none.
    fn in_date(&self, certificate: &ParsedCertificate<'_>, now: UnixTime) -> Result<(), Error> {
        let algorithms = self.crypto.signature_verification_algorithms.all;
        let nobody = RootCertStore::empty();
        let found =
            verify_server_cert_signed_by_trust_anchor(certificate, &nobody, &[], now, algorithms);
        match found {
            Err(Error::InvalidCertificate(defect)) if is_due_to_signer(&defect) => Ok(()),
            other => other,
        }
    }
}

/// Whether nothing is wrong with a certificate but who signed it: an authority that is not known, or itself
/// as authorities do.
fn is_due_to_signer(defect: &CertificateError) -> bool {
    match defect {
        CertificateError::UnknownIssuer => true,
        CertificateError::Other(OtherError(error)) => {
            matches!(error.downcast_ref(), Some(webpki::Error::CaUsedAsEndEntity))
        }
        _ => false,
    }
}
