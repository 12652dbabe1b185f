//! Topic names and topic filters, as MQTT defines them (MQTT 5 section 4.7).

use crate::bytes::{self, Block16, Hits};

/// The longest string that MQTT can carry, in bytes (section 1.5.4).
pub(crate) const LONGEST: usize = 65_535;

/// Whether a message may be published to this topic: it is not empty, and no wildcard or NUL is in it.
pub(crate) fn is_name(text: &str) -> bool {
    is_carried(text.as_bytes()) && !has_special(text)
}

/// Whether this may be subscribed to: a wildcard fills a level, and `#` is the last one.
#[inline]
pub(crate) fn is_filter(text: &[u8]) -> bool {
    is_filter_without(text, |_| Hits::ZERO)
}

/// Whether this may be subscribed to, and no byte of it is a hit of `barred`.
#[inline]
pub(crate) fn is_filter_without(bytes: &[u8], barred: impl Fn(Block16) -> Hits) -> bool {
    let special = |block: Block16| block.is(b'+') | block.is(b'#') | block.less(1) | barred(block);
    let mut from = 0;
    while from < bytes.len() {
        let at = bytes::find(bytes, from, special);
        let Some(special) = bytes.get(at) else { break };
        from = at.wrapping_add(1);
        let begins = at == 0 || bytes.get(at.wrapping_sub(1)) == Some(&b'/');
        let fills = match (special, bytes.get(from)) {
            (b'+' | b'#', None) | (b'+', Some(b'/')) => begins,
            _ => false,
        };
        if !fills {
            return false;
        }
    }
    is_carried(bytes)
}

/// Whether a wildcard or NUL is in it. The loop has no branch, so the compiler vectorises it: this is done
/// for every message.
fn has_special(text: &str) -> bool {
    text.bytes()
        .fold(false, |found, byte| found | matches!(byte, b'+' | b'#' | 0))
}

fn is_carried(text: &[u8]) -> bool {
    !text.is_empty() && text.len() <= LONGEST
}

/// The filter of a subscription without the prefix that makes it a shared one: `$share/GROUP/`
/// (section 4.8.2), or `$queue/` of EMQX. None: the prefix is malformed.
pub(crate) fn without_share(filter: &str) -> Option<&str> {
    if !filter.starts_with('$') {
        return Some(filter);
    }
    match filter.split_once('/') {
        _ if !is_carried(filter.as_bytes()) || filter.contains('\0') => None,
        Some(("$share", group_and_filter)) => {
            let (group, filter) = group_and_filter.split_once('/')?;
            let is_group = !group.is_empty() && !group.contains(['+', '#']);
            is_group.then_some(filter)
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
            assert!(is_filter(filter.as_bytes()), "{filter}");
        }
        for filter in [
            "", "a+", "+a/b", "a#", "#/a", "a/#/", "a/##", "++", "+#", "a\0",
        ] {
            assert!(!is_filter(filter.as_bytes()), "{filter}");
        }
    }

    #[test]
    fn nothing_is_longer_than_mqtt_can_carry() {
        assert!(is_name(&"x".repeat(65_535)) && is_filter("x".repeat(65_535).as_bytes()));
        assert!(!is_name(&"x".repeat(65_536)) && !is_filter("x".repeat(65_536).as_bytes()));
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
        // An empty filter, which is refused later.
        for empty in ["$share/g/", "$queue/"] {
            assert_eq!(without_share(empty), Some(""), "{empty}");
        }
    }
}
