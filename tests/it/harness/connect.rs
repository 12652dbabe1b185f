//! What a client sends to connect.

use std::ptr::null;

use jwt_auth::ffi::{jwt_auth_bytes, jwt_auth_client};

pub(super) fn bytes(field: Option<&[u8]>) -> jwt_auth_bytes {
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

/// The fields of a CONNECT packet.
#[derive(Clone, Copy)]
pub struct Connect<'a> {
    pub client_id: Option<&'a [u8]>,
    pub username: Option<&'a [u8]>,
    pub password: Option<&'a [u8]>,
    pub peer_address: Option<&'a [u8]>,
    pub peer_certificate: Option<&'a [u8]>,
}

impl Default for Connect<'_> {
    fn default() -> Self {
        Self {
            client_id: Some(b"c1"),
            username: Some(b"u1"),
            password: None,
            peer_address: None,
            peer_certificate: None,
        }
    }
}

impl Connect<'_> {
    pub(super) fn fields(&self) -> jwt_auth_client {
        jwt_auth_client {
            struct_size: size_of::<jwt_auth_client>(),
            client_id: bytes(self.client_id),
            username: bytes(self.username),
            password: bytes(self.password),
            peer_address: bytes(self.peer_address),
            peer_certificate: bytes(self.peer_certificate),
        }
    }
}
