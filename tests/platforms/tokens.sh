#!/bin/sh
# Builds the library for a platform, and asks it about tokens of every algorithm: the shared library
# and the static one.
# usage: tokens.sh TARGET
set -eu
export LC_ALL=C RUST_BACKTRACE=0

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
triple=$1
. "$root/tests/run/cargo.sh"
. "$root/tests/run/debian.sh"
. "$root/tests/platforms/targets.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$root"

# The library that the other tests run is optimized as a whole. To do that for each platform would
# take minutes, and ask nothing else.
platform_use "$triple"
if platform_is_here "$triple"; then
    built=$target/release
    cargo build --release --locked
else
    export CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16
    built=$target/$triple/release
    cargo build --release --locked --lib --target "$triple"
fi
library=$built/libjwt_auth.so
soname=$(sed -n 's/^#define JWT_AUTH_ABI_VERSION /libjwt_auth.so./p' include/jwt_auth.h)
ln -s "$library" "$work/$soname"

# compile PROGRAM SOURCE WORD...: a program of this directory, and what it is linked with
compile() {
    program=$work/$1 source=$here/$2
    shift 2
    "$cc" -std=c11 -D_DEFAULT_SOURCE -O1 -Wall -Wextra -Wpedantic -Werror -I include "$source" -pthread \
        -o "$program" "$@"
}

# compile_with_archive PROGRAM SOURCE ARCHIVE
compile_with_archive() {
    # shellcheck disable=SC2086 # a list of words
    compile "$1" "$2" "$3" $platform_static
}

panics() {
    # shellcheck disable=SC2086 # a list of words
    rustc --edition 2024 -O --target "$triple" -C "linker=$cc" $platform_flags --crate-type "$1" \
        --out-dir "$work" "$here/panics.rs"
}

python3 "$here/cases.py" >"$work/cases"
compile shared algorithms.c "$work/$soname"
platform_run "$work" "$work/shared" "tokens in the shared library" <"$work/cases"
compile_with_archive static algorithms.c "$built/libjwt_auth.a"
platform_run "$work" "$work/static" "tokens in the static library" <"$work/cases"

panics cdylib
compile shared_panics panics.c "$work/libpanics.so"
platform_run "$work" "$work/shared_panics"
panics staticlib
compile_with_archive static_panics panics.c "$work/libpanics.a"
platform_run "$work" "$work/static_panics"
echo "2 checks of panics passed"

sh tests/c/soname.sh "$soname" "$library" "$work/shared"
sh tests/c/hardened.sh rust "$library"
if ! readelf -dW "$library" | grep -q 'FLAGS_1.*NODELETE'; then
    echo "$library may be unloaded under threads that it keeps memory for"
    exit 1
fi
echo "3 checks of the shared library's file passed"
sh "$here/c_library.sh" "$triple" "$library" "$(platform_musl)"
