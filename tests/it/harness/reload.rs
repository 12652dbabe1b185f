//! A broker that gets another configuration.

use jwt_auth::ffi::jwt_auth_reload;
use serde_json::Value;

use super::Broker;
use super::broker::accepted;

impl Broker {
    /// Takes up this configuration, or the error text of a `BAD_CONFIG`.
    #[track_caller]
    pub fn reload(&self, config: &Value) -> Result<(), String> {
        self.reload_text(config.to_string().as_bytes())
    }

    /// The same with a text that may be anything.
    #[track_caller]
    pub fn reload_text(&self, config: &[u8]) -> Result<(), String> {
        let mut error = [0x7f_u8; 512];
        // SAFETY: all pointers are good.
        let status = unsafe {
            jwt_auth_reload(
                self.auth,
                config.as_ptr().cast(),
                config.len(),
                error.as_mut_ptr().cast(),
                error.len(),
            )
        };
        accepted(config, status, &error)
    }

    /// Takes up this configuration, which must be accepted.
    #[track_caller]
    pub fn reloaded(&self, config: &Value) -> &Self {
        self.reload(config)
            .unwrap_or_else(|error| panic!("{error}"));
        self
    }
}
