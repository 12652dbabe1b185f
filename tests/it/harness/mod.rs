//! What the tests share: a broker's view of the library, through its C functions.
#![allow(dead_code, unreachable_pub, reason = "each program uses its own part")]
#![allow(missing_docs, reason = "read with the tests")]
#![allow(unsafe_code, reason = "the C interface is called as C does")]
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that panics fails, and that is all"
)]

pub mod authority;
pub mod reload;
pub mod server;
pub mod session;

use std::ffi::{CStr, c_char, c_void};
use std::path::PathBuf;
use std::ptr::{null, null_mut};
use std::sync::Mutex;

use jwt_auth::ffi::{
    self, jwt_auth_bytes, jwt_auth_check, jwt_auth_client, jwt_auth_free, jwt_auth_hooks,
    jwt_auth_init, jwt_auth_result, jwt_auth_session, jwt_auth_session_claims,
    jwt_auth_session_free, jwt_auth_status,
};
use jwt_auth::{Decision, LogLevel, Reason};
use serde_json::{Value, json};

/// What time it is in the tests: 14 November 2023, 22:13:20 UTC.
pub const NOW: i64 = 1_700_000_000;

/// A verifier as a broker holds it, with a clock that stands still and a log that is kept.
pub struct Broker {
    auth: *mut ffi::jwt_auth,
    world: Box<World>,
}

// SAFETY: a verifier may be shared between threads.
unsafe impl Sync for Broker {}

// SAFETY: a verifier may be used on any thread, and freed on any.
unsafe impl Send for Broker {}

struct World {
    now: Mutex<i64>,
    log: Mutex<Vec<(i32, String)>>,
}

unsafe extern "C" fn tell_time(world: *mut c_void) -> i64 {
    // SAFETY: the world outlives the verifier.
    *unsafe { &*world.cast::<World>() }.now.lock().unwrap()
}

unsafe extern "C" fn keep_line(world: *mut c_void, level: i32, line: *const c_char) {
    // SAFETY: as above, and the line ends with a NUL.
    let (world, line) = unsafe { (&*world.cast::<World>(), CStr::from_ptr(line)) };
    world
        .log
        .lock()
        .unwrap()
        .push((level, line.to_str().unwrap().to_owned()));
}

impl Broker {
    /// A broker with this configuration.
    #[track_caller]
    pub fn new(config: &Value) -> Self {
        Self::from_text(config.to_string().as_bytes()).unwrap_or_else(|error| panic!("{error}"))
    }

    /// The error text of a configuration that is not accepted.
    #[track_caller]
    pub fn refused(config: &Value) -> String {
        match Self::from_text(config.to_string().as_bytes()) {
            Ok(_) => panic!("accepted: {config}"),
            Err(error) => error,
        }
    }

    /// A broker with this configuration, or the error text of a `BAD_CONFIG`.
    #[track_caller]
    pub fn from_text(config: &[u8]) -> Result<Self, String> {
        let world = Box::new(World {
            now: Mutex::new(NOW),
            log: Mutex::default(),
        });
        let hooks = jwt_auth_hooks {
            struct_size: size_of::<jwt_auth_hooks>(),
            log: Some(keep_line),
            clock: Some(tell_time),
            userdata: (&raw const *world).cast_mut().cast(),
        };
        let mut auth = null_mut();
        let mut error = [0x7f_u8; 512];
        // SAFETY: all pointers are good.
        let status = unsafe {
            jwt_auth_init(
                config.as_ptr().cast(),
                config.len(),
                &raw const hooks,
                &raw mut auth,
                error.as_mut_ptr().cast(),
                error.len(),
            )
        };
        match accepted(status, &error) {
            Ok(()) => {
                assert!(!auth.is_null());
                Ok(Self { auth, world })
            }
            Err(error) => {
                assert!(auth.is_null());
                Err(error)
            }
        }
    }

