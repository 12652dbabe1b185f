//! Patterns: `clientid_re` and `username_re`.

use crate::harness::session::{PUBLISH, Session};
use crate::harness::{Broker, token};
use jwt_auth::Permission::{Allow, Deny, NoMatch};
use jwt_auth::Reason;
use regex_automata::nfa::thompson;
use regex_automata::util::syntax;
use serde_json::{Value, json};

use super::super::{allow, deny};
use super::{client, publishes, refused, roomy};

#[test]
fn a_pattern_is_searched_for_in_up_to_1024_bytes() {
    let broker = roomy();
    for (length, known) in [(1_024, true), (1_025, false), (65_000, false)] {
        let field = "a".repeat(length - 1) + "b";
        for name in ["clientid_re", "username_re"] {
            for (pattern, found) in [("ab$", true), ("^b", false), ("^(a+)+$", false)] {
                let rule = json!({ name: pattern });
                let check = |rule: Value| publishes(&broker, &json!([rule]), &field, "t");
                let allows = if known && found { Allow } else { NoMatch };
                assert_eq!(check(allow(&rule)), allows, "{rule}");
                let denies = if found || !known { Deny } else { NoMatch };
                assert_eq!(check(deny(&rule)), denies, "{rule}");
                // The other conditions count as they do.
                let other = json!({name: pattern, "clientid": "other"});
                assert_eq!(check(deny(&other)), NoMatch, "{other}");
            }
            // It must be well-formed, whatever it is searched for in.
            let rule = json!({ name: "(" });
            refused(
                &broker,
                &json!({"acl": [allow(&rule)]}),
                &field,
                "no regular expression",
            );
        }
    }
}

/// A claim with these patterns.
fn with_patterns(patterns: &[String]) -> Value {
    let names = ["clientid_re", "username_re"].into_iter().cycle();
    let rule = |(name, pattern): (&str, &String)| allow(&json!({ name: pattern }));
    let rules: Vec<_> = names.zip(patterns).map(rule).collect();
    json!({ "acl": rules })
}

#[track_caller]
fn accepted<'b>(broker: &'b Broker, patterns: &[String]) -> Session<'b> {
    let token = token(&with_patterns(patterns));
    broker.admit(client("c1", &token))
}

#[test]
fn a_claim_has_up_to_32_patterns() {
    let broker = roomy();
    let patterns = vec!["^c1$".to_owned(); 33];
    accepted(&broker, &patterns[..32]);
    let defect = "rule 33: more than 32 clientid_re and username_re";
    refused(&broker, &with_patterns(&patterns), "c1", defect);
    // Two in one rule are two.
    let both = allow(&json!({"clientid_re": "c", "username_re": "c"}));
    let acl = |count| json!({"acl": vec![both.clone(); count]});
    let token = token(&acl(16));
    broker.admit(client("c1", &token));
    let defect = "rule 17: more than 32 clientid_re and username_re";
    refused(&broker, &acl(17), "c1", defect);
}

#[test]
fn a_pattern_has_up_to_4096_bytes() {
    let broker = roomy();
    let pattern = |length: usize| vec![format!("(?x)c1{}", " ".repeat(length - 6))];
    assert_eq!(accepted(&broker, &pattern(4_096)).may(PUBLISH, "t"), Allow);
    let defect = "a clientid_re or username_re of more than 4,096 bytes";
    refused(&broker, &with_patterns(&pattern(4_097)), "c1", defect);
    // And all together as many bytes as four such.
    let four = vec![pattern(4_096).remove(0); 4];
    accepted(&broker, &four);
    let defect = "clientid_re and username_re that compile to more than 64 KiB together";
    let five = [four, vec!["c".to_owned()]].concat();
    refused(&broker, &with_patterns(&five), "c1", defect);
}

/// Compiles as `regex::bytes` does with this size limit.
fn automaton(pattern: &str, limit: usize) -> Option<thompson::NFA> {
    thompson::Compiler::new()
        .syntax(syntax::Config::new().unicode(false).utf8(false))
        .configure(
            thompson::Config::new()
                .utf8(false)
                .nfa_size_limit(Some(limit)),
        )
        .build(pattern)
        .ok()
}

