#!/bin/sh
# Builds Debian's packages into target/packages. Needs Rust in the PATH, and the packages that
# debian/control names as Build-Depends, but for cargo and rustc.
#
#   sh packaging/debian.sh
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/tests/run/cargo.sh"
need_cargo
packages=$target/packages
rm -rf "$packages"
mkdir -p "$packages"
cd "$root"

# Rust need not be Debian's; the other packages must be there.
lacking=$(LC_ALL=C dpkg-checkbuilddeps 2>&1 | sed 's/.*: //; s/\(cargo\|rustc\) ([^)]*)//g' | xargs)
if [ -n "$lacking" ]; then
    echo "$0: Debian's packages are missing: $lacking" >&2
    exit 1
fi

file=$packages/libjwt-auth_$(dpkg-parsechangelog -S Version)_$(dpkg --print-architecture)
DEBS=$packages dpkg-buildpackage --build=binary --no-sign --no-check-builddeps --post-clean \
    --buildinfo-file="$file.buildinfo" --buildinfo-option="-u$packages" \
    --changes-file="$file.changes" --changes-option="-u$packages"
ls "$packages"/*.deb
