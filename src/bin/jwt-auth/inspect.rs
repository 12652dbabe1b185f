//! `inspect`: what a token says, and what is wrong with it, as far as that is seen without its key.

use base64_simd::URL_SAFE_NO_PAD;
use clap::Args;
use jwt_auth::{Client, Hooks, Reason, Verifier};
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use crate::input::TokenSource;
use crate::output::{BAD, Failure, Outcome, Output, PLAIN, WARNING};
use crate::private_key::PrivateKey;
use crate::tokens::random;
use crate::{public_key, time};

#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    token: TokenSource,
}

pub(crate) fn run(arguments: &Arguments, output: &mut Output) -> Result<Outcome, Failure> {
    let token = arguments.token.read()?;
    let core = core(&token);
    let mut segments = core.split(|byte| *byte == b'.');
    let mut next = || segments.next().and_then(decoded);
    let (header, payload) = (next(), next());
    let (header, claims) = (object(header.as_deref()), object(payload.as_deref()));
    let now = time::now();
    let findings = findings(&token, payload.as_deref(), claims.as_ref(), now)?;
    let outcome = Outcome::fine_if(findings.is_empty());
    if output.is_json() {
        output.json(
            &json!({"verified": false, "header": header, "claims": claims, "findings": findings}),
        );
        return Ok(outcome);
    }
    output.line(BAD, "NOT VERIFIED: anybody can have written this.");
    for finding in &findings {
        output.row("finding", WARNING, finding);
    }
    for (title, members) in [("header", header), ("claims", claims)] {
        output.line(PLAIN, "");
        let Some(members) = members else {
            output.line(WARNING, &format!("{title}: cannot be read"));
            continue;
        };
        output.line(PLAIN, title);
        for (name, value) in members {
            let date = date(&name, &value).map(|date| format!(" ({})", time::readable(date, now)));
            output.row(
                &name,
                PLAIN,
                &format!("{value}{}", date.unwrap_or_default()),
            );
        }
    }
    Ok(outcome)
}

/// The token within what people put around it.
fn core(token: &[u8]) -> &[u8] {
    let token = token.trim_ascii();
    let scheme = token
        .get(..7)
        .filter(|scheme| scheme.eq_ignore_ascii_case(b"Bearer "));
    let token = scheme
        .and_then(|_| token.get(7..))
        .unwrap_or(token)
        .trim_ascii();
    token
        .strip_prefix(b"\"")
        .and_then(|token| token.strip_suffix(b"\""))
        .unwrap_or(token)
}

fn decoded(segment: &[u8]) -> Option<Vec<u8>> {
    let end = segment.iter().rposition(|byte| *byte != b'=')?;
    URL_SAFE_NO_PAD.decode_to_vec(segment.get(..=end)?).ok()
}

fn object(text: Option<&[u8]>) -> Option<Map<String, Value>> {
    serde_json::from_slice(text?).ok()
}

/// The time that a member of this name means.
fn date(name: &str, value: &Value) -> Option<i64> {
    let is_date = matches!(name, "exp" | "nbf" | "iat" | "auth_time" | "updated_at");
    let number = value.as_i64().or_else(|| value.as_str()?.parse().ok());
    // A date with a fraction is told by its second.
    let number = number.or_else(|| value.as_f64()?.floor().to_string().parse().ok());
    number.filter(|_| is_date)
}

/// What is wrong, in the words of the library where it has some.
fn findings(
    token: &[u8],
    payload: Option<&[u8]>,
    claims: Option<&Map<String, Value>>,
    now: i64,
) -> Result<Vec<String>, Failure> {
    let mut findings = Vec::new();
    let form = [
        Reason::MalformedToken,
        Reason::UnsupportedAlgorithm,
        Reason::UnsupportedCriticalHeader,
        Reason::TokenTooLarge,
    ];
    let (reason, line) = ask(token, now, &Zeroizing::new(random().map_err(Failure::new)?))?;
    if form.contains(&reason) {
        findings.push(line);
    }
    let date_of = |name: &str| claims.and_then(|claims| date(name, claims.get(name)?));
    match date_of("exp") {
        Some(exp) if exp <= now => {
            findings.push(format!("exp has passed: {}", time::readable(exp, now)));
        }
        None if claims.is_some_and(|claims| !claims.contains_key("exp")) => {
            findings.push("there is no exp: the token never ends".to_owned());
        }
        _ => {}
    }
    for name in ["nbf", "iat"] {
        if let Some(date) = date_of(name).filter(|date| *date > now) {
            findings.push(format!(
                "{name} is yet to come: {}",
                time::readable(date, now)
            ));
        }
    }
    // The same claims, signed with a secret of our own: so the library says what it thinks of them.
    if let Some(payload) = payload {
        let secret = Zeroizing::new(random().map_err(Failure::new)?);
        let token = signed(payload, &secret).map_err(Failure::new)?;
        let at = date_of("nbf").unwrap_or(now).clamp(0, i64::MAX);
        let at = date_of("exp").map_or(at, |exp| exp.saturating_sub(1).max(0));
        let (reason, line) = ask(token.as_bytes(), at, &secret)?;
        if matches!(reason, Reason::MalformedClaims | Reason::BadAcl) {
            findings.push(line);
        }
    }
    Ok(findings)
}

fn signed(payload: &[u8], secret: &[u8; 32]) -> Result<String, String> {
    let mut token = URL_SAFE_NO_PAD.encode_to_string(br#"{"alg":"HS256"}"#);
    token.push('.');
    URL_SAFE_NO_PAD.encode_append(payload, &mut token);
    let key = PrivateKey::from_secret(secret, jwt_auth::Algorithm::HS256)?;
    key.signer()?.complete(&mut token)?;
    Ok(token)
}

/// What the library says of a token at this time, by the log line that an operator would see.
fn ask(token: &[u8], now: i64, secret: &[u8; 32]) -> Result<(Reason, String), Failure> {
    let config =
        json!({"jwks": {"keys": [public_key::from_secret(secret)]}, "max_token_size": 1 << 20});
    let (send, lines) = std::sync::mpsc::channel();
    let hooks = Hooks {
        log: Some(Box::new(move |_, line| {
            // Who asked waits for it.
            let _ = send.send(line);
        })),
        clock: Some(Box::new(move || now)),
    };
    let verifier = Verifier::new(&config.to_string(), hooks).map_err(Failure::new)?;
    let client = Client {
        password: Some(token),
        ..Client::default()
    };
    let verdict = verifier.check(&client).map_err(Failure::new)?;
    let line = lines.try_iter().find_map(|line| {
        let line = line.strip_prefix("refused: ")?;
        Some(line.split(": client ").next().unwrap_or(line).to_owned())
    });
    Ok((verdict.reason(), line.unwrap_or_default()))
}
