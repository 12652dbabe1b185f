#!/bin/sh
# Runs the tests, all or the parts that are named. Needs Rust and, on Debian, installs what else
# they need.
#
#   sh tests/run.sh [--yes] [--fetch] [PART...]
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/tests/run/cargo.sh"
. "$root/tests/run/debian.sh"
. "$root/tests/platforms/targets.sh"
. "$root/tests/run/parts.sh"
. "$root/tests/run/packages.sh"
. "$root/tests/run/services.sh"
. "$root/tests/run/downloads.sh"
. "$root/tests/run/steps.sh"
logs=$target/run

fail() {
    echo "tests/run.sh: $*" >&2
    exit 1
}

usage() {
    echo "usage: sh tests/run.sh [-y | --yes] [--fetch] [PART...]"
    echo
    echo "The parts; without a name, all of them are run:"
    for part in $all_parts; do
        printf '  %-10s %s\n' "$part" "$(about "$part")"
    done
    echo
    echo "What the parts need and is not there is fetched first: Debian's packages, crates, and Python packages."
    echo "As root they also make folders with newer releases of Debian, and run the brokers of those."
    echo "  -y, --yes  installs Debian's packages without a question; there is none without a terminal"
    echo "  --fetch    fetches and installs, and runs no test: the next run needs no network"
}

parts='' yes=no only_fetch=no
for argument; do
    case $argument in
    -h | --help)
        usage
        exit 0
        ;;
    -y | --yes) yes=yes ;;
    --fetch) only_fetch=yes ;;
    *)
        case " $all_parts " in
        *" $argument "*) parts="$parts $argument" ;;
        *)
            echo "tests/run.sh: there is no part $argument" >&2
            usage >&2
            exit 2
            ;;
        esac
        ;;
    esac
done
# shellcheck disable=SC2086 # a list of words
set -- ${parts:-$all_parts}

# Asks whether packages may be installed, where somebody can answer.
agree() {
    if [ "$yes" = yes ] || [ ! -t 0 ] || [ ! -t 1 ]; then
        return
    fi
    printf '   Install them? [y/N] '
    read -r answer || answer=
    case $answer in
    y | Y | yes) ;;
    *) fail "nothing was installed, and nothing was tested" ;;
    esac
}

cd "$root"
need_cargo
mkdir -p "$logs"
echo "== what the tests need: $*"
install_missing "$@"
fetch "$@"
if [ "$only_fetch" = yes ]; then
    exit 0
fi

number=0
for part; do
    number=$((number + 1))
    printf '\n== %s of %s: %s: %s\n' "$number" "$#" "$part" "$(about "$part")"
    "part_$part"
done

printf '\n== the end%s\n' "$failures"
printf '%s passed, %s failed' "$passed" "$failed"
if [ "$skipped" -ne 0 ]; then
    printf ', %s skipped' "$skipped"
fi
echo
[ "$failed" -eq 0 ]
