//! The list that a `revocations_endpoint` answers with.

use super::Revocations;
use crate::host::log::Log;
use crate::remote::limits::LARGEST_LIST;
use crate::remote::{Content, Words};

impl Content for Revocations {
    const WORDS: Words = Words {
        singular: "list of revocations",
        plural: "the revocations",
        thread: "jwt_auth_revoke",
        none_held: "none are held, and every token that is good otherwise is refused",
    };
    const ACCEPT: &'static str = "application/json";
    const LARGEST: u64 = LARGEST_LIST;

    fn read(body: &[u8], _: &str, _: &Log) -> Result<Self, String> {
        Self::parse(body)
            .map_err(|problem| format!("the answer is no list of revocations: {problem}"))
    }

    fn summary(&self) -> String {
        format!("{} revocation(s)", self.len())
    }
}
