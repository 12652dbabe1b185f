//! EMQX's tests, answers and weaknesses, and what is answered here.

mod acl_suites;
mod acl_vectors;
mod confusions;
mod suites;
mod vectors;
mod weaknesses;
