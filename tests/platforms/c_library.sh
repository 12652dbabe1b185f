#!/bin/sh
# The documents name the C library that a library needs which was built on Debian 12: the newest
# version of glibc that it asks for, or the musl that it was run with.
# usage: c_library.sh TARGET LIBRARY MUSL_VERSION
set -eu
export LC_ALL=C

root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/tests/run/debian.sh"
triple=$1 library=$2 musl=$3

if [ "$(debian_here)" != bookworm ]; then
    echo "The documents tell of builds on Debian 12, and this is none: the C library is not compared."
    exit
fi
needed=$(readelf --dyn-syms -W "$library" | grep -o 'GLIBC_[0-9.]*' | sort -Vu | tail -n 1)
case $triple in
*-gnu) expected="glibc ${needed#GLIBC_}" ;;
*) expected="musl $musl" ;;
esac
if [ "$triple" != "${triple%-musl}" ] && [ -n "$needed" ]; then
    echo "$library is for musl, and asks for $needed"
    exit 1
fi
for document in README.md docs/platforms.md; do
    if ! grep -qF "| \`$triple\` | $expected |" "$root/$document"; then
        echo "$document does not say of $triple: $expected"
        exit 1
    fi
done
echo "2 checks of the C library in the documents passed"
