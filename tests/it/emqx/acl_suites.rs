//! EMQX's own suites about topic permissions and expiry, replayed: each test has the name of the
//! case it replays. Where the outcome is not EMQX's, a comment begins with "Differs".
//!
//! Not here: what EMQX does when a session expires (it sends DISCONNECT with 0x87, and the will
//! message), which is the broker's part, and `t_check_jwt_acl_no_jwt_claims`, about other hooks.

use crate::harness::session::{PUBLISH, SUBSCRIBE, Session};
use crate::harness::{Broker, Connect, HS256_HEADER, NOW, hs256};
use jwt_auth::Permission::{Allow, Deny, NoMatch};
use jwt_auth::Reason;
use serde_json::{Value, json};

/// A broker with the configuration of the suites.
fn broker(disconnect_after_expire: bool) -> Broker {
    Broker::new(&json!({
        "secret": "secret",
        "verify_claims": {"username": "${username}"},
        "disconnect_after_expire": disconnect_after_expire,
    }))
}

fn token(claims: &Value) -> String {
    let mut claims = claims.clone();
    claims["username"] = json!("username");
    hs256("secret", HS256_HEADER, claims.to_string())
}

fn client(token: &str) -> Connect<'_> {
    Connect {
        client_id: Some(b"clientid"),
        username: Some(b"username"),
        password: Some(token.as_bytes()),
        peer_address: None,
        peer_certificate: None,
    }
}

fn connect<'b>(broker: &'b Broker, claims: &Value) -> Session<'b> {
    broker.admit(client(&token(claims)))
}

/// `emqx_authn_jwt_expire_SUITE` of EMQX 6.
mod expire {
    use super::*;

    #[test]
    fn t_jwt_expire() {
        let broker = broker(true);
        let claims = json!({"exp": NOW + 3});
        let answer = broker.connect(client(&token(&claims)));
        assert_eq!(answer.allowed().result.expires_at, NOW + 3);

        let session = connect(&broker, &claims);
        broker.set_time(NOW + 2);
        session.recheck().allowed();
        assert_eq!(session.may(PUBLISH, "t"), NoMatch);
        broker.set_time(NOW + 3);
        session.recheck().denied(Reason::Expired);
        assert_eq!(session.may(PUBLISH, "t"), Deny);
    }

    #[test]
    fn t_will_message_on_auth_expire() {
        let broker = broker(true);
        let acl = json!([{"permission": "allow", "action": "pub", "topic": "t/will"}]);
        let session = connect(&broker, &json!({"exp": NOW + 3, "acl": acl}));
        assert_eq!(session.may(PUBLISH, "t/will"), Allow);
        broker.set_time(NOW + 3);
        // Differs from EMQX, which publishes the will of a session that has expired: whoever wants
        // that asks for the will when the client connects.
        assert_eq!(session.may(PUBLISH, "t/will"), Deny);
    }
}

/// `emqx_authz_jwt_SUITE` of EMQX 6, where no match is a denial, as a broker may have it.
mod authz {
    use super::*;

    /// What a client with this claim may subscribe to, and what not.
    #[track_caller]
    fn topic_rules(acl: &Value, otherwise: jwt_auth::Permission) {
        let broker = broker(false);
        let session = connect(&broker, &json!({"acl": acl, "exp": NOW + 60}));
        for topic in [
            "testpub1/username",
            "testpub2/clientid",
            "testpub3/foobar",
            "testsub1/username",
            "testsub2/username",
            "testsub1/clientid",
            "testsub4/foobar",
            "testall1/username",
            "testall2/username",
            "testall1/clientid",
            "testall4/foobar",
        ] {
            assert_eq!(session.may(SUBSCRIBE, topic), otherwise, "{topic}");
        }
        for topic in [
            "testsub1/${username}",
            "testsub2/clientid",
            "testsub3/foobar",
            "testsub3/+/foobar",
            "testsub3/#",
            "testall1/${username}",
            "testall2/clientid",
            "testall3/foobar",
            "testall3/+/foobar",
            "testall3/#",
        ] {
            assert_eq!(session.may(SUBSCRIBE, topic), Allow, "{topic}");
        }
    }

    fn topics(action: &str) -> Value {
        json!([
            format!("eq test{action}1/${{username}}"),
            format!("test{action}2/${{clientid}}"),
            format!("test{action}3/#"),
        ])
    }

    #[test]
    fn t_topic_rules() {
        let acl = json!({"pub": topics("pub"), "sub": topics("sub"), "all": topics("all")});
        topic_rules(&acl, Deny);
    }

    #[test]
    fn t_topic_rules_v2() {
        let rule = |action: &str| json!({"permission": "allow", "action": action, "topics": topics(action)});
        topic_rules(&json!([rule("pub"), rule("sub"), rule("all")]), NoMatch);
    }

