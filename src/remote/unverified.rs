//! `verify_none`: any certificate will do.

use rustls::Error;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};

use super::server_verifier::Judge;

/// Looks at no certificate.
#[derive(Debug)]
pub(super) struct Unverified;

impl Judge for Unverified {
    fn judge(
        &self,
        _certificate: &CertificateDer<'_>,
        _others: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _now: UnixTime,
    ) -> Result<(), Error> {
        Ok(())
    }
}
