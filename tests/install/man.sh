#!/bin/sh
# mandoc is content with the manual pages, in style too. It takes a page whose system is not Debian
# for one of NetBSD, and looks for the pages that a page refers to among those of this machine.
set -eu
cd "$(dirname "$0")/../.."

if ! command -v mandoc >/dev/null; then
    echo "mandoc is missing" >&2
    exit 1
fi
checks=0
for page in docs/man/*.[135]; do
    complaints=$(mandoc -T lint -W style "$page" |
        grep -v -e 'STYLE: operating system explicitly specified' -e 'STYLE: referenced manual not found' || :)
    if [ -n "$complaints" ]; then
        echo "$complaints"
        exit 1
    fi
    checks=$((checks + 1))
done
test "$checks" -eq 3
echo "$checks checks of manual pages passed"
