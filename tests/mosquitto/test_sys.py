"""What the plugin publishes below $SYS, and who receives it."""

import tomllib
import unittest

import broker
import tokens

TOPIC = "$SYS/broker/jwt_auth/"
VERSION = tomllib.loads((broker.ROOT / "Cargo.toml").read_text())["package"]["version"]
# The plugin publishes every 15 seconds, and the test has to wait for it.
PATIENCE = 40


class Sys(broker.Case):
    def wait(self, client, expected):
        """Reads messages until the last of each topic is the expected one. Gives all, by topic."""
        read = {}
        while any(read.get(topic, [None])[-1] != value for topic, value in expected.items()):
            topic, value = client.message(PATIENCE)
            read.setdefault(topic.removeprefix(TOPIC), []).append(value)
        return read

    def test_what_is_counted_is_told_when_it_changes(self):
        at = self.broker({"secret": tokens.SECRET, "on_malformed": "ignore"})
        self.connected(at, "first", version=4)
        operator = self.connected(at, "operator", {"acl": {"sub": [f"{TOPIC}#"]}})
        operator.subscribe(f"{TOPIC}#")
        self.wait(operator, {"version": VERSION, "config/generation": "1", "checks/ignored": "0"})
        away = self.connected(at, "away", {"exp": None}, clean=False, expiry=600)
        away.leave()
        for _ in range(3):
            self.assertEqual(at.client("bad", {"exp": 1}).code, broker.BAD_TOKEN)
        for _ in range(2):
            self.assertEqual(at.client("other", password="plain").code, 0x87)
        at.configure({"secret": tokens.SECRET, "on_malformed": "ignore", "leeway": 1})
        at.reload()
        # Those that were connected, and the one that is away, were asked about once more.
        expected = {
            "checks/accepted": "6", "checks/refused": "3", "checks/ignored": "3", "clients/connected": "2",
            "clients/offline": "1", "config/generation": "2",
        }
        changed = self.wait(operator, expected)
        self.assertNotIn("version", changed)
        # They are retained.
        late = self.connected(at, "late", broker.SUPERUSER)
        late.subscribe(f"{TOPIC}#")
        self.assertEqual(set(self.wait(late, {"version": VERSION, **expected})), {"version", *expected})

    def test_they_are_for_those_who_may_read_them(self):
        at = self.broker(acl="topic read #\n")
        everything = self.connected(at, "everything", {"acl": {"all": ["#"]}})
        self.assertEqual(everything.subscribe("$SYS/#"), 0x87)
        self.assertEqual(everything.subscribe("#"), 1)
        # Mosquitto lets everybody subscribe to anything, and compares each delivery.
        plain = self.connected(at, "plain")
        self.assertEqual(plain.subscribe("$SYS/#"), 1)
        operator = self.connected(at, "operator", broker.SUPERUSER)
        operator.subscribe(f"{TOPIC}#")
        self.wait(operator, {"clients/connected": "3", "checks/accepted": "3"})
        for client in (everything, plain):
            client.ping()
            self.assertEqual(client.messages, [])
        self.assertEqual(operator.publish(f"{TOPIC}checks/refused", "9", retain=True), 0x87)


if __name__ == "__main__":
    unittest.main()
