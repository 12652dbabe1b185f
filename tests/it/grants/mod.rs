//! What an accepted client keeps: its attributes, its end, and whether it would still be accepted.

mod attributes;
mod end;
mod identity;
mod recheck;
mod renewal;
mod sessions;
mod superuser;

fn texts(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let text = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    pairs.iter().map(text).collect()
}
