//! A broker: a verifier with a clock that stands still and a log that is kept.

use std::ffi::{CStr, c_char, c_void};
use std::ptr::{null, null_mut};
use std::sync::Mutex;

use jwt_auth::ffi::{
    self, jwt_auth_check, jwt_auth_free, jwt_auth_hooks, jwt_auth_init, jwt_auth_result,
    jwt_auth_session, jwt_auth_session_free, jwt_auth_set_log_level, jwt_auth_status,
    jwt_auth_wait_ready,
};
use jwt_auth::{Decision, LogLevel};
use serde_json::Value;

use super::answer::{POISON, claims};
use super::explanation::assert_agrees;
use super::{Answer, Connect, schema, signed, valid_claims};

/// What time it is in the tests: 14 November 2023, 22:13:20 UTC.
pub const NOW: i64 = 1_700_000_000;

/// A verifier as a broker holds it, with a clock that stands still and a log that is kept.
pub struct Broker {
    pub(super) auth: *mut ffi::jwt_auth,
    world: Box<World>,
}

// SAFETY: a verifier may be shared between threads.
unsafe impl Sync for Broker {}

// SAFETY: a verifier may be used on any thread, and freed on any.
unsafe impl Send for Broker {}

/// What the warnings about a configuration say that demands little of a token.
const ADVICE: [&str; 3] = [
    "a token without `exp` is good for ever",
    "nothing ties a token to its client",
    "an RSA key that names no `alg`",
];

struct World {
    now: Mutex<i64>,
    log: Mutex<Vec<(i32, String)>>,
}

type LogHook = unsafe extern "C" fn(*mut c_void, i32, *const c_char);

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
        Self::start(config, Some(keep_line))
    }

    /// A broker with the secret and these options that reads no log.
    #[track_caller]
    pub fn without_log(options: Value) -> Self {
        let mut config = options;
        config["secret"] = SECRET.into();
        Self::start(config.to_string().as_bytes(), None).unwrap()
    }

    /// From now on keeps lines of this level and of those before it.
    pub fn set_log_level(&self, level: LogLevel) {
        // SAFETY: the pointer is good.
        let status = unsafe { jwt_auth_set_log_level(self.auth, level as i32) };
        assert_eq!(status, jwt_auth_status::Ok);
    }

    #[track_caller]
    fn start(config: &[u8], log: Option<LogHook>) -> Result<Self, String> {
        let world = Box::new(World {
            now: Mutex::new(NOW),
            log: Mutex::default(),
        });
        let hooks = jwt_auth_hooks {
            struct_size: size_of::<jwt_auth_hooks>(),
            log,
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
        match accepted(config, status, &error) {
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

    /// The warnings so far, without the [`ADVICE`] to make a configuration stricter: most tests
    /// have the least that their subject needs.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = self.all_warnings();
        warnings.retain(|line| !ADVICE.iter().any(|advice| line.contains(advice)));
        warnings
    }

    /// The warnings so far.
    pub fn all_warnings(&self) -> Vec<String> {
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

    /// Waits until every endpoint has answered. Whether each has brought what it is for.
    #[track_caller]
    pub fn wait_ready(&self, milliseconds: u32) -> bool {
        // SAFETY: it came from init.
        match unsafe { jwt_auth_wait_ready(self.auth, milliseconds) } {
            jwt_auth_status::Ok => true,
            jwt_auth_status::NotFound => false,
            other => panic!("{other:?}"),
        }
    }

    /// The log lines since the one that says that the verifier is ready.
    pub fn log_since_start(&self) -> Vec<(i32, String)> {
        let mut log = self.log();
        let ready = log.iter().position(|(_, line)| line.starts_with("ready "));
        log.split_off(ready.unwrap() + 1)
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

    /// Lets a client connect and keeps its session, if it is accepted. What the check decides is
    /// what is explained.
    #[track_caller]
    pub(super) fn check(&self, client: Connect<'_>) -> (Answer, *mut jwt_auth_session) {
        let (fields, before) = (client.fields(), self.explained(client));
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
        assert_agrees((status, &result), before.as_deref(), || {
            self.explained(client)
        });
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
/// `BAD_CONFIG`. The published schema must agree.
#[track_caller]
pub(super) fn accepted(config: &[u8], status: jwt_auth_status, error: &[u8]) -> Result<(), String> {
    let error = CStr::from_bytes_until_nul(error).unwrap().to_str().unwrap();
    schema::agrees(config, error);
    if status == jwt_auth_status::Ok {
        assert_eq!(error, "");
        return Ok(());
    }
    assert_eq!(status, jwt_auth_status::BadConfig);
    assert_ne!(error, "");
    Err(error.to_owned())
}

/// A secret that draws no warning.
pub const SECRET: &str = "an HMAC secret of 32 characters!";

/// A broker with the secret and these options.
pub fn broker(options: Value) -> Broker {
    let mut config = options;
    config["secret"] = SECRET.into();
    Broker::new(&config)
}

/// A broker with this configuration accepts a token of this key.
#[track_caller]
pub fn accepts(config: &Value, algorithm: jsonwebtoken::Algorithm, key: &str) {
    Broker::new(config)
        .present(&signed(algorithm, key, None, &valid_claims()))
        .allowed();
}
