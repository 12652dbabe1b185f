//! What the ACL claim of a client permits.

mod claim;
mod clients;
mod depth;
mod matching;
mod placeholders;
mod properties;
mod rules;
mod topics;