    /// A broker with this configuration that reads no log, and has the system's clock.
    #[track_caller]
    pub fn without_hooks(config: &Value) -> Self {
        let (config, mut auth) = (config.to_string(), null_mut());
        // SAFETY: all pointers are good, or NULL where they may be.
        let status = unsafe {
            jwt_auth_init(
                config.as_ptr().cast(),
                config.len(),
                null(),
                &raw mut auth,
                null_mut(),
                0,
            )
        };
        assert_eq!(status, jwt_auth_status::Ok, "{config}");
        let world = Box::new(World {
            now: Mutex::new(NOW),
            log: Mutex::default(),
        });
        Self { auth, world }
    }

    pub fn set_time(&self, now: i64) {
        *self.world.now.lock().unwrap() = now;
    }

    /// The warnings so far.
    pub fn warnings(&self) -> Vec<String> {
        let warnings = self
            .log()
            .into_iter()
            .filter(|(level, _)| *level == LogLevel::Warn as i32);
        warnings.map(|(_, line)| line).collect()
    }

    /// All log lines so far, with their levels.
    pub fn log(&self) -> Vec<(i32, String)> {
        self.world.log.lock().unwrap().clone()
    }

    /// Lets a client connect.
    #[track_caller]
    pub fn connect(&self, client: Connect<'_>) -> Answer {
        let (answer, session) = self.check(client);
        // SAFETY: it came from the check, or is NULL.
        unsafe { jwt_auth_session_free(session) };
        answer
    }

    /// Lets a client connect, and wants no session.
    #[track_caller]
    pub fn decide(&self, client: Connect<'_>) -> jwt_auth_result {
        let (fields, mut result) = (client.fields(), POISON);
        // SAFETY: all pointers are good, and no session is wanted.
        let status =
            unsafe { jwt_auth_check(self.auth, &raw const fields, &raw mut result, null_mut()) };
        assert_eq!(status, jwt_auth_status::Ok);
        result
    }

    /// Lets a client connect and keeps its session, if it is accepted.
    #[track_caller]
    fn check(&self, client: Connect<'_>) -> (Answer, *mut jwt_auth_session) {
        let fields = client.fields();
        let mut result = POISON;
        let mut session: *mut jwt_auth_session = null_mut();
        // SAFETY: all pointers are good.
        let status = unsafe {
            jwt_auth_check(
                self.auth,
                &raw const fields,
                &raw mut result,
                &raw mut session,
            )
        };
        let claims = claims(session);
        assert_eq!(result.reserved, [0; 5]);
        let allowed = result.decision == Decision::Allow as i32;
        assert_eq!(
            claims.is_some(),
            allowed,
            "a session exactly for the accepted"
        );
        assert!(allowed || (result.superuser, result.expires_at) == (0, 0));
        let answer = Answer {
            status,
            result,
            claims,
        };
        (answer, session)
    }

    /// Lets a client connect with this token as its password, user name `u1` and client id `c1`.
    #[track_caller]
    pub fn present(&self, token: &str) -> Answer {
        self.connect(Connect {
            password: Some(token.as_bytes()),
            ..Connect::default()
        })
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        // SAFETY: it came from init and nobody uses it any more.
        unsafe { jwt_auth_free(self.auth) };
    }
}

/// Whether a configuration was accepted, with an empty error text, or the error text of a
/// `BAD_CONFIG`.
#[track_caller]
fn accepted(status: jwt_auth_status, error: &[u8]) -> Result<(), String> {
    let error = CStr::from_bytes_until_nul(error).unwrap().to_str().unwrap();
    if status == jwt_auth_status::Ok {
        assert_eq!(error, "");
        return Ok(());
    }
    assert_eq!(status, jwt_auth_status::BadConfig);
    assert_ne!(error, "");
    Err(error.to_owned())
}

/// A result that a call must overwrite whole.
const POISON: jwt_auth_result = jwt_auth_result {
    decision: 1,
    reason: 1,
    expires_at: -1,
    superuser: 1,
    mqtt5_code: 0,
    mqtt3_code: 0,
    reserved: [0xff; 5],
};

fn bytes(field: Option<&[u8]>) -> jwt_auth_bytes {
    field.map_or(
        jwt_auth_bytes {
            data: null(),
            len: 0,
        },
        |field| jwt_auth_bytes {
            data: field.as_ptr(),
            len: field.len(),
        },
    )
}

