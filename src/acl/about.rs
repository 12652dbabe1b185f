//! Whom a rule is about, as far as that is known.

use super::request::Permission;

/// Whether a rule is about the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    This,
    Another,
    /// A condition is about a field that the broker did not pass, or that is too long to be searched.
    Unknown,
}

impl About {
    /// The conjunction of two conditions.
    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Another, _) | (_, Self::Another) => Self::Another,
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            (Self::This, Self::This) => Self::This,
        }
    }

    /// Whether a rule of this permission holds. An unknown field must neither lift a ban nor grant anything.
    pub(super) fn holds(self, permission: Permission) -> bool {
        match self {
            Self::This => true,
            Self::Another => false,
            Self::Unknown => permission == Permission::Deny,
        }
    }
}

impl From<bool> for About {
    fn from(this: bool) -> Self {
        if this { Self::This } else { Self::Another }
    }
}
