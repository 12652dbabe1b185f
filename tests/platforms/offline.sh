#!/bin/sh
# The lines that docs/platforms.md has for builds without a network build the library: in a copy of
# the source, with no network and no crates but those that the lines have brought.
# usage: offline.sh
set -eu
export LC_ALL=C

root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# block NUMBER: a block of code of that section
block() {
    awk -v number="$1" '
        /^## / { inside = $0 == "## Without a network" }
        inside && /^```/ { fences++; next }
        inside && fences == 2 * number - 1' "$root/docs/platforms.md"
}

mkdir "$work/source" "$work/home"
tar -C "$root" --exclude=./target --exclude=./fuzz/target --exclude=./.git -cf - . | tar -C "$work/source" -xf -
cd "$work/source"
block 1 >"$work/with"
block 2 >"$work/without"
sh -eu "$work/with" 2>"$work/log" || { cat "$work/log"; exit 1; }

# Not optimized: it is asked whether everything is there.
# shellcheck disable=SC2016 # for the inner shell
unshare --net env -i PATH="$PATH" HOME="$work/home" RUSTUP_HOME="${RUSTUP_HOME:-$HOME/.rustup}" \
    CARGO_HOME="$work/cargo" CARGO_TARGET_DIR="$work/target" CARGO_PROFILE_RELEASE_OPT_LEVEL=0 \
    CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 sh -euc '
        if [ "$(grep -c : /proc/self/net/dev)" -ne 1 ]; then
            echo "there is a network:"
            cat /proc/self/net/dev
            exit 1
        fi
        . "$1"
    ' sh "$work/without"
if [ ! -s "$work/target/release/libjwt_auth.so" ]; then
    echo "the lines have built no library:"
    cat "$work/with" "$work/without"
    exit 1
fi
echo "1 check of a build without a network passed"
