# shellcheck shell=sh disable=SC2034,SC2154 # variables that another file sets or uses
# Sourced by the scripts that build, with `root` set and before they change the directory: sets
# `target`, where cargo builds, and says what is to be done where there is no cargo.

case ${CARGO_TARGET_DIR:-} in
'') target=$root/target ;;
/*) target=$CARGO_TARGET_DIR ;;
*) target=$PWD/$CARGO_TARGET_DIR ;;
esac
export CARGO_TARGET_DIR="$target"

need_cargo() {
    if ! command -v cargo >/dev/null 2>&1; then
        echo "$0: cargo is missing; install Rust: https://rustup.rs" >&2
        exit 1
    fi
}

# Builds libjwt_auth.so, unless JWT_AUTH_LIBRARY_DIR says where one is.
need_library() {
    if [ -z "${JWT_AUTH_LIBRARY_DIR:-}" ]; then
        need_cargo
        cargo build --release --locked --manifest-path "$root/Cargo.toml"
        export JWT_AUTH_LIBRARY_DIR="$target/release"
    fi
}
