//! The tokens that `issue` signs: one, or one for each row of a table.

use base64_simd::URL_SAFE_NO_PAD;
use csv::StringRecord;

use crate::private_key::{PrivateKey, Signer};
use crate::template::Template;

/// What all tokens have in common.
pub(crate) struct Tokens {
    pub(crate) key: PrivateKey,
    pub(crate) header: Template,
    pub(crate) payload: Template,
    pub(crate) columns: StringRecord,
}

impl Tokens {
    pub(crate) fn signer(&self) -> Result<Signer<'_>, String> {
        self.key.signer()
    }

    /// Writes the token for one row. `buffer` is used again from row to row.
    pub(crate) fn sign(
        &self,
        signer: &Signer<'_>,
        row: &StringRecord,
        buffer: &mut String,
        token: &mut String,
    ) -> Result<(), String> {
        token.clear();
        for (template, end) in [(&self.header, "."), (&self.payload, "")] {
            buffer.clear();
            template.fill(row, &self.columns, random_id, buffer)?;
            URL_SAFE_NO_PAD.encode_append(buffer.as_bytes(), token);
            token.push_str(end);
        }
        signer.complete(token)
    }
}

/// 96 random bits: of a billion tokens no two will have the same.
fn random_id() -> Result<String, String> {
    Ok(URL_SAFE_NO_PAD.encode_to_string(random::<12>()?))
}

pub(crate) fn random<const LEN: usize>() -> Result<[u8; LEN], String> {
    let mut bytes = [0; LEN];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| "there are no random numbers".to_owned())?;
    Ok(bytes)
}
