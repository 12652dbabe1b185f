//! Topic permissions: what the operator's rules and the ACL claim of a token let a client publish and subscribe to.
//!
//! The operator's rules are compiled with the configuration. The claim is read once, when the client connects:
//! everything that depends on the client alone (its id, name, address, attributes) is settled then, and what is
//! left is topic filters with the number of their rule, sorted so that asking is a walk along the levels of a topic.

mod about;
mod claim;
mod claim_texts;
mod compiled_rule;
mod conditions;
mod fill;
mod filters;
mod invalid;
mod limits;
mod multiply;
mod operator;
mod pattern;
mod permissions;
mod request;
mod rule;
mod told_topics;
mod topic;
mod unicode;
mod values;
mod who;

pub(crate) use claim::{Buffers, Need, read, read_all};
pub(crate) use compiled_rule::CompiledRule;
pub(crate) use invalid::InvalidFilters;
pub(crate) use operator::{NumberedRule, OperatorRules};
pub(crate) use permissions::{Acl, Answer, Denial, RuleName};
pub use request::{Action, Permission, Qos, Request};
pub(crate) use told_topics::ToldTopics;
pub(crate) use values::Bearer;

/// What is wrong with a claim. It quotes nothing of the token.
type Defect = &'static str;
