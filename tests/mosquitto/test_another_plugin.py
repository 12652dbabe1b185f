"""Clients whom another plugin accepts have nothing of those that came with a token."""

import unittest

import broker
import http_api
import mqtt
import tokens

TRIES = 40


class AnotherPlugin(broker.Case):
    def start(self, before, lines=""):
        """A broker that loads the other plugin before this line of its configuration."""
        at = broker.Broker(acl=None, lines=lines)
        conf = at.directory / "mosquitto.conf"
        conf.write_text(conf.read_text().replace(before, f"plugin {broker.ANOTHER_PLUGIN}\n{before}", 1))
        return self.enterContext(at)

    def test_by_a_method_of_its_own(self):
        at = self.start("listener ")
        inherited = 0
        for _ in range(TRIES):
            # The broker gives the memory of the one to the other.
            self.connected(at, "same", broker.SUPERUSER, expiry=0).leave()
            client = mqtt.Client(at.port, "same", method="other", data="x")
            self.assertEqual(client.code, 0)
            inherited += client.publish("x") != 0x87
            client.leave()
        self.assertEqual(inherited, 0)

    @unittest.skipIf(broker.VERSION < (2, 1), "there is no HTTP API before 2.1")
    def test_at_the_http_api(self):
        port = broker.free_port()
        at = self.start("plugin ", http_api.LISTENER.format(port))
        at.wait_running(port)
        for _ in range(3):
            # The other plugin answers whether the path may be read, so this one is not asked.
            superuser = tokens.token(broker.SUPERUSER)
            self.assertEqual(http_api.get(port, "user", superuser, "/api/v1/version"), 200)
            self.assertEqual(http_api.get(port, "other", "open", "/api/v1/systree"), 401)


if __name__ == "__main__":
    unittest.main()