#[test]
fn a_pattern_compiles_to_up_to_16_kib() {
    let broker = roomy();
    let repeated = |count: usize| format!("a{{0,{count}}}");
    let fits = |count: &usize| automaton(&repeated(*count), 1 << 14).is_some();
    let most = (1..1_000).take_while(fits).last().unwrap();
    assert_eq!(
        accepted(&broker, &[repeated(most)]).may(PUBLISH, "t"),
        Allow
    );
    let defect = "a clientid_re or username_re that compiles to more than 16 KiB";
    refused(&broker, &with_patterns(&[repeated(most + 1)]), "c1", defect);
    refused(
        &broker,
        &with_patterns(&["((a{999}){999}){999}".to_owned()]),
        "c1",
        defect,
    );
}

#[test]
fn the_patterns_of_a_claim_compile_to_up_to_64_kib() {
    let broker = roomy();
    let size = |count: usize| {
        automaton(&format!("a{{{count}}}"), 1 << 14)
            .unwrap()
            .memory_usage()
    };
    // So many large ones that a small one is left, and the largest such.
    let large = size(400);
    let left = (1 << 16) % large;
    let last = (1..1_000)
        .take_while(|count| size(*count) <= left)
        .last()
        .unwrap();
    let patterns = |last: usize| {
        let mut patterns = vec!["a{400}".to_owned(); (1 << 16) / large];
        patterns.push(format!("a{{{last}}}"));
        patterns
    };
    accepted(&broker, &patterns(last));
    let defect = "clientid_re and username_re that compile to more than 64 KiB together";
    refused(&broker, &with_patterns(&patterns(last + 1)), "c1", defect);
}

#[test]
fn patterns_are_those_of_the_crate_regex() {
    let broker = roomy();
    let fields = [
        "device-17",
        "DEVICE",
        "a\nb",
        "gr\u{fc}n",
        "",
        "a b",
        "-17-",
    ];
    for pattern in [
        "^device-[0-9]+$",
        "(?i)device",
        "a.b",
        "(?s)a.b",
        "(?m)^b$",
        "^gr..n$",
        "r[\\xfc\\xc3]",
        r"\bdevice\b",
        r"\w+ \w+",
        r"^\d",
        "^$",
        "(?-u:\\xbc)n",
        "(a|b)*$",
        "[[:upper:]]{6}",
        "(?u:\u{fc})",
        "(?x) a \\ b # c",
        "17$|^a",
        "\u{fc}",
        "a{2,1}",
        "(?u:\\w)",
        "(?u:\\b)",
        "\\p{L}",
        "(?=a)",
        "\\1",
        "x**",
        "[z-a]",
    ] {
        let regex = regex::bytes::RegexBuilder::new(pattern)
            .size_limit(1 << 14)
            .unicode(false)
            .build();
        for field in fields {
            let acl = json!([allow(&json!({ "clientid_re": pattern }))]);
            let token = token(&json!({ "acl": acl }));
            let connect = client(field, &token);
            match &regex {
                Ok(regex) => {
                    let expected = if regex.is_match(field.as_bytes()) {
                        Allow
                    } else {
                        NoMatch
                    };
                    assert_eq!(
                        broker.admit(connect).may(PUBLISH, "t"),
                        expected,
                        "{pattern}: {field}"
                    );
                }
                Err(_) => {
                    broker.connect(connect).denied(Reason::BadAcl);
                }
            }
        }
    }
}

#[test]
fn a_pattern_may_not_have_the_tables_of_unicode_searched() {
    let broker = roomy();
    for pattern in [
        r"(?u)\w",
        r"(?u:\d)",
        r"(?u:[\d])",
        r"(?u:\pL)",
        r"(?u:[\p{Lu}])",
        r"(?iu:a)",
        r"(?i)(?u:[k-\x{10ffff}])",
        r"(?x-s:(?u-x: \S ))",
    ] {
        let defect = "a clientid_re or username_re with classes or case of Unicode";
        refused(&broker, &with_patterns(&[pattern.to_owned()]), "c1", defect);
    }
    for pattern in [r"(?i)C\d", r"(?u:c.)", r"(?u)[a-c]1", r"(?-u)(?i:\w+)"] {
        assert_eq!(
            accepted(&broker, &[pattern.to_owned()]).may(PUBLISH, "t"),
            Allow,
            "{pattern}"
        );
    }
}
