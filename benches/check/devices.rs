//! A key for each device: what a hundred thousand keys cost to load, to keep and to check by.

use std::collections::hash_map::RandomState;
use std::fmt::Write;
use std::hash::{BuildHasher, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Instant;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::broker::{Broker, Cache};
use crate::rounds::{Random, interleave, slice, spread, timed};
use crate::table::{Target, count, heading, row};
use crate::tokens::{LATER, Token, claims, client};

const DEVICES: usize = 100_000;

/// So many of them connect: more than the processor's caches hold the keys of.
const CONNECTING: usize = 8_192;

/// Asks this program for the cost of a load, in a process of its own.
const LOAD: &str = "JWT_AUTH_BENCH_LOAD";

pub(crate) fn report() {
    if let Some(file) = std::env::var_os(LOAD) {
        return load(Path::new(&file));
    }
    println!("\na key for each of {DEVICES} devices (P-256)");
    let devices: Vec<_> = (0..DEVICES).map(|_| pair()).collect();
    let [first, changed] = ["a", "b"].map(KeyFile::new);
    first.write(&devices, None);
    changed.write(&devices, Some(&pair()));

    let program = std::env::current_exe().unwrap();
    let mut loading = Command::new(program);
    let loading = loading.arg("devices").env(LOAD, &first.0);
    assert!(loading.status().unwrap().success());

    // Each key verifies the token of its own device, by the name of the client.
    let mut order: Vec<usize> = (0..DEVICES).collect();
    Random(1).shuffle(&mut order);
    order.truncate(CONNECTING);
    let tokens: Vec<_> = order.iter().map(|at| token(*at, &devices[*at])).collect();
    let alone: Vec<_> = order.iter().map(|_| token(0, &devices[0])).collect();
    let only = json!({"jwks": {"keys": [jwk(0, &devices[0])]}, "kid_from": "client_id"});
    compare(
        "ES256 at first sight",
        Cache::Off,
        &first,
        &only,
        &tokens,
        &alone,
    );
    compare(
        "ES256, remembered",
        Cache::Default,
        &first,
        &only,
        &tokens,
        &alone,
    );
    reload(&first, &changed, &tokens);
}

fn pair() -> EcdsaKeyPair {
    EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap()
}

fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn jwk(number: usize, key: &EcdsaKeyPair) -> Value {
    let (x, y) = key.public_key().as_ref()[1..].split_at(32);
    json!({"kty": "EC", "crv": "P-256", "kid": client(number), "x": text(x), "y": text(y)})
}

/// A token of a device, with a header that all have in common.
fn token(number: usize, key: &EcdsaKeyPair) -> Token {
    let name = client(number);
    let claims = claims(&name, LATER);
    let input = format!(
        "{}.{}",
        text(br#"{"alg":"ES256"}"#),
        text(claims.as_bytes())
    );
    let signature = key.sign(&SystemRandom::new(), input.as_bytes()).unwrap();
    Token::new(&name, &format!("{input}.{}", text(signature.as_ref())))
}

/// A JWK Set that is removed in the end.
struct KeyFile(PathBuf);

impl KeyFile {
    fn new(name: &str) -> Self {
        let unique = RandomState::new().build_hasher().finish();
        Self(std::env::temp_dir().join(format!("jwt_auth-bench-{unique:x}-{name}.json")))
    }

    /// The last device may have another key.
    fn write(&self, devices: &[EcdsaKeyPair], last: Option<&EcdsaKeyPair>) {
        let mut set = "{\"keys\": [\n".to_owned();
        for (number, key) in devices.iter().enumerate() {
            let is_last = number + 1 == devices.len();
            let key = last.filter(|_| is_last).unwrap_or(key);
            let end = if is_last { "]}\n" } else { ",\n" };
            write!(set, "{}{end}", jwk(number, key)).unwrap();
        }
        std::fs::write(&self.0, set).unwrap();
    }

    fn config(&self) -> Value {
        config(&self.0)
    }

    /// The same without remembered tokens.
    fn first_sight(&self) -> Value {
        let mut config = self.config();
        config["cache_capacity"] = 0.into();
        config
    }
}

fn config(file: &Path) -> Value {
    json!({"jwks_file": file, "kid_from": "client_id"})
}

impl Drop for KeyFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// The resident memory of this process, in bytes.
fn resident() -> f64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: f64 = statm.split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4096.0
}

/// How long this process takes to load a file of keys, and what it holds afterwards.
fn load(file: &Path) {
    let (before, start) = (resident(), Instant::now());
    let broker = Broker::new(config(file), Cache::Off);
    let took = start.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
    let each = (resident() - before) / DEVICES as f64;
    drop(broker);
    count("seconds to init", took, "<= 5", Some(took <= 5.0));
    count(
        "resident bytes for each key",
        each,
        "<= 1024",
        Some(each <= 1024.0),
    );
}

/// Checks of many devices beside those of one.
fn compare(
    case: &str,
    cache: Cache,
    file: &KeyFile,
    only: &Value,
    tokens: &[Token],
    alone: &[Token],
) {
    heading("a check, beside one where there is one key", "1 key");
    let (many, one) = (
        Broker::new(file.config(), cache),
        Broker::new(only.clone(), cache),
    );
    let mut slices = [(&many, tokens), (&one, alone)].map(|(broker, tokens)| {
        for token in tokens {
            broker.accept(token);
        }
        slice(move |number| broker.accept(&tokens[number % tokens.len()]))
    });
    let figures = interleave(&mut slices);
    row(case, &figures[0], &figures[1], Target::RatioAtMost(1.05));
}

/// Reloads with one changed key, while checks go on.
fn reload(first: &KeyFile, changed: &KeyFile, tokens: &[Token]) {
    let broker = Broker::new(first.first_sight(), Cache::Off);
    let (reloading, over) = (AtomicBool::new(false), AtomicBool::new(false));
    let (mut took, mut costs) = (vec![], [vec![], vec![]]);
    thread::scope(|scope| {
        let checks = scope.spawn(|| {
            let mut costs = [vec![], vec![]];
            let mut at = 0;
            while !over.load(Ordering::Relaxed) {
                let beside = reloading.load(Ordering::Relaxed);
                let cost = timed(64, |number| {
                    broker.accept(&tokens[(at + number) % (tokens.len() - 64)]);
                });
                at += 64;
                if beside == reloading.load(Ordering::Relaxed) {
                    costs[usize::from(beside)].push(cost);
                }
            }
            costs
        });
        for file in [changed, first].iter().cycle().take(6) {
            thread::sleep(std::time::Duration::from_millis(500));
            let start = Instant::now();
            reloading.store(true, Ordering::Relaxed);
            broker.reload_with(&file.first_sight());
            reloading.store(false, Ordering::Relaxed);
            took.push(start.elapsed().as_secs_f64());
        }
        over.store(true, Ordering::Relaxed);
        costs = checks.join().unwrap();
    });
    let took = spread(&took).median;
    println!("\na reload with one changed key, checks beside it");
    count("seconds to reload", took, "<= 0.5", Some(took <= 0.5));
    let [alone, beside] = costs.map(|costs| spread(&costs).median);
    count("us of a check alone", alone / 1e3, "", None);
    let met = beside <= 1.1 * alone;
    count(
        "us of a check beside it",
        beside / 1e3,
        "<= 1.1x",
        Some(met),
    );
}
