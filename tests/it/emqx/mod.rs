//! What EMQX does, and what is done here.

mod acl_suites;
mod acl_vectors;
mod confusions;
mod suites;
mod vectors;
mod weaknesses;
