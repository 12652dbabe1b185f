"""The user name of the client is that of its token."""

import unittest

import broker
import tokens

CONFIG = {"secret": tokens.SECRET, "username_claim": "name"}
ACL_FILE = "pattern read %u/#\npattern readwrite own/%u\nuser bob\ntopic readwrite bobs\n"
DURABLE = {"clean": False, "expiry": 600}


class Username(broker.Case):
    def setUp(self):
        self.at = self.broker(CONFIG, acl=ACL_FILE)

    def named(self, client_id, name, **options):
        return self.connected(self.at, client_id, {"name": name}, **options)

    def test_the_acl_file_is_about_the_name_in_the_token(self):
        root = self.connected(self.at, "root", {"name": "root", "is_superuser": True})
        # What a client sends as its name, if any, is nothing to the file.
        for version, sent in ((5, "mallory"), (4, "mallory"), (5, None), (5, "alice")):
            alice = self.named("a", "alice", version=version, username=sent)
            alice.subscribe("#")
            for topic in ("mallory/1", "bob/1", "alice/1"):
                root.publish(topic, "x")
            self.assertEqual(alice.message(), ("alice/1", "x"))
            if version == 5:
                self.assertEqual(alice.publish("own/alice"), 0)
                for topic in ("own/mallory", "own/bob", "bobs"):
                    self.assertEqual(alice.publish(topic), 0x87, topic)
            alice.close()
        self.assertEqual(self.named("b", "bob", username="alice").publish("bobs"), 0)

    def test_the_log_of_the_broker_has_the_name(self):
        self.named("a", "alice", username="mallory")
        line = self.at.wait_log("New client connected .* as a ")
        self.assertIn("u'alice'", line)
        # The library's line about the client has what it sent.
        own = [line for line in self.at.log().splitlines() if "jwt_auth: " not in line]
        self.assertNotIn("mallory", "\n".join(own))

    def test_placeholders_of_the_token_are_filled_with_it(self):
        alice = self.connected(self.at, "a", {"name": "alice", "acl": {"pub": ["t/%u"]}}, username="mallory")
        self.assertEqual(alice.publish("t/alice"), 0)
        self.assertEqual(alice.publish("t/mallory"), 0x87)

    def test_a_token_without_a_name_is_refused(self):
        for claims in ({}, {"name": ""}, {"name": 7}):
            self.assertEqual(self.at.client("a", claims, username="alice").code, broker.BAD_TOKEN, claims)

    def test_a_name_that_would_be_more_than_one_level_or_line_is_refused(self):
        for name in ("+", "#", "a+", "a/b", "/", "a\0b", "a\0", "\0", "a\nforged", "\x1b[2J", "\x7f", "$SYS", "$"):
            mark = self.at.mark()
            client = self.at.client("a", {"name": name}, username="alice")
            self.assertEqual(client.code, broker.BAD_TOKEN, name)
            self.at.wait_log_since(mark, f"jwt_auth: refused: the user name .*: {client.name}")
        for name in ("a", "a b", "a$", "%u", "\u00e9", "x" * 1000):
            self.named("a", name).close()

    def test_a_reload_checks_what_the_client_sent(self):
        self.at.configure({**CONFIG, "verify_claims": {"login": "%u"}})
        self.at.reload()
        sends = {"name": "alice", "login": "sent"}
        stays = self.connected(self.at, "stays", sends, username="sent")
        for _ in range(2):
            self.at.reload()
            self.assertEqual(stays.publish("own/alice"), 0)
        self.assertEqual(self.at.client("not", sends, username="alice").code, broker.BAD_TOKEN)
        # Without the option it is the client's own again.
        self.at.configure({"secret": tokens.SECRET, "verify_claims": {"login": "%u"}})
        for _ in range(2):
            self.at.reload()
            self.assertEqual(stays.publish("own/sent"), 0)
            self.assertEqual(stays.publish("own/alice"), 0x87)
        self.at.configure({**CONFIG, "verify_claims": {"name": "%u"}})
        self.at.reload()
        stays.wait_closed()

    def test_a_client_without_a_name_stays_at_a_reload(self):
        alice = self.named("a", "alice", username=None)
        for _ in range(2):
            self.at.reload()
            self.assertEqual(alice.publish("own/alice"), 0)

    def test_a_token_in_the_user_name_is_not_the_name(self):
        self.at.configure({**CONFIG, "from": "username"})
        self.at.reload()
        token = tokens.token(name="alice")
        client = self.at.client("a", password="x", username=token)
        self.addCleanup(client.close)
        self.assertEqual(client.code, 0)
        for _ in range(2):
            self.at.reload()
            self.assertEqual(client.publish("own/alice"), 0)

    def test_an_offline_client_keeps_its_name(self):
        root = self.connected(self.at, "root", {"name": "root", "is_superuser": True})
        alice = self.named("a", "alice", username="mallory", **DURABLE)
        alice.subscribe("#")
        alice.leave()
        self.at.reload()
        for topic in ("mallory/1", "alice/1"):
            root.publish(topic, "x")
        alice = self.named("a", "alice", username="mallory", **DURABLE)
        self.assertEqual(alice.message(), ("alice/1", "x"))

    def test_who_cannot_have_its_new_name_is_not_left_to_the_acl_file(self):
        names = {"name": "alice", "nick": "a/b"}
        root = self.connected(self.at, "root", {"name": "root", "nick": "root", "is_superuser": True})
        alice = self.connected(self.at, "a", names, **DURABLE)
        self.assertEqual(alice.subscribe("alice/1"), 1)
        self.at.configure({"secret": tokens.SECRET, "username_claim": "nick"})
        self.at.reload()
        alice.wait_closed()
        root.publish("alice/1", "queued")
        self.at.configure(CONFIG)
        self.at.reload()
        alice = self.connected(self.at, "a", names, **DURABLE)
        root.publish("alice/1", "now")
        self.assertEqual(alice.message(), ("alice/1", "now"))


if __name__ == "__main__":
    unittest.main()
