//! The types of the C interface.

use std::sync::{Arc, Mutex};

use libc::{c_char, c_void};

use crate::grant::Grant;
use crate::host::clock::ClockError;
use crate::policy::Terms;
use crate::refusal::{Decision, Reason};
use crate::registry::Registry;
use crate::verifier::{Connack, Verdict, Verifier};

/// The version of the binary interface that this header describes. It changes when a symbol, a
/// number or a field is removed or changes its meaning, and the soname with it; additions keep it.
pub const JWT_AUTH_ABI_VERSION: u32 = 1;

/// Whether a call did its work. What it decided is another question: a refused client is a call
/// that went well. The numbers are never reused.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum jwt_auth_status {
    /// The call did its work.
    Ok = 0,
    /// A pointer that must not be NULL is.
    NullArgument = 1,
    /// The struct_size of an argument is smaller than the struct of version 1.
    BadStruct = 2,
    /// The configuration was not accepted; the error text says which option, and why.
    BadConfig = 3,
    /// There is no such thing, or no more of them.
    NotFound = 4,
    /// An argument is out of its range, or has a length and no data.
    BadArgument = 5,
    /// The library failed, or the clock did. Nothing was decided: treat the client as refused.
    Internal = 6,
}

impl jwt_auth_status {
    const ALL: [Self; 7] = [
        Self::Ok,
        Self::NullArgument,
        Self::BadStruct,
        Self::BadConfig,
        Self::NotFound,
        Self::BadArgument,
        Self::Internal,
    ];

    pub(super) fn name(self) -> &'static std::ffi::CStr {
        match self {
            Self::Ok => c"ok",
            Self::NullArgument => c"null_argument",
            Self::BadStruct => c"bad_struct",
            Self::BadConfig => c"bad_config",
            Self::NotFound => c"not_found",
            Self::BadArgument => c"bad_argument",
            Self::Internal => c"internal",
        }
    }

    pub(super) fn from_number(number: i32) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|status| *status as i32 == number)
    }
}

/// Nothing is decided without the time.
impl From<ClockError> for jwt_auth_status {
    fn from(_: ClockError) -> Self {
        Self::Internal
    }
}

/// A verifier: one configuration with its keys, parsed and ready.
///
/// Made by jwt_auth_init or jwt_auth_init_file, ended by jwt_auth_free. Share one between any number
/// of threads. A process may have several; they know nothing of each other.
pub struct jwt_auth(pub(super) Verifier);

/// What one accepted token grants one client. It does not change, and any number of threads may use
/// it at once.
///
/// Made by jwt_auth_check, jwt_auth_session_renew, jwt_auth_registry_connect or jwt_auth_registry_renew,
/// ended by jwt_auth_session_free. Keep it while the client is connected:
///
///   jwt_auth_session_authorize   may the client use this topic?
///   jwt_auth_session_recheck     is the token still good?
///   jwt_auth_session_renew       may the client go on by this new token?
///   jwt_auth_session_claims      what the token says, as JSON
///   jwt_auth_session_attribute   the token's client_attrs, one by one
///   jwt_auth_session_username    the user name by `username_claim`
///   jwt_auth_session_fingerprint the token's name in the log
///
/// It may outlive the verifier, and be asked about with another one.
pub struct jwt_auth_session {
    /// Only pointers to it exist: what they point to is a shared [`Grant`].
    _opaque: [u8; 0],
}

/// The table of clients: which connection has which session, who is offline, and whose time has come.
///
/// Made by jwt_auth_registry_new, ended by jwt_auth_registry_free. It is for brokers that do not keep
/// sessions themselves. Any number of threads may use one at once. Verifiers are given to each call.
pub struct jwt_auth_registry {
    pub(super) registry: Registry,
    /// The client identifier that the last jwt_auth_over points to.
    pub(super) last_over: Mutex<Option<Arc<[u8]>>>,
}

/// A run of bytes that need not end with a NUL.
///
/// data NULL and len 0: not there, such as a field the client did not send. data set and len 0:
/// there, and empty. data NULL and len not 0: an error, JWT_AUTH_STATUS_BAD_ARGUMENT.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct jwt_auth_bytes {
    /// The first byte.
    pub data: *const u8,
    /// How many bytes there are.
    pub len: usize,
}

