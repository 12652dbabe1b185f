//! Topics of the map form that are no valid filters. They never match, which nobody means, so the log is told.

use super::conditions::Actions;

/// How many are shown.
const SHOWN: usize = 4;

/// More than is shown of one, in characters.
const LONGEST: usize = 64;

/// The invalid filters of one claim: how many there are, and the first of them.
#[derive(Default)]
pub(crate) struct InvalidFilters {
    count: usize,
    /// The beginnings of the first, concatenated.
    text: String,
    /// For each of them the list that it is in, and where it ends in the text.
    shown: [Option<(Actions, usize)>; SHOWN],
}

impl InvalidFilters {
    pub(super) fn clear(&mut self) {
        self.count = 0;
    }

    #[cold]
    pub(super) fn add(&mut self, list: Actions, filter: &[u8]) {
        if self.count == 0 {
            self.text.clear();
            self.shown = [None; SHOWN];
        }
        if let Some(shown) = self.shown.get_mut(self.count) {
            let filter = String::from_utf8_lossy(filter);
            self.text.extend(filter.chars().take(LONGEST));
            *shown = Some((list, self.text.len()));
        }
        self.count = self.count.saturating_add(1);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The first of them: the name of the list that each is in, and its beginning.
    pub(crate) fn first(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let mut start = 0;
        self.shown.iter().flatten().filter_map(move |(list, end)| {
            let filter = self.text.get(start..*end)?;
            start = *end;
            Some((list.list_name(), filter))
        })
    }

    /// How many there are beside the first.
    pub(crate) fn others(&self) -> usize {
        self.count.saturating_sub(SHOWN)
    }
}
