#include "certificate.h"

#include <openssl/crypto.h>
#include <openssl/x509.h>

#include "broker.h"

jwt_auth_bytes certificate_read(const struct mosquitto *client) {
  jwt_auth_bytes der = {NULL, 0};
  // The broker counts this reference as the plugin's.
  X509 *certificate = mosquitto_client_certificate(client);
  if (certificate == NULL) {
    return der;
  }
  unsigned char *data = NULL;
  int len = i2d_X509(certificate, &data);
  X509_free(certificate);
  // Without memory there is no DER, and a token that is bound to the certificate is refused.
  if (len > 0) {
    der.data = data;
    der.len = (size_t)len;
  }
  return der;
}

void certificate_free(jwt_auth_bytes der) {
  OPENSSL_free((void *)der.data);
}