/// Who is connecting: fields of the CONNECT packet, filled by the caller.
///
/// Zero it, set struct_size, and set what the client sent. The bytes are read during the call only.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct jwt_auth_client {
    /// sizeof(jwt_auth_client) as the caller was compiled. The struct may grow at its end: a
    /// larger one is accepted, and what this version does not know is ignored.
    pub struct_size: usize,
    /// The client identifier.
    pub client_id: jwt_auth_bytes,
    /// The user name.
    pub username: jwt_auth_bytes,
    /// The password.
    pub password: jwt_auth_bytes,
    /// The address the client connects from, such as "192.0.2.7" or "2001:db8::7", for topic
    /// permissions that depend on it. Optional: without it, such a rule denies but does not allow.
    pub peer_address: jwt_auth_bytes,
    /// The certificate that the client showed in the TLS handshake, in DER. Optional: without it, a
    /// token that its claim cnf binds to a certificate is refused; see `certificate_binding`.
    pub peer_certificate: jwt_auth_bytes,
}

/// The decision about a client. It is written whole by every call that is given one, also by a
/// call that fails; all zero reads as "deny". Its 24 bytes are final.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct jwt_auth_result {
    /// What to do: a jwt_auth_decision.
    pub decision: i32,
    /// Why: a jwt_auth_reason. For the broker's log; tell the client no more than the code below.
    pub reason: i32,
    /// End the session at this Unix second: the first at which the token has expired, leeway
    /// included. At most 253402300799, in the year 9999. 0: do not end it.
    pub expires_at: i64,
    /// 1: the token's claim is_superuser, or whichever superuser_claim_name says, makes the client one;
    /// skip topic permission checks. Otherwise 0.
    pub superuser: u8,
    /// The CONNACK reason code for an MQTT 5 client: 0x00, 0x86, 0x87 or 0x88.
    pub mqtt5_code: u8,
    /// The CONNACK return code for an MQTT 3 client: 0, 3, 4 or 5.
    pub mqtt3_code: u8,
    /// Zero.
    pub reserved: [u8; 5],
}

impl jwt_auth_result {
    /// What a call that fails leaves behind.
    pub(super) const UNDECIDED: Self = Self {
        decision: Decision::Deny as i32,
        reason: Reason::Undecided as i32,
        expires_at: 0,
        superuser: 0,
        mqtt5_code: Connack::NOT_AUTHORIZED.mqtt5,
        mqtt3_code: Connack::NOT_AUTHORIZED.mqtt3,
        reserved: [0; 5],
    };
}

impl<G: AsRef<Terms>> From<&Verdict<G>> for jwt_auth_result {
    fn from(verdict: &Verdict<G>) -> Self {
        let terms = verdict.outcome.as_ref().ok().map(AsRef::as_ref);
        let connack = verdict.connack();
        Self {
            decision: verdict.decision as i32,
            reason: verdict.reason() as i32,
            expires_at: terms.and_then(Terms::expires_at).unwrap_or(0),
            superuser: terms.is_some_and(Terms::superuser).into(),
            mqtt5_code: connack.mqtt5,
            mqtt3_code: connack.mqtt3,
            reserved: [0; 5],
        }
    }
}

/// How many clients a registry remembers, and how often it asks. Zero it, set struct_size, and set the
/// rest; 20,000 and 10 are what a NULL in its place says.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct jwt_auth_registry_options {
    /// sizeof(jwt_auth_registry_options) as the caller was compiled. It may grow as jwt_auth_client may.
    pub struct_size: usize,
    /// How many clients that are offline are remembered, those whose time is over among them. Beyond,
    /// those who went first are forgotten. 0: nobody is remembered.
    pub max_offline: usize,
    /// Every session is asked within this time, in seconds, whether it is still good. 0: 10.
    pub recheck_seconds: u32,
}

/// A client whose time has come. Its 40 bytes are final.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct jwt_auth_over {
    /// Its connection.
    pub connection: u64,
    /// Its client identifier, as it was given to jwt_auth_registry_connect; data NULL: it sent none. Lives
    /// until the next jwt_auth_registry_next_over or jwt_auth_registry_free.
    pub client_id: jwt_auth_bytes,
    /// Why: JWT_AUTH_REASON_EXPIRED, JWT_AUTH_REASON_REVOKED or JWT_AUTH_REASON_NO_KEY.
    pub reason: i32,
    /// 1: it was offline, so there is nothing to disconnect. Otherwise 0.
    pub offline: u8,
    /// Zero.
    pub reserved: [u8; 11],
}

impl jwt_auth_over {
    /// What a call leaves behind that gives nobody.
    pub(super) const NOBODY: Self = Self {
        connection: 0,
        client_id: jwt_auth_bytes::NONE,
        reason: Reason::Undecided as i32,
        offline: 0,
        reserved: [0; 11],
    };
}

