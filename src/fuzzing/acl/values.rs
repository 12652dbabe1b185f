//! The claims of the tokens, and what placeholders in topics stand for by them.

/// The attributes of the token.
pub(super) const ATTRIBUTES: &str = r#"{"site":"north","none":null,"floor":3,"path":"a/b"}"#;

/// Other claims.
pub(super) const CLAIMS: &str = r#""kind":"press","lists":{"plain":["a",1,true],"mixed":["b",null,"+"],"none":[]},
"many":["0","1","2","3","4","5","6","7","8"]"#;

/// What `${client_attrs.NAME}` stands for.
pub(super) fn attribute(name: &str) -> Option<&'static str> {
    match name {
        "site" => Some("north"),
        "floor" => Some("3"),
        "path" => Some("a/b"),
        _ => None,
    }
}

/// What `${claims.NAME}` stands for: a value that cannot be used is none.
pub(super) fn claim(name: &str) -> Vec<Option<&'static str>> {
    match name {
        "kind" => vec![Some("press")],
        "client_attrs.site" => vec![Some("north")],
        "client_attrs.floor" => vec![Some("3")],
        "lists.plain" => vec![Some("a"), Some("1"), Some("true")],
        "lists.mixed" => vec![Some("b"), None, None],
        "lists.none" => vec![],
        "many" => ["0", "1", "2", "3", "4", "5", "6", "7", "8"]
            .map(Some)
            .to_vec(),
        _ => vec![None],
    }
}

/// One value for each claim in a topic.
pub(super) type Choice<'t> = [ClaimValue<'t>];

/// The name of a claim, and one of its values.
pub(super) type ClaimValue<'t> = (&'t str, Option<&'static str>);

/// The claims in a topic that has some.
pub(super) fn names(topic: &str) -> impl Iterator<Item = &str> {
    let parts = topic.split("${claims.").skip(1);
    parts.filter_map(|part| Some(part.split_once('}')?.0))
}

/// All choices of values for the claims in a topic; none: there are no claims in it.
pub(super) fn choices(topic: &str) -> Option<Vec<Vec<ClaimValue<'_>>>> {
    if topic.starts_with("eq ") {
        return None;
    }
    let mut choices = vec![Vec::new()];
    let mut has_claims = false;
    let mut rest = topic;
    while let Some(first) = rest.chars().next() {
        let placeholder = rest
            .strip_prefix("${")
            .and_then(|rest| rest.split_once('}'));
        let Some((name, after)) = placeholder else {
            let escaped = rest.starts_with("%%");
            rest = &rest[if escaped { 2 } else { first.len_utf8() }..];
            continue;
        };
        rest = after;
        let Some(name) = name.strip_prefix("claims.") else {
            continue;
        };
        has_claims = true;
        if choices.iter().flatten().any(|(known, _)| *known == name) {
            continue;
        }
        let with = |choice: &Vec<_>| -> Vec<Vec<_>> {
            let one = |value| choice.iter().copied().chain([(name, value)]).collect();
            claim(name).into_iter().map(one).collect()
        };
        choices = choices.iter().flat_map(with).take(65).collect();
    }
    has_claims.then_some(choices)
}