fn claims(session: *const jwt_auth_session) -> Option<Vec<u8>> {
    if session.is_null() {
        return None;
    }
    let mut json = bytes(None);
    // SAFETY: the session is not NULL and lives.
    let status = unsafe { jwt_auth_session_claims(session, &raw mut json) };
    assert_eq!(status, jwt_auth_status::Ok);
    // SAFETY: the bytes live as long as the session.
    Some(unsafe { std::slice::from_raw_parts(json.data, json.len) }.to_vec())
}

/// The fields of a CONNECT packet.
#[derive(Clone, Copy)]
pub struct Connect<'a> {
    pub client_id: Option<&'a [u8]>,
    pub username: Option<&'a [u8]>,
    pub password: Option<&'a [u8]>,
    pub peer_address: Option<&'a [u8]>,
}

impl Default for Connect<'_> {
    fn default() -> Self {
        Self {
            client_id: Some(b"c1"),
            username: Some(b"u1"),
            password: None,
            peer_address: None,
        }
    }
}

impl Connect<'_> {
    fn fields(&self) -> jwt_auth_client {
        jwt_auth_client {
            struct_size: size_of::<jwt_auth_client>(),
            client_id: bytes(self.client_id),
            username: bytes(self.username),
            password: bytes(self.password),
            peer_address: bytes(self.peer_address),
        }
    }
}

/// What a check answered.
#[derive(Debug)]
pub struct Answer {
    pub status: jwt_auth_status,
    pub result: jwt_auth_result,
    pub claims: Option<Vec<u8>>,
}

impl Answer {
    /// Asserts the whole outcome: the call went well, the decision, the reason, and the codes that
    /// belong to them.
    #[track_caller]
    pub fn is(&self, decision: Decision, reason: Reason) -> &Self {
        self.is_so("", decision, reason)
    }

    /// The same, with a name for the case.
    #[track_caller]
    pub fn is_so(&self, case: &str, decision: Decision, reason: Reason) -> &Self {
        let case: String = case.chars().take(200).collect();
        assert_eq!(self.status, jwt_auth_status::Ok, "{case}");
        // SAFETY: the texts are static.
        let found = unsafe {
            [
                CStr::from_ptr(ffi::jwt_auth_decision_str(self.result.decision)),
                CStr::from_ptr(ffi::jwt_auth_reason_str(self.result.reason)),
            ]
        };
        assert_eq!(found, [decision.name(), reason.name()], "{case}");
        let codes = match (decision, reason) {
            (Decision::Allow, _) => (0x00, 0),
            (Decision::Ignore, _) | (_, Reason::Revoked) => (0x87, 5),
            (_, Reason::KeysUnavailable) => (0x88, 3),
            _ => (0x86, 4),
        };
        assert_eq!(
            (self.result.mqtt5_code, self.result.mqtt3_code),
            codes,
            "{case}"
        );
        self
    }

    #[track_caller]
    pub fn allowed(&self) -> &Self {
        self.is(Decision::Allow, Reason::Accepted)
    }

    #[track_caller]
    pub fn denied(&self, reason: Reason) -> &Self {
        self.is(Decision::Deny, reason)
    }

    #[track_caller]
    pub fn ignored(&self, reason: Reason) -> &Self {
        self.is(Decision::Ignore, reason)
    }
}

