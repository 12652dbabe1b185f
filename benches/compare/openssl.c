// OpenSSL with a key parsed once, as one would write it oneself.
#include <jansson.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

#include "adapters.h"

enum { LONGEST = 2048 };

int good_claims(const char *json, size_t len, const char *client);

typedef struct openssl_key {
  const char *algorithm;
  EVP_PKEY *public;  // NULL: it is the secret
} openssl_key;

static void *open_key(const char *algorithm, const char *jwk, const char *pem) {
  (void)jwk;
  openssl_key *key = calloc(1, sizeof *key);
  key->algorithm = algorithm;
  if (strcmp(algorithm, "HS256") != 0) {
    BIO *text = BIO_new_mem_buf(pem, -1);
    key->public = PEM_read_bio_PUBKEY(text, NULL, NULL, NULL);
    BIO_free(text);
  }
  return key;
}

// The bytes of base64url, or -1.
static int decode(unsigned char *out, const char *text, size_t len) {
  char padded[LONGEST + 4];
  if (len > LONGEST) {
    return -1;
  }
  for (size_t i = 0; i < len; ++i) {
    padded[i] = text[i] == '-' ? '+' : text[i] == '_' ? '/' : text[i];
  }
  size_t padding = (4 - len % 4) % 4;
  memset(padded + len, '=', padding);
  int bytes = EVP_DecodeBlock(out, (unsigned char *)padded, (int)(len + padding));
  return bytes < 0 ? -1 : bytes - (int)padding;
}

// ASN.1 from the two numbers that a JSON Web Signature holds.
static int to_der(unsigned char *signature, int len) {
  ECDSA_SIG *both = ECDSA_SIG_new();
  ECDSA_SIG_set0(both, BN_bin2bn(signature, len / 2, NULL),
                 BN_bin2bn(signature + len / 2, len / 2, NULL));
  unsigned char *out = signature;
  len = i2d_ECDSA_SIG(both, &out);
  ECDSA_SIG_free(both);
  return len;
}

static int verify(const openssl_key *key, const char *input, size_t input_len,
                  unsigned char *signature, int len) {
  if (key->public == NULL) {
    unsigned char mac[32];
    HMAC(EVP_sha256(), SECRET, (int)strlen(SECRET), (const unsigned char *)input, input_len, mac,
         NULL);
    return len == sizeof mac && CRYPTO_memcmp(mac, signature, sizeof mac) == 0;
  }
  if (key->algorithm[0] == 'E' && key->algorithm[1] == 'S') {
    len = to_der(signature, len);
  }
  const EVP_MD *hash = strcmp(key->algorithm, "EdDSA") == 0   ? NULL
                       : strcmp(key->algorithm, "ES384") == 0 ? EVP_sha384()
                                                              : EVP_sha256();
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  EVP_PKEY_CTX *options;
  int good = EVP_DigestVerifyInit(context, &options, hash, NULL, key->public) == 1 &&
             (key->algorithm[0] != 'P' ||
              (EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) == 1 &&
               EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST) == 1)) &&
             EVP_DigestVerify(context, signature, (size_t)len, (const unsigned char *)input,
                              input_len) == 1;
  EVP_MD_CTX_free(context);
  return good;
}

static int check(void *with, const char *token, const char *client) {
  const openssl_key *key = with;
  const char *end = strrchr(token, '.'), *dot = strchr(token, '.');
  if (dot == NULL || dot == end || end[1] == 0) {
    return 0;
  }
  unsigned char header[LONGEST], claims[LONGEST], signature[LONGEST];
  int header_len = decode(header, token, (size_t)(dot - token));
  int claims_len = decode(claims, dot + 1, (size_t)(end - dot - 1));
  int signature_len = decode(signature, end + 1, strlen(end + 1));
  if (header_len < 0 || claims_len < 0 || signature_len < 0) {
    return 0;
  }
  json_t *json = json_loadb((const char *)header, (size_t)header_len, JSON_REJECT_DUPLICATES, NULL);
  const char *alg = json_string_value(json_object_get(json, "alg"));
  int good = alg != NULL && strcmp(alg, key->algorithm) == 0 &&
             verify(key, token, (size_t)(end - token), signature, signature_len) &&
             good_claims((const char *)claims, (size_t)claims_len, client);
  json_decref(json);
  return good;
}

const adapter openssl_jansson = {"OpenSSL + jansson", open_key, check, NULL};
