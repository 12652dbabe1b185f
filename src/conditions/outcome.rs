//! Whether a condition is met, not met, or cannot be decided.

use crate::client::Client;
use crate::client::template::Template;

/// Whether a condition is met, in an order by which the least of several outcomes is that of all together,
/// and the greatest that of any (Kleene's logic).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    NotMet,
    /// It would depend on a field that the client did not send. It is as good as not met, but where a rule
    /// denies something: there it counts as met.
    Undecided,
    Met,
}

impl From<bool> for Outcome {
    fn from(is_met: bool) -> Self {
        if is_met { Self::Met } else { Self::NotMet }
    }
}

impl Outcome {
    /// The outcome of a comparison that fails with a text that may have placeholders.
    pub(super) fn not_met(template: &Template, client: &Client<'_>) -> Self {
        if template.is_known(client) {
            Self::NotMet
        } else {
            Self::Undecided
        }
    }
}
