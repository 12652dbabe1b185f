//! All topics and filters of the reference, and which filter stands for which topics.

use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Whether a topic is one that a filter stands for (MQTT 5 section 4.7).
pub(super) fn matches(filter: &str, topic: &str) -> bool {
    fn levels(filter: &[&str], topic: &[&str]) -> bool {
        match (filter, topic) {
            (["#"], _) | ([], []) => true,
            (["+", filter @ ..], [_, topic @ ..]) => levels(filter, topic),
            ([name, filter @ ..], [level, topic @ ..]) => name == level && levels(filter, topic),
            _ => false,
        }
    }
    let (filter, topic): (Vec<_>, Vec<_>) =
        (filter.split('/').collect(), topic.split('/').collect());
    let hidden = topic[0].starts_with('$') && ["+", "#"].contains(&filter[0]);
    !hidden && levels(&filter, &topic)
}

/// All topics of `depth` levels.
pub(super) fn topics(first: &[&str], further: &[&str], depth: usize) -> Vec<String> {
    if depth == 1 {
        return first.iter().map(|&level| level.to_owned()).collect();
    }
    let shorter = topics(first, further, depth - 1);
    let longer = |topic: &String| {
        further
            .iter()
            .map(move |level| format!("{topic}/{level}"))
            .collect::<Vec<_>>()
    };
    shorter.iter().flat_map(longer).collect()
}

pub(super) static TOPICS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let (first, further) = (["a", "b", "", "$x", "z", "$z"], ["a", "b", "", "$x", "z"]);
    let all = (1..=4).flat_map(|depth| topics(&first, &further, depth));
    all.filter(|topic| !topic.is_empty()).collect()
});

/// All topics, with their numbers.
pub(super) fn names() -> impl Iterator<Item = (usize, &'static String)> {
    TOPICS.iter().enumerate()
}

/// A filter, with the topics that it stands for.
#[derive(Debug)]
pub(super) struct Filter {
    pub(super) text: String,
    pub(super) topics: BTreeSet<usize>,
}

pub(super) static FILTERS: LazyLock<Vec<Filter>> = LazyLock::new(|| {
    let levels = ["a", "b", "", "$x", "+"];
    let mut texts: Vec<String> = (1..=3)
        .flat_map(|depth| topics(&levels, &levels, depth))
        .collect();
    let open = (1..=2).flat_map(|depth| topics(&levels, &levels, depth));
    let open: Vec<_> = open.map(|filter| format!("{filter}/#")).collect();
    texts.extend(open);
    texts.push("#".to_owned());
    texts.retain(|filter| !filter.is_empty());
    let stands_for = |filter: &str| {
        let all = TOPICS.iter().enumerate();
        all.filter_map(|(n, topic)| matches(filter, topic).then_some(n))
            .collect()
    };
    let filter = |text: String| Filter {
        topics: stands_for(&text),
        text,
    };
    texts.into_iter().map(filter).collect()
});

impl Filter {
    pub(super) fn covers(&self, other: &Self) -> bool {
        other.topics.is_subset(&self.topics)
    }

    pub(super) fn overlaps(&self, other: &Self) -> bool {
        !other.topics.is_disjoint(&self.topics)
    }
}
