#!/bin/sh
# Lintian, Debian's checker of packages, finds nothing to warn of.
# usage: lintian.sh DIRECTORY_WITH_PACKAGES
set -eu

lintian --fail-on error,warning --allow-root "$1"/*.changes
echo "$(find "$1" -name '*.deb' | wc -l) checks of packages by lintian passed"
