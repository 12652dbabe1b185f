//! Gives the shared library its soname. With the feature `header` it also makes the C header.

use std::env;
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    if env::var("CARGO_CFG_TARGET_OS")? == "linux" {
        // cargo-c gives the soname itself.
        if env::var_os("CARGO_FEATURE_CAPI").is_none() {
            let abi_version = abi_version()?;
            println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libjwt_auth.so.{abi_version}");
        }
        // AWS-LC keeps memory for each thread and frees it when the thread ends. By then a plugin
        // host may have closed the library, and the thread would run into unmapped code.
        println!("cargo:rustc-cdylib-link-arg=-Wl,-z,nodelete");
    }
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=Cargo.toml");
    #[cfg(feature = "header")]
    header::generate()?;
    Ok(())
}

/// The first number of the version of the shared library.
fn abi_version() -> Result<String, Box<dyn Error>> {
    let manifest = std::fs::read_to_string("Cargo.toml")?;
    let (_, table) = manifest
        .split_once("[package.metadata.capi.library]\n")
        .ok_or("Cargo.toml says no version of the library")?;
    let (abi_version, _) = table
        .strip_prefix("version = \"")
        .and_then(|version| version.split_once('.'))
        .ok_or("Cargo.toml says no version of the library")?;
    Ok(abi_version.to_owned())
}

/// The C header, as the code has it.
#[cfg(feature = "header")]
mod header {
    use std::env;
    use std::error::Error;
    use std::path::PathBuf;

    use cbindgen::{Builder, Config, DocumentationStyle, Language, RenameRule, Style};

    /// What it is made of, in the order in which its functions appear.
    const SOURCES: [&str; 11] = [
        "src/refusal/reason.rs",
        "src/acl/request.rs",
        "src/host/log.rs",
        "src/registry/state.rs",
        "src/ffi/types.rs",
        "src/ffi/verifier.rs",
        "src/ffi/file.rs",
        "src/ffi/session.rs",
        "src/ffi/registry.rs",
        "src/ffi/operate.rs",
        "src/ffi/names.rs",
    ];

    /// Its opening words.
    const MANUAL: &str = "src/ffi/manual.h";

    /// Writes it into `OUT_DIR`, where a test compares it with the one that is committed.
    pub(super) fn generate() -> Result<(), Box<dyn Error>> {
        for source in SOURCES.iter().chain([&MANUAL]) {
            println!("cargo:rerun-if-changed={source}");
        }

        let mut config = Config {
            language: Language::C,
            header: Some(std::fs::read_to_string(MANUAL)?.trim_end().to_owned()),
            include_guard: Some("JWT_AUTH_H".to_owned()),
            no_includes: true,
            sys_includes: vec!["stddef.h".to_owned(), "stdint.h".to_owned()],
            cpp_compat: true,
            usize_is_size_t: true,
            documentation_style: DocumentationStyle::C99,
            style: Style::Both,
            line_length: 100,
            ..Config::default()
        };
        config.enumeration.rename_variants = RenameRule::QualifiedScreamingSnakeCase;
        let enumerations = [
            ("Decision", "jwt_auth_decision"),
            ("Reason", "jwt_auth_reason"),
            ("Action", "jwt_auth_action"),
            ("Permission", "jwt_auth_permission"),
            ("LogLevel", "jwt_auth_log_level"),
            ("State", "jwt_auth_state"),
        ];
        for (rust, c) in enumerations {
            config.export.include.push(rust.to_owned());
            config.export.rename.insert(rust.to_owned(), c.to_owned());
        }
        let builder = SOURCES
            .iter()
            .fold(Builder::new().with_config(config), Builder::with_src);
        let header = PathBuf::from(env::var_os("OUT_DIR").ok_or("no OUT_DIR")?).join("jwt_auth.h");
        let mut text = Vec::new();
        builder.generate()?.write(&mut text);
        // A heading of Rust's documentation, which C has no use for.
        let text = String::from_utf8(text)?.replace("// # Safety\n//\n", "");
        std::fs::write(header, text)?;
        Ok(())
    }
}
