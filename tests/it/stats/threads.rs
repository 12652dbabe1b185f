//! Nothing is lost where many threads count, and where threads end and others come.

use crate::harness::{Broker, jwk, signed, valid_claims};
use jsonwebtoken::Algorithm::EdDSA;
use serde_json::json;

#[test]
fn what_each_thread_has_counted_is_in_the_sum() {
    let broker = Broker::new(&json!({ "jwks": { "keys": [jwk(EdDSA, "ed25519")] } }));
    let token = signed(EdDSA, "ed25519", None, &valid_claims());
    broker.present(&token).allowed();
    let (rounds, threads, each) = (3, 100, 20);
    for _ in 0..rounds {
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    for _ in 0..each {
                        broker.present(&token).allowed();
                    }
                });
            }
        });
    }
    let (found, hits) = (broker.stats(), rounds * threads * each);
    let checks = [(r#"decision="allow",reason="accepted""#, hits + 1)];
    assert_eq!(found.of("jwt_auth_checks_total"), checks);
    let keys = [(r#"issuer="",kid="""#, hits + 1)];
    assert_eq!(found.of("jwt_auth_key_checks_total"), keys);
    assert_eq!(found.value("jwt_auth_cache_hits_total"), hits);
}
