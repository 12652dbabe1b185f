#!/bin/sh
# The example answers with its lines, its messages and its exit code.
# usage: check_token.sh CHECK_TOKEN SERVE
# shellcheck disable=SC2016,SC1003 # backticks and a backslash that mean nothing to the shell
set -eu

program=$1 serve=$2
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

# expect NAME CODE OUTPUT MESSAGE CONFIG TOKEN [ARGUMENT...]: MESSAGE is part of what goes to
# stderr; none: nothing goes there. CONFIG is the text of the configuration file.
expect() {
    name=$1 code=$2 output=$3 message=$4 token=$6
    printf '%s\n' "$5" >"$work/config.json"
    shift 6
    ask "$work/config.json" "$@"
}

# ask CONFIG_FILE [ARGUMENT...]
ask() {
    found=0
    printf '%s\n' "$token" | "$program" "$@" >"$work/output" 2>"$work/message" || found=$?
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
reason: bad_signature
failed: signature: it is that of no key that was tried' "warning: \`secret\`" '{"secret": "emqxsecret"}' "$alice"
expect 'a forged token' 1 'decision: deny
reason: bad_signature
failed: signature: it is that of no key that was tried' '' "{$secret}" "$forged"
expect 'a plain password' 1 'decision: deny
reason: malformed_token
failed: form: not three segments with dots between' '' "{$secret}" hunter2
expect 'a good client id' 0 "$allow" '' "{$secret, \"verify_claims\": {\"sub\": \"%c\"}}" \
    "$alice" alice
expect 'all that is wrong is told' 1 'decision: deny
reason: claim_mismatch
failed: claim sub: it is `alice`; expected: `bob`
failed: claim aud: there is no such claim; expected: `m`' '' \
    "{$secret, \"verify_claims\": {\"sub\": \"%c\", \"aud\": \"m\"}}" "$alice" bob
expect 'what is quoted ends where JSON says' 1 'decision: deny
reason: claim_mismatch
failed: claim sub: it is `alice`; expected: `\\\"b\\\\`' '' \
    "{$secret, \"verify_claims\": {\"sub\": \"%c\"}}" "$alice" '"b\'
expect 'a good user name' 0 "$allow" '' "{$secret, \"verify_claims\": {\"sub\": \"%u\"}}" \
    "$alice" bob alice
expect 'a token in the user name' 0 "$allow" '' "{$secret, \"from\": \"username\"}" "$alice" bob -
expect 'a token that is not where it belongs' 1 'decision: ignore
reason: missing_token
failed: token: the client sent no username, where `from` has the token' '' "{$secret, \"from\": \"username\"}" "$alice"

expect 'a wrong configuration' 2 '' "\`sekret\`" '{"sekret": "x"}' "$alice"
expect 'an empty configuration' 2 '' 'the configuration' '' "$alice"
expect 'too many arguments' 2 '' 'usage:' "{$secret}" "$alice" c u more
expect 'a token that does not fit' 2 '' 'the token, on standard input: too large' \
    "{$secret}" "$(awk 'BEGIN { while (n++ < 70000) printf "a" }')"

key='"kty": "OKP", "crv": "Ed25519", "x": "xVKEcqkcFlbevgiKn8gMbbFrDHiVQljlJSV1Bsf-ssc"'
echo "{\"keys\": [{\"kid\": \"k1\", $key}]}" >"$work/keys.json"
options='"require_exp": true, "username_claim": "sub"'
signed=eyJhbGciOiJFZERTQSIsImtpZCI6ImsxIn0.$payload.CQWOg3XkMvRMvVB_AJX5C6N_s1ClPTn36tr8QStyftaLLslCeHi2\
v_oQRdbWjLT_y7u5i7voawUUGDrInx1TAg
port=$("$serve" "$work/keys.json")
expect 'an endpoint is waited for' 0 "$allow" '' \
    "{\"endpoint\": \"http://127.0.0.1:$port/\", $options}" "$signed"
expect 'an endpoint that is not there' 1 'decision: deny
reason: keys_unavailable
failed: key: the keys of the endpoint are not there; the log says why' 'warning: an endpoint has not brought' \
    "{\"endpoint\": \"http://127.0.0.1:$port/\", $options}" "$signed"

token=$alice code=2 output=''
name='too few arguments' message='usage:'
ask
name='no configuration file' message='No such file'
ask "$work/none.json"
name='a directory' message='not a regular file'
ask "$work"

if [ "$failures" -ne 0 ]; then
    exit 1
fi
