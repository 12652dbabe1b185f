#!/bin/sh
# Counts the instructions of the library's own code, and compares them with instructions.txt. They
# do not depend on how busy the machine is, as times do.
# usage: instructions.sh PROGRAM
#
#   JWT_AUTH_BLESS=1 ctest --test-dir target/ctest -R instructions    # writes them anew
#
# Counted is what is written in Rust. AWS-LC, sha2 and the C library choose their code by the
# processor, so they are left out; allocations have a test of their own (tests/allocations.rs).
set -eu
export LC_ALL=C

program=$1
here=$(cd "$(dirname "$0")" && pwd)
counts=$here/instructions.txt
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# In per cent. Another compiler makes other code.
margin=5
other_compiler_margin=25

if [ "$(uname -m)" != x86_64 ] || ! grep -qw avx2 /proc/cpuinfo; then
    echo "skipped: the counts are those of x86-64 with AVX2"
    exit 77
fi
for tool in valgrind openssl rustc; do
    if ! command -v $tool >/dev/null 2>&1; then
        echo "$tool is missing"
        exit 1
    fi
done

base64url() {
    openssl base64 -A | tr '+/' '-_' | tr -d '='
}

secret=0123456789abcdef0123456789abcdef

# token ALG CLAIMS
token() {
    input=$(printf '{"alg":"%s","typ":"JWT","kid":"key-001"}' "$1" | base64url).$(printf '%s' "$2" | base64url)
    case $1 in
    HS256) set -- -hmac "$secret" ;;
    RS256) set -- -sign "$here/../vectors/keys/rsa2048.key.pem" ;;
    esac
    printf '%s.' "$input"
    printf '%s' "$input" | openssl dgst -sha256 "$@" -binary | base64url
}

# rules COUNT: claims with so many rules
rules() {
    awk -v count="$1" 'BEGIN {
        printf "{\"sub\":\"alice\",\"exp\":4102444800,\"acl\":["
        for (n = 0; n < count; n++)
            printf "%s{\"permission\":\"allow\",\"action\":\"all\",\"topic\":\"plant/%d/+/state\"}",
                n ? "," : "", n
        printf "]}"
    }'
}

key="{\"kty\":\"oct\",\"kid\":\"key-001\",\"k\":\"$(printf %s $secret | base64url)\"}"
claims='{"sub":"d-000001","clientid":"d-000001","username":"alice","iat":1700000000,"exp":4102444800,"aud":"mqtt","acl":{"pub":["up/d-000001/#","log/d-000001/+"],"sub":["down/d-000001/#","all/news/weather/+/#"]}}'
expect='"verify_claims":{"aud":"mqtt","username":"%u"}'
secret_config="{\"jwks\":{\"keys\":[$key]},$expect}"
simple_config="{\"jwks\":{\"keys\":[$key]},\"max_token_size\":1048576}"
public_config="{\"public_key\":\"$here/../vectors/keys/rsa2048.pub.pem\",$expect}"
hs256=$(token HS256 "$claims")

# A version that remembers tokens is told not to.
first_sight="${secret_config%?},\"cache_capacity\":0}"
if ! "$program" "$first_sight" check "$hs256" accepted >/dev/null 2>&1; then
    first_sight=$secret_config
fi

# measure NAME CONFIG ACTION TOKEN ANSWER: how many instructions one takes
measure() {
    name=$1
    shift
    if ! valgrind --tool=callgrind --callgrind-out-file="$scratch/out" --demangle=no \
        --compress-strings=no --compress-pos=no --collect-atstart=no --toggle-collect=measured \
        "$program" "$@" >"$scratch/times" 2>"$scratch/log"; then
        echo "$name:" >&2
        cat "$scratch/log" >&2
        exit 1
    fi
    awk -v name="$name" -v times="$(cat "$scratch/times")" '
        /^ob=/ { ours = /libjwt_auth\.so/ }
        /^fn=/ { rust = /^fn=(_ZN|_R|jwt_auth_)/ && !/4sha2/ }
        # What follows is the cost of the function that is called, not of this one.
        /^calls=/ { getline; next }
        /^[0-9+*-]/ && ours && rust { sum += $2 }
        END { printf "%s %d\n", name, sum / times }' "$scratch/out" >>"$scratch/found"
}

rustc --version >"$scratch/found"
unknown=$(printf '{"alg":"HS256","typ":"JWT","kid":"key-002"}' | base64url).${hs256#*.}
measure unknown_key_id "$first_sight" check "$unknown" unknown_key_id
measure bad_signature "$first_sight" check "${hs256%.*}.${hs256%%.*}" bad_signature
measure first_sight "$first_sight" check "$hs256" accepted
measure seen_before "$public_config" check "$(token RS256 "$claims")" accepted
expired=$(printf %s "$claims" | sed 's/"exp":[0-9]*/"exp":1700000100/')
measure expired_again "$public_config" check "$(token RS256 "$expired")" expired
for count in 10 1000; do
    long=$(token HS256 "$(rules $count)")
    measure session_of_${count}_rules "$simple_config" admit "$long" accepted
    measure authorize_by_${count}_rules "$simple_config" authorize "$long" "plant/$((count - 1))/m/state"
done

if [ -n "${JWT_AUTH_BLESS:-}" ]; then
    cp "$scratch/found" "$counts"
fi
awk -v near="$margin" -v far="$other_compiler_margin" '
    FNR == 1 { if (NR == 1) compiler = $0; else margin = $0 == compiler ? near : far; next }
    NR == FNR { committed[$1] = $2; next }
    {
        change = committed[$1] ? 100 * ($2 / committed[$1] - 1) : 100
        verdict = change > margin || change < -margin || $2 < 50 ? "NOT WITHIN THE MARGIN" : "ok"
        printf "%-26s %9d, committed %9d: %+6.1f %%  %s\n", $1, $2, committed[$1], change, verdict
        if (verdict != "ok") bad = 1
        seen++
    }
    END {
        for (name in committed) left++
        if (seen != left) { print "other cases than those committed"; bad = 1 }
        if (bad) print "better, or worse for a good reason: JWT_AUTH_BLESS=1 takes the new numbers"
        exit bad
    }' "$counts" "$scratch/found"
