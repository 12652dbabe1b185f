#!/bin/sh
# Builds the library and the example check_token, and asks about two clients: one is allowed, and
# one is refused and told what is wrong. Needs Rust and a C compiler:
#
#   sh c_examples/quickstart.sh
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/tests/run/cargo.sh"
cd "$root"
need_cargo

echo "Building the library and c_examples/check_token.c"
cargo build --release --locked
# Programs ask for the library by this name.
ln -sf libjwt_auth.so "$target/release/libjwt_auth.so.1"
# Hardened as distributions build what serves the network. CFLAGS and LDFLAGS have the last word.
# shellcheck disable=SC2086 # lists of options
"${CC:-cc}" -include c_examples/fortify.h -fstack-protector-strong ${CPPFLAGS:-} ${CFLAGS:--O2 -g} \
    -std=c99 -Wall -Wextra -Wpedantic -Werror -I include c_examples/check_token.c \
    -L "$target/release" -ljwt_auth "-Wl,-rpath,$target/release" -Wl,-z,relro,-z,now ${LDFLAGS:-} \
    -o "$target/check_token"

# The sub of a token must be the user name. Everybody can read this secret here: make your own.
config=$target/quickstart.json
cat >"$config" <<'END'
{"secret": "a secret that everybody can read here", "require_exp": true,
 "verify_claims": {"sub": "%u"}}
END

# ask CODE DECISION REASON USERNAME TOKEN: prints the answer, which must be this one.
ask() {
    code=0
    output=$(echo "$5" | "$target/check_token" "$config" sensor-7 "$4") || code=$?
    echo "$output" | sed 's/^/    /'
    case $code.$output in
    "$1.decision: $2
reason: $3"*) ;;
    *)
        echo "quickstart: the exit code is $code; expected $1, decision $2 and reason $3" >&2
        exit 1
        ;;
    esac
}

header=eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9
echo "alice shows a token that is made out to her:"
ask 0 allow accepted alice $header.eyJzdWIiOiJhbGljZSIsImV4cCI6NDEwMjQ0NDgwMH0.\
9vWeI6-tQ77-QmTTT4wTOWMAp5DjtuclRd4M1oQ-9QU

echo "mallory shows another one, which alice has lost:"
ask 1 deny expired mallory $header.eyJzdWIiOiJhbGljZSIsImV4cCI6MTU4MjI1NTM2MH0.\
j2t_h4aKfY_WDGbt__FL50kXcRJ2boYGNbLO8Yyfev8

echo "Try yours: $target/check_token CONFIG_FILE CLIENT_ID USERNAME <TOKEN_FILE"
