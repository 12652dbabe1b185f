"""The plugin on one listener only, by plugin_load and plugin_use of 2.1.

With a global acl_file the broker asks that one first, and its answer is final. So the file is on the listener, too:
by per_listener_settings, or by the plugin of Mosquitto's own that reads it. Plugins are asked in the order in which
they are loaded.
"""

import pathlib
import re
import time
import unittest

import broker
import mqtt

README = (broker.ROOT / "c_examples/mosquitto/README.md").read_text()
ACL_PLUGIN = "/usr/lib/x86_64-linux-gnu/mosquitto/mosquitto_acl_file.so"
RULES = [{"permission": "allow", "action": "all", "topic": "told/#"}]
BY_PLUGIN = """plugin_load jwt {plugin}
plugin_opt_config_file {config}
plugin_load acl {acl_plugin}
plugin_opt_acl_file {acl}
listener {port} 127.0.0.1
plugin_use jwt
plugin_use acl
listener {other} 127.0.0.1
listener_allow_anonymous true
"""


@unittest.skipIf(broker.VERSION < (2, 1), "plugins are for all listeners before 2.1")
class ListenerPlugin(broker.Case):
    def start(self, lines):
        at = broker.Broker()
        self.other = broker.free_port()
        conf = at.directory / "mosquitto.conf"
        kept = [line for line in conf.read_text().splitlines() if line.startswith(("log_", "user "))]
        conf.write_text("\n".join(kept) + "\n" + lines.format(
            plugin=broker.PLUGIN, config=at.config_path, acl=at.directory / "acl", acl_plugin=ACL_PLUGIN,
            port=at.port, other=self.other))
        return self.enterContext(at)

    def decide(self, at):
        client = self.connected(at, "c", {"acl": RULES})
        self.assertEqual((client.publish("told/x"), client.publish("own/c/x"), client.publish("x")), (0, 0, 0x87))
        self.assertEqual(at.client("bad", {"exp": 1}).code, broker.BAD_TOKEN)
        other = mqtt.Client(self.other, "other", None, username=None)
        self.assertEqual((other.code, other.publish("x")), (0, 0))
        at.reload()
        self.assertEqual((client.publish("told/x"), client.publish("x"), other.publish("x")), (0, 0x87, 0))
        self.assertEqual(self.connected(at, "ends", {"exp": int(time.time()) + 2}).wait_closed(), 0x98)

    def test_with_an_acl_file_by_per_listener_settings(self):
        """As README shows it."""
        lines = re.search(r"```conf\n(plugin_load .*?)```", README, re.S).group(1)
        for shown, here in (("/usr/local/lib/mosquitto_jwt_auth.so", "{plugin}"), ("listener 1883", "listener {port}"),
                            ("/etc/mosquitto/jwt_auth.json", "{config}"), ("/etc/mosquitto/acl_file", "{acl}")):
            self.assertIn(shown, lines)
            lines = lines.replace(shown, here)
        self.decide(self.start(lines + "listener {other} 127.0.0.1\nallow_anonymous true\n"))

    def test_with_an_acl_file_by_the_plugin_for_it(self):
        inside = pathlib.Path((broker.FOLDER or "") + ACL_PLUGIN)
        if not inside.exists():
            self.skipTest(f"there is no {ACL_PLUGIN}")
        self.decide(self.start(BY_PLUGIN))


if __name__ == "__main__":
    unittest.main()
