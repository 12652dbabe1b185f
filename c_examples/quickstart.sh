#!/bin/sh
# Builds the library and the example check_token, and shows it three tokens: a good one, one that
# was tampered with and one that has expired. Needs Rust and a C compiler:
#
#   sh c_examples/quickstart.sh
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/tests/run/cargo.sh"
cd "$root"
need_cargo

echo "Building the library: $target/release/libjwt_auth.so"
cargo build --release --locked
# Programs ask for the library by this name.
ln -sf libjwt_auth.so "$target/release/libjwt_auth.so.1"

echo "Building the example: $target/check_token"
# Hardened as distributions build what serves the network. CFLAGS and LDFLAGS have the last word.
# shellcheck disable=SC2086 # lists of options
"${CC:-cc}" -include c_examples/fortify.h -fstack-protector-strong ${CPPFLAGS:-} ${CFLAGS:--O2 -g} \
    -std=c99 -Wall -Wextra -Wpedantic -Werror -I include c_examples/check_token.c \
    -L "$target/release" -ljwt_auth "-Wl,-rpath,$target/release" -Wl,-z,relro,-z,now ${LDFLAGS:-} \
    -o "$target/check_token"

config=$target/quickstart.json
echo "Writing a configuration with the sample secret, which draws a warning: $config"
echo '{"secret": "emqxsecret", "require_exp": true, "username_claim": "data.author"}' >"$config"

# expect CODE DECISION REASON TOKEN
expect() {
    code=0
    output=$("$target/check_token" "$config" "$4") || code=$?
    echo "$output" | sed 's/^/    /'
    if [ "$code" -ne "$1" ]; then
        echo "quickstart: the exit code is $code, expected $1" >&2
        exit 1
    fi
    case $output in
    "decision: $2
reason: $3"*) ;;
    *)
        echo "quickstart: expected decision $2 and reason $3" >&2
        exit 1
        ;;
    esac
}

# The sample token of EMQX's documentation, signed with "emqxsecret".
header=eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9
good=$header.eyJkYXRhIjp7ImF1dGhvciI6IndpdndpdiIsInNpdGUiOiJodHRwczovL3dpdndpdi5jb20ifSwiZXhwIjoxNTgyMjU1MzYwNjQyMDAwMCwiaWF0IjoxNTgyMjU1MzYwfQ.FdyAx2fYahm6h3g47m88ttyINzptzKy_speimyUcma4
echo "A good token is allowed:"
expect 0 allow accepted "$good"

# The author "wivwiv" becomes "mallor"; the signature stays.
tampered=$(echo "$good" | sed 's/IndpdndpdiIs/Im1hbGxvciIs/')
echo "The same token with another author in it is denied:"
expect 1 deny bad_signature "$tampered"

# {"data":{"author":"wivwiv"},"exp":1582255360}: it expired in February 2020.
expired=$header.eyJkYXRhIjp7ImF1dGhvciI6IndpdndpdiJ9LCJleHAiOjE1ODIyNTUzNjB9.yQebUEKjzjWkgPBDw6ouiqab80JZRfZshC0q43evGCs
echo "A token that has expired is denied:"
expect 1 deny expired "$expired"

echo "All three are as expected. Try your own: $target/check_token CONFIG_FILE TOKEN"
