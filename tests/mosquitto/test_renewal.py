"""MQTT 5's extended authentication: a token in CONNECT, and new ones in AUTH."""

import time
import unittest

import broker
import mqtt
import tokens

DURABLE = {"clean": False, "expiry": 600}
OLD = {"sub": "alice", "acl": {"all": ["old/#"]}}
NEW = {"sub": "alice", "acl": {"all": ["new/#"]}}


def soon(seconds):
    return int(time.time()) + seconds


class Renewal(broker.Case):
    def client(self, at, client_id, claims=None, method="jwt", **options):
        """Connects with the token as authentication data."""
        client = mqtt.Client(at.port, client_id, method=method, data=tokens.token(claims), **options)
        self.addCleanup(client.close)
        return client

    def accepted(self, *args, **options):
        client = self.client(*args, **options)
        self.assertEqual(client.code, 0)
        return client

    def refused_again(self, client, data, method="jwt", code=0x87):
        """The broker answers AUTH with a DISCONNECT."""
        with self.assertRaises(mqtt.Closed):
            client.authenticate(data, method)
        self.assertEqual(client.disconnected, code)

    def test_a_token_in_connect_is_accepted_and_grants(self):
        at = self.broker()
        for username in ("user", None):
            client = self.accepted(at, "c", OLD, username=username)
            self.assertEqual((client.publish("old/1"), client.publish("new/1")), (0, 0x87))
            self.assertEqual(client.subscribe("old/#"), 1)

    def test_a_token_in_connect_is_refused(self):
        at = self.broker({"secret": tokens.SECRET, "verify_claims": {"sub": "alice"}})
        for claims, reason in (({"sub": "bob"}, "claim_mismatch"), ({"sub": "alice", "exp": 1}, "expired")):
            mark = at.mark()
            self.assertEqual(self.client(at, "c", claims).code, 0x87)
            at.wait_log_since(mark, f"jwt_auth: refused: {reason} ")
        for data in ("no token", "", None):
            client = mqtt.Client(at.port, "c", method="jwt", data=data)
            self.assertNotEqual(client.code, 0, data)

    def test_the_end_of_a_token_in_connect_is_the_end_of_the_client(self):
        at = self.broker()
        end = soon(2)
        client = self.accepted(at, "c", {"exp": end})
        self.assertEqual(client.wait_closed(), 0x98)
        self.assertTrue(end <= time.time() < end + 2)

    def test_a_password_beside_the_method_is_not_looked_at(self):
        at = self.broker()
        self.assertEqual(self.client(at, "c", {"exp": 1}, password=tokens.token()).code, 0x87)
        self.accepted(at, "c", OLD, password=tokens.token(exp=1))

    def test_unknown_methods_are_not_ours(self):
        at = self.broker()
        for method in ("JWT", "jwt2", "jw", "OAUTH2-JWT"):
            self.assertEqual(self.client(at, "c", OLD, method=method).code, 0x8C, method)

    def test_the_methods_are_an_option(self):
        at = self.broker(options={"secret": tokens.SECRET, "auth_methods": "OAUTH2-JWT CUSTOM-JWT"})
        for method in ("OAUTH2-JWT", "CUSTOM-JWT"):
            client = self.accepted(at, "c", OLD, method=method)
            self.assertEqual(client.authenticate(tokens.token(NEW), method), 0)
            self.assertEqual(client.publish("new/1"), 0)
        self.assertEqual(self.client(at, "c", OLD).code, 0x8C)

    def test_a_new_token_gives_new_rights_at_once(self):
        at = self.broker(acl=None)
        root = self.connected(at, "root", broker.SUPERUSER)
        client = self.accepted(at, "c", OLD)
        self.assertEqual(client.subscribe("old/#"), 1)
        self.assertEqual(client.subscribe("new/#"), 0x87)
        self.assertEqual(client.authenticate(tokens.token(NEW)), 0)
        self.assertEqual(client.subscribe("new/#"), 1)
        self.assertEqual((client.publish("old/1"), client.publish("new/1", "own")), (0x87, 0))
        root.publish("old/1", "no longer")
        root.publish("new/1", "from root")
        self.assertEqual([client.message()[1] for _ in range(2)], ["own", "from root"])
        self.assertEqual(client.authenticate(tokens.token(OLD)), 0)
        self.assertEqual((client.publish("old/1"), client.publish("new/1")), (0, 0x87))

    def test_a_later_end_is_kept_and_an_earlier_one_too(self):
        at = self.broker()
        end = soon(2)
        longer = self.accepted(at, "longer", {"exp": end})
        shorter = self.accepted(at, "shorter", {"exp": end + 3600})
        ends = self.accepted(at, "ends", {"exp": end})
        self.assertEqual(longer.authenticate(tokens.token(exp=end + 3)), 0)
        self.assertEqual(shorter.authenticate(tokens.token(exp=end + 1)), 0)
        self.assertEqual(ends.wait_closed(), 0x98)
        self.assertEqual(shorter.wait_closed(), 0x98)
        self.assertTrue(end + 1 <= time.time() < end + 3)
        longer.ping()
        self.assertEqual(longer.wait_closed(), 0x98)
        self.assertTrue(end + 3 <= time.time() < end + 5)

    def test_no_message_is_lost_while_tokens_are_renewed(self):
        at = self.broker()
        root = self.connected(at, "root", broker.SUPERUSER)
        client = self.accepted(at, "c", OLD)
        client.subscribe("old/#")
        for i in range(20):
            root.publish("old/1", str(i))
            self.assertEqual(client.authenticate(tokens.token(OLD, jti=str(i))), 0)
            self.assertEqual(client.publish("old/2", f"own {i}"), 0)
        sent = [text for i in range(20) for text in (str(i), f"own {i}")]
        self.assertEqual(sorted(client.message()[1] for _ in sent), sorted(sent))

    def test_a_refused_renewal_disconnects(self):
        at = self.broker()
        for data, reason in (
            (tokens.token(OLD, secret=tokens.OTHER_SECRET), "bad_signature"),
            (tokens.token({**OLD, "exp": 1}), "expired"),
            (tokens.token({**OLD, "sub": "bob"}), "identity_changed"),
            (tokens.token({**OLD, "iss": "https://id.example"}), "identity_changed"),
            ("no token", "malformed_token"),
        ):
            client = self.accepted(at, "c", OLD)
            mark = at.mark()
            self.refused_again(client, data)
            at.wait_log_since(mark, f"jwt_auth: renewal refused: {reason}\\b")

    def test_what_is_no_token_is_no_renewal(self):
        at = self.broker({"secret": tokens.SECRET, "on_malformed": "ignore", "on_missing": "ignore"})
        for data in ("plain", "", None):
            client = self.accepted(at, "c", OLD)
            self.refused_again(client, data)

    def test_another_method_than_in_connect_disconnects(self):
        at = self.broker(options={"secret": tokens.SECRET, "auth_methods": "jwt other"})
        client = self.accepted(at, "c", OLD)
        self.refused_again(client, tokens.token(OLD), method="other", code=0x82)

    def test_who_came_with_a_password_cannot_renew(self):
        at = self.broker()
        client = self.connected(at, "c", OLD)
        with self.assertRaises(mqtt.Closed):
            client.authenticate(tokens.token(NEW))

    def test_the_will_has_the_permissions_of_the_last_token(self):
        at = self.broker(acl=None)
        watcher = self.watcher(at, "old/#", "new/#")
        for topic in ("old/will", "new/will"):
            client = self.accepted(at, "c", OLD, will=(topic, "gone"))
            self.assertEqual(client.authenticate(tokens.token(NEW)), 0)
            client.close()
        self.assertEqual(watcher.message(), ("new/will", "gone"))
        watcher.ping()
        self.assertEqual(watcher.messages, [])

    def test_an_offline_client_has_its_last_token(self):
        at = self.broker(acl=None)
        root = self.connected(at, "root", broker.SUPERUSER)
        client = self.accepted(at, "c", OLD, **DURABLE)
        client.subscribe("old/#")
        self.assertEqual(client.authenticate(tokens.token(NEW)), 0)
        client.subscribe("new/#")
        client.leave()
        root.publish("old/1", "no longer")
        root.publish("new/1", "queued")
        client = self.accepted(at, "c", NEW, **DURABLE)
        self.assertEqual((client.present, client.message()), (1, ("new/1", "queued")))

    def test_they_stay_at_a_reload_while_their_token_is_good(self):
        """The broker has kept no credentials of theirs that could be checked again."""
        at = broker.Broker()
        revoked = at.directory / "revoked"
        revoked.write_text("{}")
        config = {"secret": tokens.SECRET, "username_claim": "sub", "revocations_file": str(revoked)}
        at.configure(config)
        self.enterContext(at)
        end = soon(6)
        stays = [self.accepted(at, f"stays-{username}", OLD, username=username) for username in ("user", None)]
        renewed = self.accepted(at, "renewed", OLD, username=None)
        self.assertEqual(renewed.authenticate(tokens.token(NEW, exp=end)), 0)
        gone = self.accepted(at, "gone", {**OLD, "jti": "gone"}, username=None)
        for _ in range(3):
            at.reload()
            for client in stays:
                self.assertEqual((client.publish("old/1"), client.publish("new/1")), (0, 0x87))
            self.assertEqual((renewed.publish("old/1"), renewed.publish("new/1")), (0x87, 0))
        self.assertEqual(stays[1].authenticate(tokens.token(NEW)), 0)
        self.assertEqual(stays[1].publish("new/1"), 0)
        revoked.write_text('{"jti": ["gone"]}')
        at.reload()
        gone.wait_closed()
        self.assertEqual(renewed.wait_closed(), 0x98)
        self.assertTrue(end <= time.time() < end + 2)
        # The key is gone.
        at.configure({**config, "secret": tokens.OTHER_SECRET})
        at.reload()
        for client in stays:
            client.wait_closed()


if __name__ == "__main__":
    unittest.main()
