//! The alerting rules and the dashboard ask for what the library tells, and Grafana can load the
//! latter. `tests/mosquitto/test_monitoring.py` reads the rules as Prometheus does.

use std::collections::{BTreeMap, BTreeSet};

use jwt_auth::{Client, Hooks, Reason, Verifier};
use regex::Regex;
use serde_json::{Value, json};

use super::read;
use crate::harness::{HS256_HEADER, SECRET, hs256, json_file};

const ALERTS: &str = "docs/monitoring/alerts.yml";
const DASHBOARD: &str = "docs/monitoring/dashboard.json";

/// The label that Prometheus adds to what it scrapes.
const SCRAPED: &str = "instance";

/// The labels of each family, with their values.
type Families = BTreeMap<String, BTreeMap<String, BTreeSet<String>>>;

/// What the library tells where all that is counted is configured.
fn families() -> Families {
    let nobody = "http://127.0.0.1:9/";
    let file = json_file("monitored", &json!({ "jti": ["a"] }));
    let token = hs256(SECRET, HS256_HEADER, "{}");
    let config = json!({
        "secret": SECRET,
        "endpoint": nobody,
        "revocations_file": file.0,
        "revocations_endpoint": { "url": nobody },
    });
    let verifier = Verifier::new(&config.to_string(), Hooks::default()).unwrap();
    // A key is told of once it has verified a token.
    let client = Client {
        password: Some(token.as_bytes()),
        ..Client::default()
    };
    let reason = verifier.check(&client).unwrap().reason();
    assert_eq!(reason, Reason::RevocationsUnavailable);
    let label = Regex::new(r#"([a-z_]+)="([^"]*)""#).unwrap();
    let mut families = Families::new();
    for line in verifier.stats().lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            // A family without a sample yet has none of its labels.
            families.insert(help.split(' ').next().unwrap().to_owned(), BTreeMap::new());
        } else if let Some((name, labels)) = line.split_once('{') {
            let family = families.get_mut(name).unwrap();
            for found in label.captures_iter(labels) {
                let values = family.entry(found[1].to_owned()).or_default();
                values.insert(found[2].to_owned());
            }
        }
    }
    families
}

/// What a file asks for that is not there.
fn unknown(text: &str, families: &Families) -> Vec<String> {
    // JSON has backslashes before quotation marks.
    let text = text.replace('\\', "");
    let selector = Regex::new(r"\b(jwt_auth_[a-z_]+)(?:\{([^}]*)\})?").unwrap();
    let matcher = Regex::new(r#"([a-z_]+)(=~|!~|!=|=)"([^"]*)""#).unwrap();
    let mut unknown = Vec::new();
    for found in selector.captures_iter(&text) {
        let Some(family) = families.get(&found[1]) else {
            unknown.push(found[1].to_owned());
            continue;
        };
        for matcher in matcher.captures_iter(found.get(2).map_or("", |m| m.as_str())) {
            let is_known =
                |values: &BTreeSet<String>| &matcher[2] != "=" || values.contains(&matcher[3]);
            if &matcher[1] != SCRAPED && !family.get(&matcher[1]).is_some_and(is_known) {
                unknown.push(format!("{}{{{}}}", &found[1], &matcher[0]));
            }
        }
    }
    let labels: BTreeSet<&str> = families
        .values()
        .flat_map(BTreeMap::keys)
        .map(String::as_str)
        .collect();
    let mentioned = Regex::new(r"\bby \(([a-z_, ]+)\)|\{\{ *(?:\$labels\.)?([a-z_]+)").unwrap();
    for found in mentioned.captures_iter(&text) {
        let names = found.get(1).or_else(|| found.get(2)).unwrap().as_str();
        let names = names.split(',').map(str::trim);
        unknown.extend(
            names
                .filter(|name| *name != SCRAPED && !labels.contains(name))
                .map(str::to_owned),
        );
    }
    unknown
}

#[test]
#[cfg_attr(not(feature = "endpoint"), ignore = "it has an endpoint")]
fn what_is_watched_is_what_the_library_tells() {
    let families = families();
    for file in [ALERTS, DASHBOARD] {
        let text = read(file);
        assert!(text.matches("jwt_auth_").count() > 5, "{file}");
        assert_eq!(unknown(&text, &families), [""; 0], "{file}");
    }
    for (text, expected) in [
        ("jwt_auth_chcks_total", "jwt_auth_chcks_total"),
        (
            r#"jwt_auth_checks_total{reason="expird"}"#,
            r#"jwt_auth_checks_total{reason="expird"}"#,
        ),
        (
            r#"jwt_auth_keys{use=~"k.*"}"#,
            r#"jwt_auth_keys{use=~"k.*"}"#,
        ),
        ("sum by (reason, iss) (x)", "iss"),
        ("{{ $labels.usage }}", "usage"),
        ("{{usage}}", "usage"),
    ] {
        assert_eq!(unknown(text, &families), [expected]);
    }
}

#[test]
fn every_alert_is_in_the_document_and_no_other() {
    let names = |text: &str, pattern: &str| -> BTreeSet<String> {
        let pattern = Regex::new(pattern).unwrap();
        let found = pattern.captures_iter(text);
        found.map(|found| found[1].to_owned()).collect()
    };
    let alerts = names(&read(ALERTS), "- alert: ([A-Za-z]+)");
    assert!(alerts.len() > 5);
    assert_eq!(
        names(&read("docs/operating.md"), r"\| `(JwtAuth[A-Za-z]+)` \|"),
        alerts
    );
}

/// What Grafana's document "Dashboard JSON model" demands.
#[test]
fn grafana_can_load_the_dashboard() {
    let dashboard: Value = serde_json::from_str(&read(DASHBOARD)).unwrap();
    assert_eq!(dashboard.get("id"), None, "the number is given by Grafana");
    assert!((8..=40).contains(&dashboard["uid"].as_str().unwrap().len()));
    assert!(dashboard["schemaVersion"].is_u64() && dashboard["version"].is_u64());
    assert!(dashboard["title"].is_string() && dashboard["time"]["from"].is_string());
    let variables = dashboard["templating"]["list"].as_array().unwrap();
    let variables: Vec<_> = variables.iter().map(|variable| &variable["name"]).collect();
    assert_eq!(variables, ["datasource", SCRAPED]);
    let (mut ids, mut cells) = (BTreeSet::new(), BTreeSet::new());
    for panel in dashboard["panels"].as_array().unwrap() {
        let title = panel["title"].as_str().unwrap();
        assert!(ids.insert(panel["id"].as_u64().unwrap()), "{title}");
        assert!(
            ["stat", "timeseries"].contains(&panel["type"].as_str().unwrap()),
            "{title}"
        );
        assert_eq!(
            panel["datasource"],
            json!({ "type": "prometheus", "uid": "${datasource}" })
        );
        let [x, y, w, h] =
            ["x", "y", "w", "h"].map(|name| panel["gridPos"][name].as_u64().unwrap());
        assert!(w > 0 && h > 0 && x + w <= 24, "{title}");
        for cell in (x..x + w).flat_map(|x| (y..y + h).map(move |y| (x, y))) {
            assert!(cells.insert(cell), "{title} lies over another panel");
        }
        let targets = panel["targets"].as_array().unwrap();
        assert!(!targets.is_empty(), "{title}");
        for target in targets {
            assert!(
                target["refId"].is_string() && target["legendFormat"].is_string(),
                "{title}"
            );
            assert!(
                target["expr"].as_str().unwrap().contains("jwt_auth_"),
                "{title}"
            );
        }
    }
    assert!(ids.len() > 10);
}
