//! The library as a broker in C uses it.

use std::ffi::{c_char, c_void};
use std::hint::black_box;
use std::ptr::{null, null_mut};
use std::sync::OnceLock;

use ::jwt_auth::ffi::{
    jwt_auth, jwt_auth_bytes, jwt_auth_check, jwt_auth_client, jwt_auth_explain, jwt_auth_free,
    jwt_auth_hooks, jwt_auth_init, jwt_auth_reload, jwt_auth_result, jwt_auth_session,
    jwt_auth_session_free, jwt_auth_set_log_level, jwt_auth_status, jwt_auth_string_free,
};
use ::jwt_auth::{LogLevel, Reason};
use serde_json::{Value, json};

use crate::tokens::Token;

/// How many tokens are remembered.
#[derive(Clone, Copy)]
pub(crate) enum Cache {
    /// None: every token is seen for the first time.
    Off,
    Default,
    Of(usize),
}

/// Whether this version of the library remembers tokens.
pub(crate) fn has_cache() -> bool {
    static ANSWER: OnceLock<bool> = OnceLock::new();
    let asked = json!({"secret": "an HMAC secret of 32 characters!", "cache_capacity": 0});
    *ANSWER.get_or_init(|| init(&asked.to_string(), Log::None).is_some())
}

/// Which lines the log hook is given.
#[derive(Clone, Copy)]
pub(crate) enum Log {
    None,
    Info,
    Debug,
}

/// A log that drops its lines, as a broker's does with those that are not of its level.
unsafe extern "C" fn drop_line(_: *mut c_void, level: i32, line: *const c_char) {
    black_box((level, line));
}

fn init(config: &str, log: Log) -> Option<Broker> {
    let mut auth = null_mut();
    let hooks = jwt_auth_hooks {
        struct_size: size_of::<jwt_auth_hooks>(),
        log: Some(drop_line),
        clock: None,
        userdata: null_mut(),
    };
    // SAFETY: the pointers are good, and an error text is not wanted.
    let status = unsafe {
        jwt_auth_init(
            config.as_ptr().cast(),
            config.len(),
            if matches!(log, Log::None) {
                null()
            } else {
                &raw const hooks
            },
            &raw mut auth,
            null_mut(),
            0,
        )
    };
    if matches!(log, Log::Info) && !auth.is_null() {
        // SAFETY: it was just made.
        let status = unsafe { jwt_auth_set_log_level(auth, LogLevel::Info as i32) };
        assert_eq!(status, jwt_auth_status::Ok);
    }
    (status == jwt_auth_status::Ok).then_some(Broker {
        auth,
        config: config.to_owned(),
    })
}

/// A verifier.
pub(crate) struct Broker {
    auth: *mut jwt_auth,
    config: String,
}

// SAFETY: a verifier may be shared between threads.
unsafe impl Sync for Broker {}

/// What an accepted client holds while it is connected.
pub(crate) struct Session(*mut jwt_auth_session);

impl Broker {
    /// Without a log.
    pub(crate) fn new(config: Value, cache: Cache) -> Self {
        Self::with_log(config, cache, Log::None)
    }

    pub(crate) fn with_log(mut config: Value, cache: Cache, log: Log) -> Self {
        match cache {
            Cache::Off if has_cache() => config["cache_capacity"] = 0.into(),
            Cache::Of(count) if has_cache() => config["cache_capacity"] = count.into(),
            _ => {}
        }
        let text = config.to_string();
        init(&text, log).unwrap_or_else(|| panic!("not accepted: {text}"))
    }

    /// Takes up the same configuration again.
    pub(crate) fn reload(&self) {
        self.take_up(&self.config);
    }

    /// Takes up another configuration.
    pub(crate) fn reload_with(&self, config: &Value) {
        self.take_up(&config.to_string());
    }

    fn take_up(&self, config: &str) {
        let (text, len) = (config.as_ptr().cast(), config.len());
        // SAFETY: the pointers are good, and an error text is not wanted.
        let status = unsafe { jwt_auth_reload(self.auth, text, len, null_mut(), 0) };
        assert_eq!(status, jwt_auth_status::Ok);
    }

    /// The reason that is given to the client of this token.
    pub(crate) fn reason(&self, token: &Token) -> i32 {
        self.check(token, null_mut())
    }

    /// Lets the client of this token connect, without a session.
    pub(crate) fn accept(&self, token: &Token) {
        self.expect(token, Reason::Accepted);
    }

    pub(crate) fn expect(&self, token: &Token, reason: Reason) {
        assert_eq!(self.reason(token), reason as i32, "{}", token.text());
    }

    /// The reason that is given to the client of this token, and its session if it is accepted.
    pub(crate) fn answer(&self, token: &Token) -> (i32, Option<Session>) {
        let mut session = null_mut();
        let reason = self.check(token, &raw mut session);
        (reason, (!session.is_null()).then_some(Session(session)))
    }

    /// Lets the client of this token connect.
    pub(crate) fn admit(&self, token: &Token) -> Session {
        let mut session = null_mut();
        let reason = self.check(token, &raw mut session);
        assert_eq!(reason, Reason::Accepted as i32, "{}", token.text());
        Session(session)
    }

    /// Explains what a check of the client of this token finds.
    pub(crate) fn explain(&self, token: &Token) {
        let client = connect(token);
        let mut text = null_mut();
        // SAFETY: all pointers are good, and the text is freed once.
        unsafe {
            let status = jwt_auth_explain(self.auth, &raw const client, &raw mut text);
            assert_eq!(status, jwt_auth_status::Ok);
            jwt_auth_string_free(text);
        }
    }

    fn check(&self, token: &Token, session: *mut *mut jwt_auth_session) -> i32 {
        let client = connect(token);
        let mut result = jwt_auth_result {
            decision: 0,
            reason: 0,
            expires_at: 0,
            superuser: 0,
            mqtt5_code: 0,
            mqtt3_code: 0,
            reserved: [0; 5],
        };
        // SAFETY: all pointers are good, and the session may be NULL.
        let status =
            unsafe { jwt_auth_check(self.auth, &raw const client, &raw mut result, session) };
        assert_eq!(status, jwt_auth_status::Ok);
        result.reason
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        // SAFETY: it came from init, and nobody uses it any more.
        unsafe { jwt_auth_free(self.auth) };
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // SAFETY: it came from the check.
        unsafe { jwt_auth_session_free(self.0) };
    }
}

/// What the client of a token sends.
fn connect(token: &Token) -> jwt_auth_client {
    jwt_auth_client {
        struct_size: size_of::<jwt_auth_client>(),
        client_id: bytes(token.client()),
        username: bytes("alice"),
        password: bytes(token.text()),
        peer_address: bytes("192.0.2.7"),
        peer_certificate: jwt_auth_bytes {
            data: null(),
            len: 0,
        },
    }
}

fn bytes(text: &str) -> jwt_auth_bytes {
    jwt_auth_bytes {
        data: text.as_ptr(),
        len: text.len(),
    }
}
