// The certificate of a client, to which its token may be bound.
#ifndef CERTIFICATE_H
#define CERTIFICATE_H

#include <jwt_auth.h>

#include "broker.h"

// The certificate that the client showed in the TLS handshake, in DER, to be given to
// certificate_free. data NULL: it showed none, or its listener does not ask for one.
jwt_auth_bytes certificate_read(const struct mosquitto *client);

void certificate_free(jwt_auth_bytes der);

#endif
