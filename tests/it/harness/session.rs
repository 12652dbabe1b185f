//! What a broker keeps of a client that is connected.

use std::ptr::{null, null_mut};

use jwt_auth::ffi::{
    jwt_auth_bytes, jwt_auth_session, jwt_auth_session_attribute, jwt_auth_session_authorize,
    jwt_auth_session_fingerprint, jwt_auth_session_free, jwt_auth_session_recheck,
    jwt_auth_session_renew, jwt_auth_session_username, jwt_auth_status,
};
use jwt_auth::{Action, Decision, Permission};
use serde_json::{Value, json};

use super::answer::{POISON, claims};
use super::connect::bytes;
use super::{Answer, Broker, Connect, broker, token};

/// The session of an accepted client.
pub struct Session<'b> {
    broker: &'b Broker,
    session: *mut jwt_auth_session,
}

// SAFETY: a session may be shared between threads.
unsafe impl Sync for Session<'_> {}

/// What a client asks for; by default to publish at most once, not retained.
#[derive(Debug, Clone, Copy)]
pub struct Ask {
    pub action: i32,
    pub qos: u8,
    pub retain: u8,
}

pub const PUBLISH: Ask = Ask {
    action: Action::Publish as i32,
    qos: 0,
    retain: 0,
};
pub const SUBSCRIBE: Ask = Ask {
    action: Action::Subscribe as i32,
    ..PUBLISH
};
pub const RECEIVE: Ask = Ask {
    action: Action::Receive as i32,
    ..PUBLISH
};

impl Broker {
    /// Lets a client connect, which must be accepted, and keeps its session.
    #[track_caller]
    pub fn admit(&self, client: Connect<'_>) -> Session<'_> {
        let (answer, session) = self.check(client);
        answer.allowed();
        self.session(session)
    }

    /// The session that a call made.
    pub fn session(&self, session: *mut jwt_auth_session) -> Session<'_> {
        Session {
            broker: self,
            session,
        }
    }

    /// The same, with this token as its password.
    #[track_caller]
    pub fn admit_with(&self, token: &str) -> Session<'_> {
        self.admit(Connect {
            password: Some(token.as_bytes()),
            ..Connect::default()
        })
    }
}

/// What a client with this ACL claim, user name `u1` and client id `c1` may do.
#[track_caller]
pub fn may(acl: &Value, ask: Ask, topic: &str) -> Permission {
    let broker = broker(json!({}));
    let session = broker.admit_with(&token(&json!({ "acl": acl })));
    session.may(ask, topic)
}

