// Tokens with the header {"alg":"HS256","typ":"JWT"}. Any JWT tool makes them.
#ifndef TOKENS_H
#define TOKENS_H

#define SECRET "0123456789abcdef0123456789abcdef"
#define CONFIG "{\"secret\": \"" SECRET "\"}"

#define OTHER_SECRET "fedcba9876543210fedcba9876543210"
#define OTHER_CONFIG "{\"secret\": \"" OTHER_SECRET "\"}"

#define HEADER "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"

// The first second at which ALICE and FORGED have expired: 1 January 2100, beyond 32 bits.
#define ALICE_EXPIRES INT64_C(4102444800)
#define ALICE_CLAIMS "{\"sub\":\"alice\",\"exp\":4102444800}"
#define ALICE_PAYLOAD "eyJzdWIiOiJhbGljZSIsImV4cCI6NDEwMjQ0NDgwMH0"

// Signed with SECRET.
#define ALICE_SIGNATURE "DvdDttFvdgTOXtC2L5P1zfs2bIMtiEwN3al4EAHYyf8"
#define ALICE HEADER "." ALICE_PAYLOAD "." ALICE_SIGNATURE

// The same claims, signed with OTHER_SECRET.
#define FORGED_SIGNATURE "-2Vgyl4glyN7lQ5SLPBNWyfVC7pj74_fXVrgpr4VSx8"
#define FORGED HEADER "." ALICE_PAYLOAD "." FORGED_SIGNATURE

// {"sub":"root","is_superuser":true}, signed with SECRET.
#define ROOT \
  HEADER ".eyJzdWIiOiJyb290IiwiaXNfc3VwZXJ1c2VyIjp0cnVlfQ" \
         ".qdcCOTwIf5KdvaCJK5lGFqTUsW3WBeNzbzmLRGCXbNQ"

// {"sub":"bound","exp":4102444800,"cnf":{"x5t#S256":"ungWv48Bz-..."}}, signed with SECRET: bound to
// the SHA-256 of BOUND_CERTIFICATE.
#define BOUND_CERTIFICATE "abc"
#define BOUND \
  HEADER "." \
  "eyJzdWIiOiJib3VuZCIsImV4cCI6NDEwMjQ0NDgwMCwiY25mIjp7Ing1dCNTMjU2I" \
  "joidW5nV3Y0OEJ6LXBCUVVEZVhhNGlJN0FEWWFPV0YzcWN0QkRfWWZJQUZhMCJ9fQ" \
  ".gTO-BRLeRRdBXzrBWImIVoRVjDLbb_3kMQRu4BG9RhM"

#endif
