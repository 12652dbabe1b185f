//! The operator's rules for the clients of one issuer: what is the same for all of them is sorted with the
//! configuration, and what depends on the client is added when it connects.

use std::sync::Arc;

use super::Defect;
use super::compiled_rule::CompiledRule;
use super::fill::Fill;
use super::filters::{Collector, Filters};
use super::permissions::SharedRules;
use super::request::Permission;
use crate::refusal::Refusal;

/// A rule with its place in the configuration, and what claims must be for it to hold; none: it does not depend on
/// claims.
pub(crate) struct NumberedRule<C> {
    /// Its path, for the log.
    pub(crate) name: Arc<str>,
    pub(crate) claims: Option<C>,
    pub(crate) rule: Arc<CompiledRule>,
}

/// The operator's rules for the clients of one issuer, in their order.
#[derive(Debug)]
pub(crate) struct OperatorRules<C> {
    shared: Arc<SharedRules>,
    /// The rules that depend on the client, with their numbers.
    others: Box<[Other<C>]>,
}

#[derive(Debug)]
struct Other<C> {
    number: u32,
    name: Arc<str>,
    claims: Option<C>,
    rule: Arc<CompiledRule>,
    /// Its plain topics are among those for all clients.
    is_shared: bool,
}

impl<C> OperatorRules<C> {
    /// Whether any topic depends on who the client is.
    pub(crate) fn name_client(&self) -> bool {
        (self.others.iter()).any(|other| other.rule.names_client())
    }

    /// Sorts the filters that hold for all clients. None: there are no rules.
    pub(crate) fn new(
        rules: impl Iterator<Item = NumberedRule<C>>,
    ) -> Result<Option<Self>, (Arc<str>, Defect)> {
        let mut filters = Collector::default();
        filters.start(true);
        let (mut others, mut names) = (Vec::new(), Vec::new());
        for (number, NumberedRule { name, claims, rule }) in (1..).zip(rules) {
            names.push(Arc::clone(&name));
            let is_shared = claims.is_none() && !rule.depends_on_client();
            if is_shared {
                filters.start_count();
                rule.add_plain(number, &mut filters)
                    .map_err(|defect| (Arc::clone(&name), defect))?;
            }
            if !is_shared || rule.has_templates() {
                others.push(Other {
                    number,
                    name,
                    claims,
                    rule,
                    is_shared,
                });
            }
        }
        Ok((!names.is_empty()).then(|| Self {
            shared: Arc::new(SharedRules {
                filters: Filters::sorted(&mut filters),
                names: names.into(),
            }),
            others: others.into(),
        }))
    }

    pub(super) fn shared(&self) -> &Arc<SharedRules> {
        &self.shared
    }

    /// Whether a client may be refused because of them: placeholders are to be filled in.
    pub(crate) fn may_refuse(&self) -> bool {
        (self.others.iter()).any(|other| other.rule.has_templates())
    }

    /// Adds the filters of the rules that depend on the client, and hold for this one.
    pub(super) fn add(
        &self,
        applies: impl Fn(&C, Permission) -> bool,
        fill: &mut Fill<'_>,
        filters: &mut Collector,
    ) -> Result<(), Refusal> {
        for other in &self.others {
            let Other {
                number,
                name,
                claims,
                rule,
                is_shared,
            } = other;
            let holds = claims
                .as_ref()
                .is_none_or(|claims| applies(claims, rule.permission));
            if !holds || !rule.is_about(fill.values()) {
                continue;
            }
            filters.start_count();
            fill.start_operator_rule();
            let plain = if *is_shared {
                Ok(())
            } else {
                rule.add_plain(*number, filters)
            };
            let added = plain.and_then(|()| rule.add_templates(*number, fill, filters));
            // What an allow rule would be beyond a limit it does not grant; a ban is not lost.
            if rule.permission == Permission::Deny {
                added.map_err(|defect| {
                    Refusal::BadOperatorRule(Box::new((Arc::clone(name), defect)))
                })?;
            }
        }
        Ok(())
    }
}