/// Base64url without padding.
pub fn base64url(bytes: impl AsRef<[u8]>) -> String {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

/// An HS256 token of exactly these header and payload texts, signed by `jsonwebtoken`.
pub fn hs256(secret: &str, header: &str, payload: impl AsRef<[u8]>) -> String {
    sign(
        &format!("{}.{}", base64url(header), base64url(payload)),
        secret,
    )
}

/// Adds the HS256 signature to whatever stands before the last dot.
pub fn sign(signing_input: &str, secret: &str) -> String {
    let key = jsonwebtoken::EncodingKey::from_secret(secret.as_bytes());
    let signature = jsonwebtoken::crypto::sign(
        signing_input.as_bytes(),
        &key,
        jsonwebtoken::Algorithm::HS256,
    );
    format!("{signing_input}.{}", signature.unwrap())
}

/// A token signed by `jsonwebtoken` with one of the key files.
pub fn signed(
    algorithm: jsonwebtoken::Algorithm,
    key: &str,
    kid: Option<&str>,
    claims: &Value,
) -> String {
    let mut header = jsonwebtoken::Header::new(algorithm);
    header.kid = kid.map(str::to_owned);
    jsonwebtoken::encode(&header, claims, &private_key(algorithm, key)).unwrap()
}

/// The public JSON Web Key that belongs to one of the key files, made by `jsonwebtoken`.
pub fn jwk(algorithm: jsonwebtoken::Algorithm, key: &str) -> Value {
    let private = private_key(algorithm, key);
    let mut jwk = serde_json::to_value(
        jsonwebtoken::jwk::Jwk::from_encoding_key(&private, algorithm).unwrap(),
    )
    .unwrap();
    jwk.as_object_mut().unwrap().remove("alg");
    jwk
}

fn private_key(algorithm: jsonwebtoken::Algorithm, key: &str) -> jsonwebtoken::EncodingKey {
    use jsonwebtoken::{Algorithm, EncodingKey};
    let pem = vector_text(&format!("keys/{key}.key.pem"));
    match algorithm {
        Algorithm::ES256 | Algorithm::ES384 => EncodingKey::from_ec_pem(pem.as_bytes()),
        Algorithm::EdDSA => EncodingKey::from_ed_pem(pem.as_bytes()),
        _ => EncodingKey::from_rsa_pem(pem.as_bytes()),
    }
    .unwrap()
}

/// The header that most tokens have.
pub const HS256_HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

/// The path of a test vector file.
pub fn vector_path(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests", "vectors", name]
        .iter()
        .collect()
}

/// The text of a test vector file.
#[track_caller]
pub fn vector_text(name: &str) -> String {
    std::fs::read_to_string(vector_path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// A test vector file in JSON: a list.
#[track_caller]
pub fn vectors(name: &str) -> Vec<Value> {
    serde_json::from_str(&vector_text(name)).unwrap()
}

/// A secret that draws no warning.
pub const SECRET: &str = "an HMAC secret of 32 characters!";

/// A broker with the secret and these options.
pub fn broker(options: Value) -> Broker {
    let mut config = options;
    config["secret"] = SECRET.into();
    Broker::new(&config)
}

/// A token with these claims, signed with the secret.
pub fn token(claims: &Value) -> String {
    hs256(SECRET, HS256_HEADER, claims.to_string())
}

/// A token with this header and no claims, signed with the secret.
pub fn with_header(header: &str) -> String {
    hs256(SECRET, header, "{}")
}

/// A token with this payload, signed with the secret.
pub fn with_payload(payload: impl AsRef<[u8]>) -> String {
    hs256(SECRET, HS256_HEADER, payload)
}

/// Claims in date.
pub fn valid_claims() -> Value {
    json!({ "exp": NOW + 60 })
}

/// A JSON file with a name that only one test uses.
pub fn json_file(name: &str, content: &Value) -> Scratch {
    Scratch::new(name, content.to_string())
}

/// A file that goes when the test ends.
pub struct Scratch(pub PathBuf);

impl Scratch {
    pub fn new(name: &str, content: impl AsRef<[u8]>) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::write(&path, content).unwrap();
        Self(path)
    }

    /// Writes something else into the file.
    pub fn write(&self, content: impl AsRef<[u8]>) {
        std::fs::write(&self.0, content).unwrap();
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// A broker with this configuration accepts a token of this key.
#[track_caller]
pub fn accepts(config: &Value, algorithm: jsonwebtoken::Algorithm, key: &str) {
    Broker::new(config)
        .present(&signed(algorithm, key, None, &valid_claims()))
        .allowed();
}

/// The path of a key file.
pub fn key_path(name: &str) -> PathBuf {
    vector_path(&format!("keys/{name}"))
}
