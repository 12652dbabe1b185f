# shellcheck shell=sh disable=SC2034,SC2154 # variables that another file sets or uses
# Sourced, with `root` and `target` set and after debian.sh: the platforms, by the names that rustc
# has for them, and what compiles and runs programs for each.

platform_targets="x86_64-unknown-linux-gnu aarch64-unknown-linux-gnu x86_64-unknown-linux-musl aarch64-unknown-linux-musl"

# What is laid out for them: a C library, and wrappers.
platform_dir=$target/platforms
arm64=$platform_dir/arm64

platform_is_here() {
    [ "$1" = "$(uname -m)-unknown-linux-gnu" ]
}

# Where rustc has what it links with.
platform_libdir() {
    rustc --print target-libdir --target "$1"
}

platform_lacks_std() {
    [ -z "$(find "$(platform_libdir "$1")" -name 'libstd-*.rlib' 2>/dev/null)" ]
}

# platform_obstacle TARGET: says why it cannot be built and run here; nothing where it can.
platform_obstacle() {
    if platform_is_here "$1"; then
        return
    elif [ "$(uname -m)" != x86_64 ]; then
        echo "other platforms than its own are built on x86-64"
    elif platform_lacks_std "$1"; then
        echo "rustc has no standard library for it: rustup target add $1"
    elif [ "$1" = aarch64-unknown-linux-musl ] && [ ! -e "$arm64/lib/ld-musl-aarch64.so.1" ]; then
        echo "there is no musl for it, as Debian's archive has one"
    fi
}

# platform_use TARGET: sets what compiles and links C and what runs programs, and tells cargo of it.
platform_use() {
    cc=${CC:-cc} emulator='' platform_flags='' platform_static="-ldl -lm -lgcc_s"
    if platform_is_here "$1"; then return; fi
    case $1 in
    aarch64-unknown-linux-gnu)
        cc=aarch64-linux-gnu-gcc
        emulator="qemu-aarch64 -L /usr/aarch64-linux-gnu"
        ;;
    x86_64-unknown-linux-musl)
        cc=musl-gcc
        platform_use_musl "$1"
        ;;
    aarch64-unknown-linux-musl)
        cc=$platform_dir/aarch64-musl-gcc
        emulator="qemu-aarch64 -L $arm64"
        platform_make_musl_gcc
        platform_use_musl "$1"
        ;;
    esac
    lower=$(echo "$1" | tr - _)
    upper=$(echo "$lower" | tr '[:lower:]' '[:upper:]')
    export "CC_$lower=$cc" "CARGO_TARGET_${upper}_LINKER=$cc" "CARGO_TARGET_${upper}_RUSTFLAGS=$platform_flags"
}

# A panic unwinds the stack by libgcc_s. Systems with musl have one of their own; that of this
# machine is made for glibc, so Rust's unwinder stands in for it. Of a static program gcc leaves out
# the index that this searches, unless --eh-frame-hdr asks for it.
platform_use_musl() {
    unwinder=$(platform_libdir "$1")/self-contained
    mkdir -p "$platform_dir/$1"
    echo "INPUT($unwinder/libunwind.a)" >"$platform_dir/$1/libgcc_s.so"
    platform_flags="-C target-feature=-crt-static -L native=$platform_dir/$1"
    platform_static="-static -Wl,--eh-frame-hdr -L$unwinder -lunwind"
}

# For aarch64, what musl-gcc is for x86-64.
platform_make_musl_gcc() {
    specs=usr/lib/aarch64-linux-musl/musl-gcc.specs
    sed "s|/usr/[a-z]*/aarch64-linux-musl|$arm64&|g" "$arm64/$specs" >"$platform_dir/aarch64-musl.specs"
    printf '#!/bin/sh\nexec aarch64-linux-gnu-gcc "$@" -specs %s\n' "$platform_dir/aarch64-musl.specs" >"$cc"
    chmod 755 "$cc"
}

# platform_run LIBRARY_DIRECTORY PROGRAM ARGUMENT...
platform_run() {
    libraries=$1
    shift
    if [ -n "$emulator" ]; then
        # shellcheck disable=SC2086 # a list of words
        $emulator -E "LD_LIBRARY_PATH=$libraries" "$@"
    else
        LD_LIBRARY_PATH=$libraries "$@"
    fi
}

# The version of musl that programs run with.
platform_musl() {
    case $cc in
    musl-gcc) /lib/ld-musl-x86_64.so.1 2>&1 ;;
    */aarch64-musl-gcc) qemu-aarch64 "$arm64/lib/ld-musl-aarch64.so.1" 2>&1 ;;
    esac | sed -n 's/^Version //p'
}

# The C library for aarch64-unknown-linux-musl, from Debian's archive: unpacked, not installed.
platform_fetch_musl() {
    if [ -e "$arm64/lib/ld-musl-aarch64.so.1" ]; then return; fi
    if [ -z "$(find "$debian_cache/arm64" -name 'musl-dev_*.deb' 2>/dev/null)" ]; then
        (platform_download_musl) || return
    fi
    mkdir -p "$arm64"
    for package in "$debian_cache"/arm64/musl*.deb; do
        dpkg-deb -x "$package" "$arm64" || return
    done
    # Debian has /lib in /usr.
    ln -sf "$arm64/lib/aarch64-linux-musl/libc.so" "$arm64/usr/lib/aarch64-linux-musl"
}

# With lists of packages of its own: this machine's apt-get learns of no other architecture.
platform_download_musl() {
    apt=$platform_dir/apt
    mkdir -p "$debian_cache/arm64" "$apt/lists/partial" "$apt/archives/partial"
    touch "$apt/status"
    cd "$debian_cache/arm64" || return
    set -- -o APT::Architecture=arm64 -o APT::Architectures::=arm64 -o "Dir::State=$apt" \
        -o "Dir::State::status=$apt/status" -o "Dir::Cache=$apt" -o APT::Sandbox::User=root \
        -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false
    apt-get "$@" update
    apt-get "$@" download musl musl-dev
}
