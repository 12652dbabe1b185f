#!/bin/sh
# The example answers with its lines, its messages and its exit code.
# usage: check_token.sh CHECK_TOKEN
set -eu

program=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

header=eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9
payload=eyJzdWIiOiJhbGljZSIsImV4cCI6NDEwMjQ0NDgwMH0
alice=$header.$payload.DvdDttFvdgTOXtC2L5P1zfs2bIMtiEwN3al4EAHYyf8
forged=$header.$payload.-2Vgyl4glyN7lQ5SLPBNWyfVC7pj74_fXVrgpr4VSx8
# It demands enough of a token to draw no warning.
secret='"secret": "0123456789abcdef0123456789abcdef", "require_exp": true, "username_claim": "sub"'

allow='decision: allow
reason: accepted
claims: {"sub":"alice","exp":4102444800}'

# expect NAME CODE OUTPUT MESSAGE CONFIG [ARGUMENT...]: MESSAGE is part of what goes to stderr;
# none: nothing goes there. CONFIG is the text of the configuration file.
expect() {
    name=$1 code=$2 output=$3 message=$4
    printf '%s\n' "$5" >"$work/config.json"
    shift 5
    found=0
    "$program" "$work/config.json" "$@" >"$work/output" 2>"$work/message" || found=$?
    verify
}

# Compares what was found with what was expected.
verify() {
    if [ "$found" -ne "$code" ]; then
        fail "exit code $found, expected $code"
    fi
    if [ "$(cat "$work/output")" != "$output" ]; then
        fail "expected the output: $output"
    fi
    if [ -z "$message" ] && [ -s "$work/message" ]; then
        fail "expected no message"
    fi
    if ! grep -qF "$message" "$work/message" && [ -n "$message" ]; then
        fail "expected the message: $message"
    fi
}

fail() {
    failures=$((failures + 1))
    echo "$name: $1; found:"
    cat "$work/output" "$work/message"
}

expect 'a good token' 0 "$allow" '' "{$secret}" "$alice"
expect 'a weak secret is warned of' 1 'decision: deny
reason: bad_signature' "warning: \`secret\`" '{"secret": "emqxsecret"}' "$alice"
expect 'a forged token' 1 'decision: deny
reason: bad_signature' '' "{$secret}" "$forged"
expect 'a plain password' 1 'decision: deny
reason: malformed_token' '' "{$secret}" hunter2
expect 'a good client id' 0 "$allow" '' "{$secret, \"verify_claims\": {\"sub\": \"%c\"}}" \
    "$alice" alice
expect 'a wrong client id' 1 'decision: deny
reason: claim_mismatch' '' "{$secret, \"verify_claims\": {\"sub\": \"%c\"}}" "$alice" bob
expect 'a good user name' 0 "$allow" '' "{$secret, \"verify_claims\": {\"sub\": \"%u\"}}" \
    "$alice" bob alice
expect 'a token in the user name' 0 "$allow" '' "{$secret, \"from\": \"username\"}" \
    hunter2 bob "$alice"
expect 'a token that is not where it belongs' 1 'decision: ignore
reason: missing_token' '' "{$secret, \"from\": \"username\"}" "$alice"

expect 'a wrong configuration' 2 '' "\`sekret\`" '{"sekret": "x"}' "$alice"
expect 'an empty configuration' 2 '' 'the configuration' '' "$alice"
expect 'too few arguments' 2 '' 'usage:' "{$secret}"
expect 'too many arguments' 2 '' 'usage:' "{$secret}" "$alice" c u more
expect 'a configuration that does not fit' 2 '' 'too large' \
    "{$secret$(awk 'BEGIN { while (n++ < 70000) printf " " }')}" "$alice"

name='no configuration file' code=2 output='' message='No such file' found=0
"$program" "$work/none.json" "$alice" >"$work/output" 2>"$work/message" || found=$?
verify
name='a directory' message='Is a directory' found=0
"$program" "$work" "$alice" >"$work/output" 2>"$work/message" || found=$?
verify

if [ "$failures" -ne 0 ]; then
    exit 1
fi
