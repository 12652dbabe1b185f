//! The panic boundary.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::types::jwt_auth_status;

/// Runs the body of an exported function. A panic becomes a status: unwinding into C is undefined,
/// and ending the broker is worse. What `body` left half done is out of reach afterwards.
pub(super) fn guard(body: impl FnOnce() -> Result<(), jwt_auth_status>) -> jwt_auth_status {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(())) => jwt_auth_status::Ok,
        Ok(Err(status)) => status,
        Err(_) => jwt_auth_status::Internal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_a_status() {
        assert_eq!(
            guard(|| unreachable!("on purpose")),
            jwt_auth_status::Internal
        );
    }
}
