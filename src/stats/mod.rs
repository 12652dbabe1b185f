//! What is counted of a verifier's work, and Prometheus' text format, which tells it.
//!
//! ```text
//! lane         which counters a thread adds to, so that no two threads write to one cache line
//! counters     the counters of one lane, and those of all lanes together
//! series       the counter of a key, by its issuer and its `kid`
//! exposition   the text
//! ```

mod counters;
mod exposition;
mod lane;
mod series;

pub(crate) use counters::{Counters, Lane};
pub(crate) use exposition::{Exposition, Kind};
pub(crate) use lane::LaneNumber;
pub(crate) use series::{SeriesNumber, label};