    #[test]
    fn t_check_pub() {
        let broker = broker(false);
        let session = connect(&broker, &json!({"acl": {"sub": ["a/b"]}}));
        assert_eq!(session.may(PUBLISH, "a/b"), Deny);
        assert_eq!(session.may(SUBSCRIBE, "a/b"), Allow);
    }

    #[test]
    fn t_check_no_recs() {
        let broker = broker(false);
        let session = connect(&broker, &json!({"acl": {}}));
        assert_eq!(session.may(SUBSCRIBE, "a/b"), Deny);
    }

    #[test]
    fn t_check_no_acl_claim() {
        let broker = broker(false);
        let session = connect(&broker, &json!({}));
        assert_eq!(session.may(SUBSCRIBE, "a/b"), NoMatch);
    }

    #[test]
    fn t_check_str_exp() {
        let broker = broker(false);
        let exp = (NOW + 10).to_string();
        let session = connect(&broker, &json!({"acl": {"sub": ["a/b"]}, "exp": exp}));
        assert_eq!(session.may(SUBSCRIBE, "a/b"), Allow);
    }

    #[test]
    fn t_check_expire() {
        let broker = broker(false);
        let session = connect(&broker, &json!({"acl": {"sub": ["a/b"]}, "exp": NOW + 5}));
        assert_eq!(session.may(SUBSCRIBE, "a/b"), Allow);
        broker.set_time(NOW + 6);
        assert_eq!(session.may(SUBSCRIBE, "a/b"), Deny);
        session.recheck().allowed();
    }

    #[test]
    fn t_check_no_expire() {
        let broker = broker(false);
        let session = connect(&broker, &json!({"acl": {"sub": ["a/b"]}}));
        broker.set_time(i64::MAX);
        assert_eq!(session.may(SUBSCRIBE, "a/b"), Allow);
    }

    #[test]
    fn t_check_undefined_expire() {
        let broker = broker(false);
        let session = connect(&broker, &json!({"acl": {"sub": ["a/b"]}}));
        assert_eq!(session.may(SUBSCRIBE, "a/b"), Allow);
        assert_eq!(session.may(SUBSCRIBE, "a/bar"), Deny);
    }

    #[test]
    fn t_invalid_rule() {
        for rule in [
            json!({"permission": "allow", "topic": "a/b"}),
            json!({"permission": "allow", "action": "pub"}),
            json!({"permission": "invalid", "action": "pub", "topic": "a/b"}),
            json!({"permission": "allow", "action": "invalid", "topic": "a/b"}),
            json!({"permission": "allow", "action": "pub", "topic": "a/b", "qos": 3}),
        ] {
            let token = token(&json!({"acl": [rule]}));
            broker(false).connect(client(&token)).denied(Reason::BadAcl);
        }
    }
}

/// The cases of `emqx_auth_jwt_SUITE` of EMQX 4.4.19 about topic permissions; no match is a denial
/// there too.
mod version_4 {
    use super::*;

    #[test]
    fn t_check_jwt_acl() {
        let broker = broker(true);
        let acl = json!({"sub": ["a/b"], "pub": ["c/d"], "all": ["all"]});
        let session = connect(&broker, &json!({"sub": "value", "acl": acl}));
        assert_eq!(session.may(SUBSCRIBE, "a/b"), Allow);
        assert_eq!(session.may(PUBLISH, "c/d"), Allow);
        assert_eq!(session.may(SUBSCRIBE, "c/d"), Deny);
        assert_eq!(session.may(PUBLISH, "a/b"), Deny);
        assert_eq!(session.may(SUBSCRIBE, "all"), Allow);
        assert_eq!(session.may(PUBLISH, "all"), Allow);
    }

    #[test]
    fn t_check_jwt_acl_no_recs() {
        let broker = broker(true);
        let session = connect(&broker, &json!({"acl": []}));
        assert_eq!(session.may(SUBSCRIBE, "a/b"), NoMatch);
    }

    #[test]
    fn t_check_jwt_acl_no_acl_claim() {
        let broker = broker(true);
        let session = connect(&broker, &json!({"sub": "value"}));
        assert_eq!(session.may(SUBSCRIBE, "a/b"), NoMatch);
    }

    #[test]
    fn t_check_jwt_acl_expire() {
        let broker = broker(false);
        let session = connect(&broker, &json!({"acl": {"sub": ["a/b"]}, "exp": NOW + 1}));
        assert_eq!(session.may(SUBSCRIBE, "a/b"), Allow);
        // Differs from 4.4, where that second still counts: exp is the end, as it is at CONNECT.
        broker.set_time(NOW + 1);
        assert_eq!(session.may(SUBSCRIBE, "a/b"), Deny);
        broker.set_time(NOW + 2);
        assert_eq!(session.may(SUBSCRIBE, "a/b"), Deny);
    }

    #[test]
    fn t_check_jwt_acl_no_exp() {
        let broker = broker(true);
        let session = connect(&broker, &json!({"acl": {"sub": ["a/b"]}}));
        assert_eq!(session.may(SUBSCRIBE, "a/b"), Allow);
    }
}
