"""Who may connect: every reason for a refusal, with its code and its line in the log."""

import http.server
import json
import re
import ssl
import subprocess
import threading
import time
import unittest

import broker
import mqtt
import tokens
from tokens import token

VECTORS = json.loads((broker.ROOT / "tests/vectors/tokens.json").read_text())
KEYS = broker.ROOT / "tests/vectors/keys"


def vector(alg, form):
    return next(v["token"] for v in VECTORS if v["alg"] == alg and v["format"] == form)


STRICT = {
    "jwks": {"keys": [{"kty": "oct", "kid": "k1", "k": tokens.encode(tokens.SECRET.encode())}]},
    "public_key": str(KEYS / "p256.pub.pem"),
    "algorithms": ["HS256", "ES256"],
    "max_token_size": 1000,
    "on_missing": "deny",
}
TWO_KEYS = {
    "jwks": {"keys": [{"kty": "oct", "k": tokens.encode(secret.encode())}
                      for secret in (tokens.SECRET, tokens.OTHER_SECRET)]},
    "max_key_trials": 1,
}
ISSUERS = {"issuers": [
    {"issuer": issuer, "jwks": {"keys": [{"kty": "oct", "kid": issuer, "k": tokens.encode(secret.encode())}]}}
    for issuer, secret in (("plant", tokens.SECRET), ("office", tokens.OTHER_SECRET))
]}
TYPED = {"secret": tokens.SECRET, "token_type": "at+jwt", "max_lifetime": 600}
REVOKING = {"secret": tokens.SECRET, "verify_claims": {"tenant": "t1"}, "check_iat": True}

CODES = {"revoked": broker.NOT_AUTHORIZED, "keys_unavailable": broker.UNAVAILABLE,
         "revocations_unavailable": broker.UNAVAILABLE}
UNLISTED = {"secret": tokens.SECRET, "revocations_endpoint": {"url": "http://127.0.0.1:9/"}}


def refusals():
    """Reason, configuration, token."""
    now = int(time.time())
    yield "missing_token", STRICT, None
    yield "token_too_large", STRICT, token(pad="x" * 1000)
    yield "malformed_token", STRICT, "hunter2"
    yield "unsupported_algorithm", STRICT, token(alg="none")
    yield "algorithm_not_allowed", STRICT, token(alg="HS512")
    yield "unsupported_critical_header", STRICT, token(header={"crit": ["exp"]})
    yield "unknown_key_id", STRICT, token(header={"kid": "k2"})
    yield "wrong_token_type", TYPED, token()
    yield "ambiguous_key", TWO_KEYS, token()
    yield "wrong_issuer", ISSUERS, token(iss="office", header={"kid": "plant"})
    yield "bad_signature", STRICT, token(secret=tokens.OTHER_SECRET)
    yield "signature_format", STRICT, vector("ES256", "raw")
    yield "malformed_claims", STRICT, token('{"exp": 1, "exp": 2}')
    yield "no_key", REVOKING, token(alg="RS256")
    yield "expired", REVOKING, token(exp=now - 1, tenant="t1")
    yield "not_yet_valid", REVOKING, token(nbf=now + 600, tenant="t1")
    yield "issued_in_future", REVOKING, token(iat=now + 600, tenant="t1")
    yield "lifetime_too_long", TYPED, token(header={"typ": "at+jwt"}, iat=now, exp=now + 601)
    yield "missing_claim", REVOKING, token()
    yield "claim_mismatch", REVOKING, token(tenant="t2")
    yield "certificate_mismatch", REVOKING, token(tenant="t1", cnf={"x5t#S256": "A" * 43})
    yield "bad_acl", REVOKING, token(tenant="t1", acl="all")
    yield "revoked", REVOKING, token(tenant="t1", jti="gone")
    yield "revocations_unavailable", UNLISTED, token()
    yield "keys_unavailable", {"endpoint": "http://127.0.0.1:9/"}, token(alg="RS256")


