# shellcheck shell=sh disable=SC2154 # variables that another file sets
# Sourced, with `root` set and a function `measure NAME CONFIG ACTION TOKEN ANSWER`, where ACTION
# and ANSWER are those of instructions.c: calls it for each case.

base64url() {
    openssl base64 -A | tr '+/' '-_' | tr -d '='
}

secret=0123456789abcdef0123456789abcdef

# token ALG CLAIMS
token() {
    input=$(printf '{"alg":"%s","typ":"JWT","kid":"key-001"}' "$1" | base64url).$(printf '%s' "$2" | base64url)
    case $1 in
    HS256) set -- -hmac "$secret" ;;
    RS256) set -- -sign "$root/tests/vectors/keys/rsa2048.key.pem" ;;
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
public_config="{\"public_key\":\"$root/tests/vectors/keys/rsa2048.pub.pem\",$expect}"
hs256=$(token HS256 "$claims")

first_sight="${secret_config%?},\"cache_capacity\":0}"

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
