//! The option `ssl`.

/// How to speak TLS with the endpoint.
#[derive(Default, serde::Deserialize)]
#[cfg_attr(test, derive(serde::Serialize, schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Ssl {
    /// Whether the server's certificate is verified.
    pub(crate) verify: Verify,

    /// The path of a PEM file with the certificate authorities to trust, or with the certificate
    /// of the server itself. Not given: the authorities that the system trusts.
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub(crate) cacertfile: Option<String>,

    /// The path of a PEM file with a client certificate, its chain after it.
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub(crate) certfile: Option<String>,

    /// The path of a PEM file with the client certificate's private key, without a passphrase.
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub(crate) keyfile: Option<String>,

    /// The host name to ask the server for, and for which its certificate must be good. Not given:
    /// the host of the URL. `disable`: ask for none; the certificate must be good for that host.
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub(crate) server_name_indication: Option<String>,
}

/// Whether a server's certificate is verified.
#[derive(Debug, Clone, Copy, Default, serde::Deserialize)]
#[cfg_attr(test, derive(serde::Serialize, schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verify {
    /// It is: chain, dates and host name.
    #[default]
    VerifyPeer,
    /// It is not. Whoever can answer in the server's place decides which keys are trusted.
    VerifyNone,
}
