//! What a broker tells of itself, in Prometheus' text format.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::CStr;
use std::ptr::null_mut;

use jwt_auth::ffi::{jwt_auth_stats, jwt_auth_status, jwt_auth_string_free};

use super::Broker;

/// The samples, each by its name with its labels as they are written.
#[derive(Debug, PartialEq)]
pub struct Stats(BTreeMap<String, i64>);

impl Broker {
    /// The text itself.
    #[track_caller]
    pub fn stats_text(&self) -> String {
        let mut text = null_mut();
        // SAFETY: both pointers are good.
        let status = unsafe { jwt_auth_stats(self.auth, &raw mut text) };
        assert_eq!(status, jwt_auth_status::Ok);
        // SAFETY: the call went well, so it is a text that ends with a NUL.
        let copy = unsafe { CStr::from_ptr(text) }.to_str().unwrap().to_owned();
        // SAFETY: it came from the library, and nobody uses it any more.
        unsafe { jwt_auth_string_free(text) };
        copy
    }

    /// What it tells. Each family must have a line of help and one of its type, and no sample comes
    /// twice.
    #[track_caller]
    pub fn stats(&self) -> Stats {
        let text = self.stats_text();
        let (mut samples, mut families) = (BTreeMap::new(), BTreeSet::new());
        let mut family = String::new();
        let mut lines = text.strip_suffix('\n').unwrap().split('\n');
        while let Some(line) = lines.next() {
            if let Some(help) = line.strip_prefix("# HELP ") {
                help.split_once(' ').unwrap().0.clone_into(&mut family);
                let is_counter = family.ends_with("_total");
                let kind = if is_counter { "counter" } else { "gauge" };
                let expected = format!("# TYPE {family} {kind}");
                assert_eq!(lines.next(), Some(expected.as_str()));
                assert!(families.insert(family.clone()), "{family} comes twice");
                continue;
            }
            let (sample, value) = line.rsplit_once(' ').unwrap();
            assert_eq!(sample.split('{').next(), Some(family.as_str()));
            let twice = samples.insert(sample.to_owned(), value.parse().unwrap());
            assert_eq!(twice, None, "{sample} comes twice");
        }
        Stats(samples)
    }
}

impl Stats {
    /// The value of a sample. It must be there.
    #[track_caller]
    pub fn value(&self, sample: &str) -> i64 {
        *(self.0.get(sample)).unwrap_or_else(|| panic!("no {sample} in {:#?}", self.0))
    }

    /// The samples of a family whose value is not 0, by their labels without the braces.
    pub fn of(&self, family: &str) -> Vec<(&str, i64)> {
        let all = self.0.iter().filter_map(|(sample, value)| {
            let labels = sample.strip_prefix(family)?.strip_prefix('{')?;
            Some((labels.strip_suffix('}')?, *value))
        });
        all.filter(|(_, value)| *value != 0).collect()
    }
}
