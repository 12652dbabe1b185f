//! What `${claims.NAME}` stands for: the texts of a claim. Each name is looked up once.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::Defect;
use super::limits::{LONGEST_VALUE, MOST_MULTIPLIED, MOST_NAME_PARTS};
use crate::json::tape::{Object, Value};

/// A value of a claim; none: it cannot be a part of a level.
pub(super) type ClaimText<'a> = Option<Cow<'a, str>>;

/// The claims of a token, as far as topics ask for them.
pub(super) struct ClaimTexts<'a> {
    claims: Option<Object<'a>>,
    found: BTreeMap<Box<str>, Vec<ClaimText<'a>>>,
    /// How many parts further names that count may have.
    parts_left: usize,
}

impl<'a> ClaimTexts<'a> {
    pub(super) fn new(claims: Option<Object<'a>>) -> Self {
        Self {
            claims,
            found: BTreeMap::new(),
            parts_left: MOST_NAME_PARTS,
        }
    }

    /// How many values a claim has, by a name that counts or not. One more than are allowed stands for
    /// any greater number.
    pub(super) fn count(&mut self, name: &str, is_limited: bool) -> Result<usize, Defect> {
        if let Some(texts) = self.found.get(name) {
            return Ok(texts.len());
        }
        if is_limited {
            let parts = name.split('.').count();
            self.parts_left = (self.parts_left.checked_sub(parts))
                .ok_or("more than 128 parts of names in ${claims.NAME}")?;
        }
        let texts = texts(self.claims.and_then(|claims| claims.get_dotted(name)));
        let count = texts.len();
        self.found.insert(name.into(), texts);
        Ok(count)
    }

    /// The values of a claim that were counted.
    pub(super) fn get(&self, name: &str) -> &[ClaimText<'a>] {
        self.found.get(name).map_or(&[], Vec::as_slice)
    }
}

/// The members of a list, or the one value that there is; for a claim that is absent one that cannot be used.
fn texts(claim: Option<Value<'_>>) -> Vec<ClaimText<'_>> {
    match claim.map(|claim| (claim, claim.as_array())) {
        Some((_, Some(list))) => {
            let most = MOST_MULTIPLIED.saturating_add(1);
            list.iter().take(most).map(usable).collect()
        }
        Some((single, None)) => vec![usable(single)],
        None => vec![None],
    }
}

fn usable(value: Value<'_>) -> ClaimText<'_> {
    value.to_text().filter(|text| is_part(text))
}

/// Whether a value can be a part of a level.
pub(super) fn is_part(value: &str) -> bool {
    value.len() <= LONGEST_VALUE && !value.contains(['/', '+', '#', '\0'])
}
