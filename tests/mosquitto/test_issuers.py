"""Several issuers, whose keys are discovered, while clients are connected."""

import http.server
import json
import subprocess
import threading
import time
import unittest

import broker
import mqtt
import tokens

KEYS = broker.ROOT / "tests/vectors/keys"
FILES = {"plant": KEYS / "rsa2048.key.pem", "office": KEYS / "rsa2048-other.key.pem"}


def openssl(*arguments, data=b""):
    return subprocess.run(["openssl", *arguments], input=data, check=True,
                          capture_output=True).stdout


def jwk(realm):
    """The public key of a realm. Both realms call theirs the same."""
    modulus = openssl("rsa", "-in", FILES[realm], "-noout", "-modulus").decode()
    number = bytes.fromhex(modulus.strip().split("=")[1])
    return {"kty": "RSA", "kid": "1", "n": tokens.encode(number), "e": "AQAB"}


def token(issuer, realm):
    """A token of this issuer, signed with the key of a realm."""
    claims = {"iss": issuer, "exp": int(time.time()) + 3600, "acl": {"all": ["r/#"]}}
    parts = [{"alg": "RS256", "kid": "1"}, claims]
    signed = ".".join(tokens.encode(json.dumps(part).encode()) for part in parts)
    signature = openssl("dgst", "-sha256", "-sign", FILES[realm], data=signed.encode())
    tokens.made.append(f"{signed}.{tokens.encode(signature)}")
    return tokens.made[-1]


class Realms(http.server.BaseHTTPRequestHandler):
    """The discovery document of each realm, and its key set."""

    def do_GET(self):
        realm = self.path.split("/")[1]
        here = f"http://{self.headers['Host']}/{realm}"
        if self.path.endswith("/.well-known/openid-configuration"):
            body = {"issuer": here, "jwks_uri": f"{here}/keys"}
        else:
            body = {"keys": [jwk(realm)]}
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_):
        pass


class Issuers(broker.Case):
    def setUp(self):
        server = self.enterContext(http.server.HTTPServer(("127.0.0.1", 0), Realms))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.shutdown)
        url = f"http://127.0.0.1:{server.server_port}"
        self.plant, self.office = f"{url}/plant", f"{url}/office"


    def test_each_issuer_has_keys_of_its_own_and_a_removed_one_has_no_clients(self):
        issuers = [{"issuer": self.plant}, {"issuer": self.office}]
        at = self.broker({"issuers": issuers})
        good = [token(self.plant, "plant"), token(self.office, "office")]
        for number, password in enumerate(good):
            self.await_accepted(at, f"c{number}", password)
        for issuer, realm in ((self.plant, "office"), (self.office, "plant")):
            self.assertEqual(at.client("forger", password=token(issuer, realm)).code, broker.BAD_TOKEN)
        plant = self.connected(at, "plant", password=good[0])
        office = self.connected(at, "office", password=good[1])
        at.configure({"issuers": issuers[:1]})
        at.reload()
        office.wait_closed()
        self.assertEqual(plant.publish("r/1"), 0)
        self.assertEqual(at.client("office", password=good[1]).code, broker.BAD_TOKEN)
        at.configure({"issuers": issuers})
        at.reload()
        self.await_accepted(at, "office", good[1])

    def test_issuers_are_an_option_of_the_plugin(self):
        issuers = json.dumps([{"issuer": "a", "secret": tokens.SECRET}])
        at = self.broker(options={"issuers": issuers})
        self.connected(at, "a", {"iss": "a"})
        self.assertEqual(at.client("b", password=tokens.token(iss="b")).code, broker.BAD_TOKEN)

    def test_keys_that_are_yet_to_come_end_nobody(self):
        at = self.broker({"endpoint": f"{self.plant}/keys"})
        password = token("any", "plant")
        self.await_accepted(at, "c", password)
        online = self.connected(at, "online", password=password)
        offline = self.connected(at, "offline", password=password, clean=False, expiry=600)
        offline.subscribe("r/#")
        offline.close()
        at.configure({"endpoint": "http://127.0.0.1:9/"})
        for _ in range(2):
            at.reload()
            self.assertEqual(online.publish("r/1", "queued"), 0)
        at.configure({"endpoint": f"{self.plant}/keys?again"})
        at.reload()
        self.await_accepted(at, "c", password)
        offline = self.connected(at, "offline", password=password, clean=False, expiry=600)
        self.assertEqual([offline.message()[1] for _ in range(2)], ["queued"] * 2)
        # Keys that have come without theirs do.
        at.configure({"endpoint": f"{self.office}/keys"})
        at.reload()
        online.wait_closed()
        offline.wait_closed()

    def await_accepted(self, at, name, password):
        """Keys are fetched while the broker runs already."""
        deadline = time.monotonic() + 20
        while (client := mqtt.Client(at.port, name, password)).code != 0:
            self.assertLess(time.monotonic(), deadline)
            client.close()
            time.sleep(0.1)
        client.leave()


if __name__ == "__main__":
    unittest.main()