/// Takes one log line.
///
/// userdata is that of jwt_auth_hooks, level a jwt_auth_log_level. line is one line of UTF-8
/// without control characters, ended by a NUL, and lives until the function returns. It never
/// holds a token, a secret or a password; a token is named by the first 8 hexadecimal digits of
/// its SHA-256. Lines about a check are written by the thread that called jwt_auth_check, before
/// it returns; lines about an `endpoint` by the thread that fetches its keys. Of the clients that are
/// refused for one reason in one second, those beyond the tenth are written at level DEBUG, and the
/// next call with the verifier in a later second, whichever it is, writes their number at level INFO;
/// so do jwt_auth_reload and jwt_auth_free. The function may be called from any thread, also from
/// several at once. It must not call this library, and must not throw or longjmp.
pub type jwt_auth_log_fn =
    Option<unsafe extern "C" fn(userdata: *mut c_void, level: i32, line: *const c_char)>;

/// Tells the time in Unix seconds; for tests, and for brokers that keep a clock of their own.
///
/// userdata is that of jwt_auth_hooks. A negative time, as time() returns when it fails, makes the
/// call fail with JWT_AUTH_STATUS_INTERNAL. The function may be called from any thread, also from
/// several at once: on every check, and by the thread of an `endpoint`. It should not block. It must
/// not call this library, and must not throw or longjmp.
pub type jwt_auth_clock_fn = Option<unsafe extern "C" fn(userdata: *mut c_void) -> i64>;

/// What a verifier may call. Optional: NULL, or a struct of zeros with struct_size zero as well, is
/// no log and the system clock.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct jwt_auth_hooks {
    /// sizeof(jwt_auth_hooks) as the caller was compiled. It may grow as jwt_auth_client may.
    pub struct_size: usize,
    /// Takes log lines. NULL: nothing is logged.
    pub log: jwt_auth_log_fn,
    /// Tells the time. NULL: the system clock does.
    pub clock: jwt_auth_clock_fn,
    /// Handed to both functions; never looked at. It must live until jwt_auth_free returns.
    pub userdata: *mut c_void,
}

impl jwt_auth_bytes {
    /// What a call that fails leaves behind.
    pub(super) const NONE: Self = Self {
        data: std::ptr::null(),
        len: 0,
    };
}

impl From<&[u8]> for jwt_auth_bytes {
    fn from(bytes: &[u8]) -> Self {
        Self {
            data: bytes.as_ptr(),
            len: bytes.len(),
        }
    }
}

impl jwt_auth_client {
    /// The size of the first version: no caller's struct is smaller.
    pub(super) const VERSION_1_SIZE: usize =
        std::mem::offset_of!(Self, peer_address) + size_of::<jwt_auth_bytes>();

    /// The least size of a struct that has the member `peer_certificate`.
    pub(super) const PEER_CERTIFICATE_SIZE: usize =
        std::mem::offset_of!(Self, peer_certificate) + size_of::<jwt_auth_bytes>();
}

impl jwt_auth_hooks {
    /// The size of version 1, which every later version is larger than.
    pub(super) const VERSION_1_SIZE: usize =
        std::mem::offset_of!(Self, userdata) + size_of::<*mut c_void>();
}

impl jwt_auth_registry_options {
    /// The size of version 1, which every later version is larger than.
    pub(super) const VERSION_1_SIZE: usize = size_of::<Self>();
}

/// What any number of threads may use at once.
const _: () = {
    const fn shared<T: Send + Sync>() {}
    shared::<jwt_auth>();
    shared::<Grant>();
    shared::<jwt_auth_registry>();
};

#[cfg(target_pointer_width = "64")]
const _: () = {
    use std::mem::{offset_of, size_of};
    assert!(size_of::<jwt_auth_bytes>() == 16);
    assert!(size_of::<jwt_auth_client>() == 88 && jwt_auth_client::VERSION_1_SIZE == 72);
    assert!(offset_of!(jwt_auth_client, peer_certificate) == 72);
    assert!(size_of::<jwt_auth_result>() == 24 && offset_of!(jwt_auth_result, superuser) == 16);
    assert!(size_of::<jwt_auth_registry_options>() == 24);
    assert!(size_of::<jwt_auth_over>() == 40 && offset_of!(jwt_auth_over, offline) == 28);
    assert!(size_of::<jwt_auth_hooks>() == 32 && offset_of!(jwt_auth_hooks, userdata) == 24);
};