impl Session<'_> {
    /// Asks, and takes no failure for an answer.
    #[track_caller]
    pub fn may(&self, ask: Ask, topic: impl AsRef<[u8]>) -> Permission {
        let (status, permission) = self.try_ask(ask, Some(topic.as_ref()));
        assert_eq!(status, jwt_auth_status::Ok);
        [Permission::Deny, Permission::Allow, Permission::NoMatch]
            .into_iter()
            .find(|known| *known as i32 == permission)
            .unwrap_or_else(|| panic!("the permission is {permission}"))
    }

    /// Asks, and says what came back.
    pub fn try_ask(&self, ask: Ask, topic: Option<&[u8]>) -> (jwt_auth_status, i32) {
        self.call(ask, bytes(topic))
    }

    /// Asks about so many bytes at NULL, and says what came back.
    pub fn try_ask_of_nothing(&self, ask: Ask, len: usize) -> (jwt_auth_status, i32) {
        let data = null();
        self.call(ask, jwt_auth_bytes { data, len })
    }

    fn call(&self, ask: Ask, topic: jwt_auth_bytes) -> (jwt_auth_status, i32) {
        let mut permission = Permission::Allow as i32;
        // SAFETY: all pointers are good.
        let status = unsafe {
            jwt_auth_session_authorize(
                self.broker.auth,
                self.session,
                ask.action,
                topic,
                ask.qos,
                ask.retain,
                &raw mut permission,
            )
        };
        (status, permission)
    }

    pub fn recheck(&self) -> Answer {
        let mut result = POISON;
        // SAFETY: all pointers are good.
        let status =
            unsafe { jwt_auth_session_recheck(self.broker.auth, self.session, &raw mut result) };
        Answer {
            status,
            result,
            claims: None,
        }
    }

    /// Renews it by what the client sends now. The session for that; none: it was refused.
    #[track_caller]
    pub fn renew(&self, client: Connect<'_>) -> (Answer, Option<Session<'_>>) {
        let (fields, mut result) = (client.fields(), POISON);
        let mut renewed: *mut jwt_auth_session = null_mut();
        // SAFETY: all pointers are good.
        let status = unsafe {
            jwt_auth_session_renew(
                self.broker.auth,
                self.session,
                &raw const fields,
                &raw mut result,
                &raw mut renewed,
            )
        };
        assert_eq!(result.reserved, [0; 5]);
        assert_eq!(
            !renewed.is_null(),
            result.decision == Decision::Allow as i32,
            "a session exactly for the accepted"
        );
        let claims = claims(renewed);
        let answer = Answer {
            status,
            result,
            claims,
        };
        let session = Session {
            broker: self.broker,
            session: renewed,
        };
        (answer, (!renewed.is_null()).then_some(session))
    }

    /// The same, with this token as the password.
    #[track_caller]
    pub fn renew_with(&self, token: &str) -> Answer {
        let password = Some(token.as_bytes());
        let client = Connect::default();
        self.renew(Connect { password, ..client }).0
    }

    /// All client attributes.
    pub fn attributes(&self) -> Vec<(String, String)> {
        let text = |bytes: jwt_auth_bytes| {
            // SAFETY: the bytes live as long as the session.
            let bytes = unsafe { std::slice::from_raw_parts(bytes.data, bytes.len) };
            String::from_utf8(bytes.to_vec()).unwrap()
        };
        let attribute = |index| {
            let (mut name, mut value) = (bytes(Some(b"?")), bytes(Some(b"?")));
            // SAFETY: all pointers are good.
            let status = unsafe {
                jwt_auth_session_attribute(self.session, index, &raw mut name, &raw mut value)
            };
            if status == jwt_auth_status::NotFound {
                assert!(name.data.is_null() && value.data.is_null());
                assert_eq!((name.len, value.len), (0, 0));
                return None;
            }
            assert_eq!(status, jwt_auth_status::Ok);
            Some((text(name), text(value)))
        };
        (0..).map_while(attribute).collect()
    }

    /// The user name that a claim says.
    pub fn username(&self) -> Option<String> {
        let mut name = bytes(Some(b"?"));
        // SAFETY: both pointers are good.
        let status = unsafe { jwt_auth_session_username(self.session, &raw mut name) };
        if status == jwt_auth_status::NotFound {
            assert!(name.data.is_null());
            assert_eq!(name.len, 0);
            return None;
        }
        assert_eq!(status, jwt_auth_status::Ok);
        // SAFETY: the bytes live as long as the session.
        let name = unsafe { std::slice::from_raw_parts(name.data, name.len) };
        Some(String::from_utf8(name.to_vec()).unwrap())
    }

    /// The name of the token.
    pub fn fingerprint(&self) -> String {
        let mut text = [b'?'; 10];
        // SAFETY: both pointers are good.
        let status =
            unsafe { jwt_auth_session_fingerprint(self.session, text.as_mut_ptr().cast()) };
        assert_eq!(status, jwt_auth_status::Ok);
        assert_eq!(text[8..], *b"\0?");
        String::from_utf8(text[..8].to_vec()).unwrap()
    }

    /// Gives the session to another broker.
    pub fn moved_to(mut self, other: &Broker) -> Session<'_> {
        Session {
            broker: other,
            session: std::mem::replace(&mut self.session, null_mut()),
        }
    }
}

impl Drop for Session<'_> {
    fn drop(&mut self) {
        // SAFETY: it came from a check, or is NULL, and nobody uses it any more.
        unsafe { jwt_auth_session_free(self.session) };
    }
}
