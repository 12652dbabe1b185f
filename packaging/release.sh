#!/bin/sh
# Makes the files of a release from its tag, in target/release-VERSION: sources, what `make install`
# installs, and what is in it (CycloneDX). Prints their sums. docs/releasing.md says when.
#
#   sh packaging/release.sh [--untagged] [TARGET [RUNNER]]
#
# TARGET and RUNNER are those of the Makefile. --untagged rehearses, before there is a tag.
set -eu
cd "$(dirname "$0")/.."

fail() {
    echo "$0: $*" >&2
    exit 1
}

is_tagged=yes
if [ "${1:-}" = --untagged ]; then
    is_tagged=no
    shift
fi
target=${1:-}
triple=${target:-$(rustc -vV | sed -n 's/^host: //p')}
version=$(sed -n '/^\[package\]/,/^$/s/^version = "\(.*\)"/\1/p' Cargo.toml)
source=jwt_auth-$version
binary=$source-$triple
out=$PWD/target/release-$version

for tool in cargo-auditable cargo-cyclonedx; do
    command -v "$tool" >/dev/null || fail "$tool is missing; see docs/releasing.md"
done
[ -z "$(git status --porcelain)" ] || fail "there are changes that are not committed"
if [ "$is_tagged" = yes ]; then
    [ "$(git rev-parse --quiet --verify "v$version^{commit}")" = "$(git rev-parse HEAD)" ] ||
        fail "the tag v$version is not at this commit"
    grep -q "^## $version (20" CHANGELOG.md || fail "CHANGELOG.md has no date for $version"
fi

# The same commit makes the same files, whoever makes them and when.
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH LC_ALL=C
mkdir -p "$out"

git archive --prefix="$source/" HEAD | gzip -9n >"$out/$source.tar.gz"

make CARGO='cargo auditable' TARGET="$target" RUNNER="${2:-}"
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
make -s install DESTDIR="$tree/$binary" TARGET="$target" RUNNER="${2:-}"
tar --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner --mode=u+rw,go=rX \
    -C "$tree" -c "$binary" | gzip -9n >"$out/$binary.tar.gz"

python3 packaging/sbom.py "$triple" >"$out/$binary.cdx.json"

echo "$out:"
cd "$out"
sha256sum -- "$source"*
