//! The log line about topics in an ACL claim that never match.

use std::fmt::{self, Write};

use super::check::Question;
use super::decision_line::{write_client, write_token, write_unless_it_tells};
use super::running::Running;
use super::scratch::Later;
use crate::acl::InvalidFilters;
use crate::host::log::LogLevel;
use crate::host::quote::cut;
use crate::refusal::Reason;
use crate::token::{PermittedToken, SignatureRules, Verified};

/// How much of a filter is shown, in characters.
const SHOWN: usize = 48;

impl Running {
    /// Tells of the topics that never match in the ACL claim that was read last, once for its token.
    #[cold]
    pub(super) fn tell_of_filters(
        &self,
        question: &Question<'_>,
        rules: &SignatureRules,
        token: PermittedToken<'_>,
        verified: &Verified<'_>,
        buffers: &mut Later,
    ) {
        let cache = &self.cache;
        if cache.was_told_of_filters(token, verified, rules, &mut buffers.signature) {
            return;
        }
        question.log.write(LogLevel::Info, || {
            let mut line = String::new();
            let written = self.write_filters(&mut line, buffers.acl.invalid(), question, verified);
            // A String takes everything.
            debug_assert!(written.is_ok());
            line
        });
    }

    fn write_filters(
        &self,
        line: &mut String,
        filters: &InvalidFilters,
        question: &Question<'_>,
        verified: &Verified<'_>,
    ) -> fmt::Result {
        let (client, from) = (question.client, self.rules.from);
        line.push_str("never match, as they are no valid filters: ");
        for (index, (list, filter)) in filters.first().enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            write!(line, "{separator}`{list}` ")?;
            write_unless_it_tells(line, &cut(filter, SHOWN), client, from)?;
        }
        if filters.others() > 0 {
            write!(line, " and {} more", filters.others())?;
        }
        line.push_str(": client ");
        write_client(line, client, from)?;
        line.push_str(", ");
        let remembered = match verified {
            Verified::Cached(remembered) => Some(remembered),
            Verified::Fresh(_) => None,
        };
        write_token(line, client.field(from), from, Reason::Accepted, remembered)
    }
}
