"""Tokens that are bound to the TLS certificate of their client."""

import hashlib
import ssl
import time
import unittest

import broker
import mqtt
import tokens
from tokens import token

DURABLE = {"clean": False, "expiry": 1000}
ACL = {"pub": ["r/#"], "sub": ["r/#"]}


def thumbprint(crt):
    return tokens.encode(hashlib.sha256(ssl.PEM_cert_to_DER_cert(crt.read_text())).digest())


def bound(crt, **claims):
    return token(cnf={"x5t#S256": thumbprint(crt)}, acl=ACL, **claims)


class Certificate(broker.Case):
    def start(self, config=None, asks=True):
        """A broker with a listener for TLS, and two clients with certificates."""
        at = broker.Broker({"secret": tokens.SECRET, **(config or {})})
        self.tls_port, self.server = broker.free_port(), at.make_certificate()
        self.crts = [at.make_certificate(f"client-{n}", f"crt-{n}", f"key-{n}") for n in range(2)]
        authorities = at.directory / "authorities"
        authorities.write_text("".join(crt.read_text() for crt in self.crts))
        lines = f"listener {self.tls_port} 127.0.0.1\ncertfile {self.server}\nkeyfile {at.directory}/key\n"
        if asks:
            lines += f"cafile {authorities}\nrequire_certificate true\n"
        at.add_lines(lines)
        self.enterContext(at)
        return at

    def client(self, at, number, client_id, password, **options):
        tls = ssl.create_default_context(cafile=str(self.server))
        tls.load_cert_chain(self.crts[number], at.directory / f"key-{number}")
        client = mqtt.Client(self.tls_port, client_id, password, tls=tls, **options)
        self.addCleanup(client.close)
        return client

    def refused(self, at, client, problem):
        line = at.wait_log(f"refused: certificate_mismatch .*client `{client.id}`")
        self.assertIn(f"certificate_mismatch ({problem})", line)
        self.assertEqual(client.code, broker.BAD_TOKEN if client.version == 5 else 5)

    def test_a_bound_token_is_good_for_its_certificate_and_no_other(self):
        at = self.start()
        password = bound(self.crts[0])
        for version in (4, 5):
            own = self.client(at, 0, f"own{version}", password, version=version)
            self.assertEqual((own.code, own.publish("r/a")), (0, 0))
            other = self.client(at, 1, f"other{version}", password, version=version)
            self.refused(at, other, "the client's certificate has another SHA-256")
            plain = mqtt.Client(at.port, f"plain{version}", password, version=version)
            self.refused(at, plain, "the client showed no certificate")
            # A token that is bound to nothing is good with any certificate.
            self.assertEqual(self.client(at, 1, f"free{version}", token(), version=version).code, 0)

    def test_a_listener_that_does_not_ask_has_no_certificates(self):
        at = self.start(asks=False)
        client = self.client(at, 0, "c", bound(self.crts[0]))
        self.refused(at, client, "the client showed no certificate")

    def test_a_binding_that_is_ignored_binds_nobody(self):
        at = self.start({"certificate_binding": "ignore"})
        self.assertEqual(mqtt.Client(at.port, "c", bound(self.crts[0])).code, 0)

    def test_bound_clients_stay_when_the_broker_reloads(self):
        """Connected and offline: the certificate of the one is there, that of the other is not."""
        at = self.start()
        online = self.client(at, 0, "on", bound(self.crts[0]))
        offline = self.client(at, 0, "off", bound(self.crts[0]), **DURABLE)
        offline.subscribe("r/q")
        offline.leave()
        for _ in range(2):
            at.reload()
        online.ping()
        self.assertEqual(online.publish("r/q", "queued"), 0)
        offline = self.client(at, 0, "off", bound(self.crts[0]), **DURABLE)
        self.assertEqual(offline.message(), ("r/q", "queued"))

    def test_an_offline_client_that_is_revoked_at_a_reload_gets_nothing(self):
        at = self.start()
        online = self.client(at, 0, "on", bound(self.crts[0]))
        offline = self.client(at, 0, "off", bound(self.crts[0], jti="gone"), **DURABLE)
        offline.subscribe("r/q")
        offline.leave()
        (at.directory / "revoked").write_text('{"jti": ["gone"]}')
        at.configure({"secret": tokens.SECRET, "revocations_file": f"{at.directory}/revoked"})
        at.reload()
        self.assertEqual(online.publish("r/q", "queued"), 0)
        offline = self.client(at, 0, "off", bound(self.crts[0]), **DURABLE)
        online.publish("r/q", "later")
        self.assertEqual(offline.message(), ("r/q", "later"))

    def test_certificates_are_freed(self):
        at = self.start()
        password = bound(self.crts[0])

        def connect(times):
            for number in range(times):
                self.client(at, number % 2, "c", password).close()

        connect(100)
        time.sleep(0.5)
        before = at.memory()
        connect(400)
        # A certificate is about 800 bytes in DER; with what OpenSSL makes of it, several KB.
        self.assertLess(at.memory() - before, 400 * 700)


if __name__ == "__main__":
    unittest.main()
