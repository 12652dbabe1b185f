//! Topics and filters as simply as can be (MQTT 5 section 4.7).

/// Whether a message may be published to this topic.
pub(super) fn is_name(text: &str) -> bool {
    is_carried(text) && !text.contains(['+', '#'])
}

/// Whether this may be subscribed to.
pub(super) fn is_filter(text: &str) -> bool {
    let levels: Vec<&str> = text.split('/').collect();
    let is_level = |(at, level): (usize, &&str)| match *level {
        "+" => true,
        "#" => at + 1 == levels.len(),
        name => !name.contains(['+', '#']),
    };
    is_carried(text) && levels.iter().enumerate().all(is_level)
}

fn is_carried(text: &str) -> bool {
    (1..=65_535).contains(&text.len()) && !text.contains('\0')
}

/// The filter behind `$share/GROUP/` or `$queue/`; none: what stands there is no group.
pub(super) fn without_share(text: &str) -> Option<&str> {
    if !is_carried(text) {
        return None;
    }
    let levels: Vec<&str> = text.splitn(3, '/').collect();
    match levels[..] {
        ["$share", group, filter] => {
            (!group.is_empty() && !group.contains(['+', '#'])).then_some(filter)
        }
        ["$share", ..] => None,
        ["$queue", ..] if levels.len() > 1 => text.strip_prefix("$queue/"),
        _ => Some(text),
    }
}

/// Whether a filter matches a topic.
pub(super) fn matches(filter: &str, topic: &str) -> bool {
    fn levels(filter: &[&str], topic: &[&str]) -> bool {
        match (filter, topic) {
            (["#"], _) | ([], []) => true,
            (["+", filter @ ..], [_, topic @ ..]) => levels(filter, topic),
            ([name, filter @ ..], [level, topic @ ..]) => name == level && levels(filter, topic),
            _ => false,
        }
    }
    let (filter, topic) = (split(filter), split(topic));
    !(topic[0].starts_with('$') && is_wildcard(filter[0])) && levels(&filter, &topic)
}

/// Whether a filter matches every topic that the other does: all that are made of the other's levels, with a level
/// that stands in no filter for each wildcard, and as many as matter for `#`.
pub(super) fn covers(filter: &str, other: &str) -> bool {
    const NOWHERE: &str = "\u{1}";
    let (filter, other) = (without_empty_topic(filter), without_empty_topic(other));
    let levels = split(other);
    let (last, before) = levels.split_last().unwrap();
    let fill = |level: &&str| if *level == "+" { NOWHERE } else { *level }.to_owned();
    let before: Vec<String> = before.iter().map(fill).collect();
    if *last != "#" {
        let topic = [before, vec![fill(last)]].concat().join("/");
        return matches(filter, &topic);
    }
    (0..=split(filter).len() + 1)
        .map(|more| [before.clone(), vec![NOWHERE.to_owned(); more]].concat())
        .filter(|levels| !levels.is_empty())
        .all(|levels| matches(filter, &levels.join("/")))
}

/// Whether there is a topic that both match.
pub(super) fn overlap(one: &str, other: &str) -> bool {
    fn levels(one: &[&str], other: &[&str]) -> bool {
        match (one, other) {
            (["#"], _) | (_, ["#"]) | ([], []) => true,
            ([one, rest @ ..], [other, others @ ..]) => {
                (one == other || [*one, *other].contains(&"+")) && levels(rest, others)
            }
            _ => false,
        }
    }
    let (one, other) = (without_empty_topic(one), without_empty_topic(other));
    let (one, other) = (split(one), split(other));
    let hides = |filter: &[&str], from: &[&str]| filter[0].starts_with('$') && is_wildcard(from[0]);
    !hides(&one, &other) && !hides(&other, &one) && levels(&one, &other)
}

/// The same filter, of which the empty topic, that MQTT forbids, is not one of the topics.
fn without_empty_topic(filter: &str) -> &str {
    if filter == "/#" { "/+/#" } else { filter }
}

fn split(text: &str) -> Vec<&str> {
    text.split('/').collect()
}

fn is_wildcard(level: &str) -> bool {
    ["+", "#"].contains(&level)
}