class Connect(broker.Case):
    def test_the_sample_token_of_the_documentation_is_accepted(self):
        at = self.broker({"secret": "emqxsecret"})
        for version in (4, 5):
            client = self.connected(at, "sample", password=tokens.SAMPLE, version=version)
            self.assertEqual(client.subscribe("own/sample/#"), 1)
            self.assertEqual(client.publish("own/sample/a", "hello"), 0)
            self.assertEqual(client.message(), ("own/sample/a", "hello"))

    def test_each_refusal_has_its_code_and_its_line(self):
        brokers = {}
        seen = set()
        for reason, config, password in refusals():
            with self.subTest(reason):
                key = json.dumps(config)
                if key not in brokers:
                    brokers[key] = at = broker.Broker(config)
                    if config is REVOKING:
                        at.configure({**config, "revocations_file": f"{at.directory}/revoked"})
                        (at.directory / "revoked").write_text('{"jti": ["gone"]}')
                    self.enterContext(at)
                at = brokers[key]
                for version, code in ((4, 5), (5, CODES.get(reason, broker.BAD_TOKEN))):
                    mark = at.mark()
                    client = mqtt.Client(at.port, f"c-{reason}", password, version=version)
                    self.assertEqual(client.code, code)
                    client.wait_closed()
                    line = at.wait_log_since(mark, "jwt_auth: refused: .*")
                    self.assertRegex(line, rf"^jwt_auth: refused: {reason}\b.*: client `c-{reason}`, "
                                           "(user `[^`]+`, )?address 127.0.0.1, ")
                    if password and reason not in ("malformed_token", "token_too_large"):
                        self.assertIn(f"token {tokens.fingerprint(password)}", line)
                seen.add(reason)
        header = (broker.ROOT / "include/jwt_auth.h").read_text()
        reasons = {name.lower() for name in re.findall(r"JWT_AUTH_REASON_(\w+) =", header)}
        # A client that connects renews nothing.
        self.assertEqual(seen, reasons - {"undecided", "accepted", "identity_changed"})

    def test_a_token_in_the_user_name_is_accepted(self):
        at = self.broker(options={"secret": tokens.SECRET, "from": "username"},
                         lines="connection_messages false\n")
        client = mqtt.Client(at.port, "c", None, username=token())
        self.assertEqual(client.code, 0)
        client = mqtt.Client(at.port, "c", None, username=token(secret=tokens.OTHER_SECRET))
        self.assertEqual(client.code, broker.BAD_TOKEN)

    def test_user_name_client_id_and_address_are_compared(self):
        acl = [{"permission": "allow", "action": "all", "topic": "near", "ipaddr": "127.0.0.0/8"},
               {"permission": "deny", "action": "all", "topic": "#"}]
        at = self.broker({"secret": tokens.SECRET, "verify_claims": {"sub": "%u", "device": "%c"}})
        claims = {"sub": "alice", "device": "d1", "acl": acl}
        client = self.connected(at, "d1", claims, username="alice")
        self.assertEqual(client.publish("near"), 0)
        self.assertEqual(client.publish("far"), 0x87)
        self.assertEqual(at.client("d1", claims, username="bob").code, broker.BAD_TOKEN)
        self.assertEqual(at.client("d2", claims, username="alice").code, broker.BAD_TOKEN)

    def test_a_password_that_is_no_token_is_left_to_the_password_file(self):
        at = broker.Broker({"secret": tokens.SECRET, "on_malformed": "ignore"},
                           lines="password_file {dir}/passwords\n")
        subprocess.run(["mosquitto_passwd", "-b", "-c", str(at.directory / "passwords"), "other",
                        "plain"], check=True)
        self.enterContext(at)
        client = self.connected(at, "c", password="plain", username="other")
        self.assertEqual((client.publish("other/1"), client.publish("x")), (0, 0x87))
        self.assertEqual(client.unsubscribe("other/1"), 17)
        self.assertEqual(at.client("c", password="wrong", username="other").code, 0x87)

    def test_a_refusal_is_final(self):
        """Though the password file would accept the one, and allow_anonymous the other."""
        at = broker.Broker(lines="password_file {dir}/passwords\nallow_anonymous true\n")
        subprocess.run(["mosquitto_passwd", "-b", "-c", str(at.directory / "passwords"), "other",
                        "plain"], check=True)
        self.enterContext(at)
        self.assertEqual(at.client("c", password="plain", username="other").code, broker.BAD_TOKEN)
        self.assertEqual(at.client("c", {"exp": 1}, username=None).code, broker.BAD_TOKEN)
        self.assertEqual(at.client("c", username=None).code, 0)

    def test_an_anonymous_client_has_the_permissions_of_the_broker_only(self):
        at = self.broker(acl="topic readwrite free\n", lines="allow_anonymous true\n")
        client = mqtt.Client(at.port, "nobody", None, username=None)
        self.assertEqual(client.code, 0)
        self.assertEqual(client.publish("free"), 0)
        self.assertEqual(client.publish("other"), 0x87)
        # A user name is a claim to be somebody, and nobody vouches for it.
        self.assertEqual(mqtt.Client(at.port, "c", None, username="x").code, 0x87)

    def test_without_an_id_the_broker_s_own_one_is_used(self):
        at = self.broker()
        for version in (4, 5):
            client = self.connected(at, "", {"acl": {"pub": ["x/%c"]}}, version=version)
            self.assertEqual(client.publish("x/other"), 0x87 if version == 5 else 0)
        self.assertIn("client `auto-", at.log())

    def test_lines_of_the_thread_that_fetches_keys_come_through_the_tick(self):
        """More of them than are held: a warning for each of 200 keys that cannot be used."""
        keys = json.dumps({"keys": [{"kty": "none", "kid": f"k{i}"} for i in range(200)]}).encode()

        class Serve(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.end_headers()
                self.wfile.write(keys)

            def log_message(self, *_):
                pass

        server = http.server.HTTPServer(("127.0.0.1", 0), Serve)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        at = self.broker({"secret": tokens.SECRET, "endpoint": f"http://127.0.0.1:{server.server_port}/"})
        at.wait_log(r"jwt_auth: `endpoint` key `k\d+` is skipped")
        at.wait_log(r"jwt_auth: \d+ log lines came too fast and are lost")

    def test_over_tls(self):
        at = broker.Broker()
        port, crt = broker.free_port(), at.make_certificate()
        at.add_lines(f"listener {port} 127.0.0.1\ncertfile {crt}\nkeyfile {at.directory}/key\n")
        self.enterContext(at)
        tls = ssl.create_default_context(cafile=str(crt))
        for version in (4, 5):
            client = mqtt.Client(port, "t", token(acl={"all": ["t"]}), tls=tls, version=version)
            self.assertEqual((client.code, client.subscribe("t"), client.publish("t", "x")), (0, 1, 0))
            self.assertEqual(client.message(), ("t", "x"))
            refused = mqtt.Client(port, "t2", token(exp=1), tls=tls, version=version)
            self.assertEqual(refused.code, broker.BAD_TOKEN if version == 5 else 5)
        soon = mqtt.Client(port, "s", token(exp=int(time.time()) + 2), tls=tls)
        self.assertEqual(soon.wait_closed(), 0x98)

    def test_paho_is_told_the_codes_of_mqtt_5(self):
        import paho.mqtt.client as paho

        at = self.broker()
        for password, code in ((token(exp=int(time.time()) + 2), 0), (token(exp=1), broker.BAD_TOKEN)):
            codes = {}
            done = threading.Event()

            def on_connect(client, userdata, flags, reason, properties):
                codes["connack"] = reason.value
                if reason.value:
                    done.set()

            def on_disconnect(client, userdata, flags, reason, properties):
                codes.setdefault("disconnect", (flags.is_disconnect_packet_from_server, reason.value))
                done.set()

            client = paho.Client(paho.CallbackAPIVersion.VERSION2, "paho", protocol=paho.MQTTv5)
            client.username_pw_set("user", password)
            client.on_connect, client.on_disconnect = on_connect, on_disconnect
            client.connect("127.0.0.1", at.port)
            client.loop_start()
            self.assertTrue(done.wait(mqtt.PATIENCE))
            client.loop_stop()
            self.assertEqual(codes["connack"], code)
            if code == 0:
                self.assertEqual(codes["disconnect"], (True, 0x98))


if __name__ == "__main__":
    unittest.main()
