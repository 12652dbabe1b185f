#!/bin/sh
# Measures how much stack the calls take for the worst that a configuration may hold and a client
# may send, and compares that with what the header says.
# usage: stack.sh PROGRAM HEADER
set -eu
export LC_ALL=C

program=$1
here=$(cd "$(dirname "$0")" && pwd)
keys=$here/../vectors/keys
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
kib=$(sed -n 's/^.*needs up to \([0-9]*\) KiB of stack.*$/\1/p' "$2")
if [ -z "$kib" ]; then
    echo "$2 does not say how much stack a call needs"
    exit 1
fi

base64url() {
    openssl base64 -A | tr '+/' '-_' | tr -d '='
}

# repeat COUNT TEXT
repeat() {
    awk -v count="$1" -v text="$2" 'BEGIN { while (count-- > 0) printf "%s", text }'
}

secret=0123456789abcdef0123456789abcdef

# token ALG CLAIMS
token() {
    input=$(printf '{"alg":"%s","x":%s1%s}' "$1" "$(repeat 31 '[')" "$(repeat 31 ']')" | base64url)
    input=$input.$(printf '%s' "$2" | base64url)
    case $1 in
    HS512) set -- -hmac "$secret" ;;
    RS512) set -- -sign "$keys/rsa8192.key.pem" ;;
    PS512) set -- -sign "$keys/rsa8192.key.pem" -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:-1 ;;
    ES512) set -- -sign "$keys/p521.key.pem" ;;
    esac
    printf '%s.' "$input"
    printf '%s' "$input" | openssl dgst -sha512 "$@" -binary | base64url
}

# measure NAME CONFIG TOKEN REASON
measure() {
    printf '%s: ' "$1"
    shift
    if ! "$program" $((kib * 1024)) "$@"; then
        echo "a call takes more than $kib KiB of stack, or the reason is not $3"
        exit 1
    fi
}

deep=$(repeat 31 '{"x":')1$(repeat 31 '}')
# As deep as the library takes it: each pair of brackets counts as two levels.
regex=$(repeat 16 '(b|')a$(repeat 16 ')')
rule="{\"permission\":\"allow\",\"action\":\"all\",\"topic\":\"t/%d/%%%%u/\${client_attrs.a}/#\",\"ipaddr\":\"2001:db8::/32\"}"
rules=$(awk -v rule="$rule" 'BEGIN { for (n = 0; n < 500; n++) printf rule ",", n }')
last="{\"permission\":\"deny\",\"action\":\"all\",\"topic\":\"$(repeat 3000 a/)\",\"username_re\":\"$regex\"}"
cnf='"cnf":{"x5t#S256":"'$(printf certificate | openssl dgst -sha256 -binary | base64url)'"}'
claims="{\"sub\":\"u1\",\"exp\":4102444800,\"iss\":$deep,$cnf,\"client_attrs\":{\"a\":\"b\"},\"acl\":[$rules$last]}"
options='"max_token_size":1048576,"signature_format":"auto","verify_claims":{"sub":"%u"}'
tls="{\"cacertfile\":\"$keys/rsa2048.crt.pem\",\"certfile\":\"$keys/p256.crt.pem\",\"keyfile\":\"$keys/p256.key.pem\"}"
endpoint="\"endpoint\":\"https://127.0.0.1:9/\",\"ssl\":$tls"
nested="$(repeat 10000 '{"x":')1$(repeat 10000 '}')"

tied='"verify_claims":{"clientid":"%c","username":"%u"}'
measure HS512 "{\"secret\":\"$secret\",$endpoint,$options}" "$(token HS512 "$claims")" accepted
for alg in RS512 PS512; do
    measure $alg "{\"public_key\":\"$keys/rsa8192.pub.pem\",$options}" "$(token $alg "$claims")" accepted
done
# OpenSSL signs with ML-DSA from 3.5 on only.
ml_dsa=$(grep -o "$(printf '{"alg":"ML-DSA-87","typ":"JWT"}' | base64url)[^\"]*" "$keys/../ml_dsa.json")
measure ML-DSA-87 "{\"public_key\":\"$keys/ml-dsa-87.pub.pem\",$tied}" "$ml_dsa" accepted
measure "a configuration that is nested too deep" "{\"secret\":\"$secret\",\"verify_claims\":$nested}" '' bad_config
measure ES512 "{\"public_key\":\"$keys/p521.pub.pem\",$options}" "$(token ES512 "$claims")" accepted
