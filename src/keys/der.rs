//! Keys and certificates in DER, told apart before they are read.

use x509_cert::der::asn1::AnyRef;
use x509_cert::der::{Decode, Reader, SliceReader, Tag, Tagged};

/// What a structure in DER is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Der {
    /// A `SubjectPublicKeyInfo` (RFC 5280 section 4.1).
    PublicKey,
    /// An `RSAPublicKey` (RFC 8017 appendix A.1.1).
    RsaPublicKey,
    /// RFC 5280 section 4.1.
    Certificate,
    /// A private key of any kind.
    PrivateKey,
}

impl Der {
    /// Told by the types of what is in the outermost SEQUENCE. All lengths must agree to the byte, which those
    /// of random bytes do not.
    pub(super) fn recognise(bytes: &[u8]) -> Option<Self> {
        let outermost = AnyRef::from_der(bytes).ok()?;
        if outermost.tag() != Tag::Sequence {
            return None;
        }
        let mut reader = SliceReader::new(outermost.value()).ok()?;
        let mut tags = Vec::new();
        while !reader.is_finished() {
            tags.push(AnyRef::decode(&mut reader).ok()?.tag());
        }
        match tags.as_slice() {
            [Tag::Sequence, Tag::BitString] => Some(Self::PublicKey),
            [Tag::Integer, Tag::Integer] => Some(Self::RsaPublicKey),
            [Tag::Sequence, Tag::Sequence, Tag::BitString] => Some(Self::Certificate),
            // PrivateKeyInfo and EncryptedPrivateKeyInfo (RFC 5208), RSAPrivateKey (RFC 8017 appendix A.1.2),
            // ECPrivateKey (RFC 5915).
            [Tag::Integer, Tag::Sequence, Tag::OctetString, ..]
            | [Tag::Sequence, Tag::OctetString]
            | [Tag::Integer, Tag::Integer, Tag::Integer, Tag::Integer, ..]
            | [Tag::Integer, Tag::OctetString, ..] => Some(Self::PrivateKey),
            _ => None,
        }
    }
}
