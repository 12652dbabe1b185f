//! Topic names and topic filters, as MQTT defines them (MQTT 5 section 4.7).

/// The longest string that MQTT can carry, in bytes (section 1.5.4).
pub(crate) const LONGEST: usize = 65_535;

/// Whether a message may be published to this topic: it is not empty, and no wildcard or NUL is in it.
pub(crate) fn is_name(text: &str) -> bool {
    is_carried(text) && !has_special(text)
}

/// Whether this may be subscribed to: a wildcard fills a level, and `#` is the last one.
pub(crate) fn is_filter(text: &str) -> bool {
    let mut levels = text.as_bytes().rsplit(|byte| *byte == b'/');
    is_carried(text)
        && (!has_special(text)
            || levels
                .next()
                .is_some_and(|last| last == b"#" || is_level(last))
                && levels.all(is_level))
}

/// Whether this is a level of a filter, other than `#`.
fn is_level(level: &[u8]) -> bool {
    level == b"+" || !level.iter().any(|byte| matches!(byte, b'+' | b'#' | 0))
}

/// Whether a wildcard or NUL is in it. Without a branch for each byte: this is done for every message.
fn has_special(text: &str) -> bool {
    text.bytes()
        .fold(false, |found, byte| found | matches!(byte, b'+' | b'#' | 0))
}

fn is_carried(text: &str) -> bool {
    !text.is_empty() && text.len() <= LONGEST
}

/// The filter of a subscription without the prefix that makes it a shared one: `$share/GROUP/`
/// (section 4.8.2), or `$queue/` of EMQX. None: the prefix is malformed.
pub(crate) fn without_share(filter: &str) -> Option<&str> {
    if !filter.starts_with('$') {
        return Some(filter);
    }
    match filter.split_once('/') {
        _ if !is_carried(filter) || filter.contains('\0') => None,
        Some(("$share", group_and_filter)) => {
            let (group, filter) = group_and_filter.split_once('/')?;
            let named = !group.is_empty() && !group.contains(['+', '#']);
            named.then_some(filter)
        }
        Some(("$queue", filter)) => Some(filter),
        None if filter == "$share" => None,
        _ => Some(filter),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_no_wildcard_and_no_nul() {
        for name in ["a", "/", "a//b", " ", "$SYS/x", "\u{e9}/\u{feff}"] {
            assert!(is_name(name), "{name}");
        }
        for name in ["", "+", "a/+", "a+b", "#", "a#", "a\0b"] {
            assert!(!is_name(name), "{name}");
        }
    }

    #[test]
    fn a_wildcard_of_a_filter_fills_its_level_and_a_hash_is_last() {
        for filter in ["a", "+", "#", "a/+/b", "+/+", "a/#", "/#", "//", "+/#"] {
            assert!(is_filter(filter), "{filter}");
        }
        for filter in [
            "", "a+", "+a/b", "a#", "#/a", "a/#/", "a/##", "++", "+#", "a\0",
        ] {
            assert!(!is_filter(filter), "{filter}");
        }
    }

    #[test]
    fn nothing_is_longer_than_mqtt_can_carry() {
        assert!(is_name(&"x".repeat(65_535)) && is_filter(&"x".repeat(65_535)));
        assert!(!is_name(&"x".repeat(65_536)) && !is_filter(&"x".repeat(65_536)));
    }

    #[test]
    fn a_shared_subscription_is_to_the_filter_behind_the_group() {
        assert_eq!(without_share("$share/g/a/#"), Some("a/#"));
        assert_eq!(without_share("$share/g//a"), Some("/a"));
        assert_eq!(without_share("$share/g/$share/h/a"), Some("$share/h/a"));
        assert_eq!(without_share("$queue/a/+"), Some("a/+"));
        assert_eq!(without_share("$shared/g/a"), Some("$shared/g/a"));
        assert_eq!(without_share("$queue"), Some("$queue"));
        let too_long = format!("$share/g/{}", "x".repeat(65_527));
        assert_eq!(without_share(&too_long), None);
        assert_eq!(without_share("a/$share/g/b"), Some("a/$share/g/b"));
        for malformed in [
            "$share",
            "$share/g\0/a",
            "$share/",
            "$share/g",
            "$share//a",
            "$share/+/a",
            "$share/g#/a",
        ] {
            assert_eq!(without_share(malformed), None, "{malformed}");
        }
        // What is left is no filter, and refused as such.
        for empty in ["$share/g/", "$queue/"] {
            assert_eq!(without_share(empty), Some(""), "{empty}");
        }
    }
}
