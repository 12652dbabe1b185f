"""The file of statistics that the plugin writes, as Prometheus' own parser reads it."""

import os
import stat
import time
import unittest

from prometheus_client.parser import text_string_to_metric_families

import broker
import mqtt
import tokens

# The plugin writes it every 15 seconds.
INTERVAL = 15


def families(text):
    return {family.name: family for family in text_string_to_metric_families(text)}


class Metrics(broker.Case):
    def started(self, config, path="metrics.prom", prepare=lambda at: None):
        at = broker.Broker(config)
        at.metrics = at.directory / path
        prepare(at)
        # Beside the plugin's other option, or else it would be the listener's.
        conf = at.directory / "mosquitto.conf"
        text = conf.read_text()
        line = f"plugin_opt_config_file {at.config_path}\n"
        self.assertIn(line, text)
        conf.write_text(text.replace(line, f"{line}plugin_opt_metrics_file {at.metrics}\n"))
        self.enterContext(at)
        return at

    def wait(self, what, patience=INTERVAL + mqtt.PATIENCE):
        deadline = time.monotonic() + patience
        while not what():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)

    def value(self, at, name, **labels):
        """The value of a sample; None: there is no such one."""
        for family in families(at.metrics.read_text()).values():
            for sample in family.samples:
                if (sample.name, sample.labels) == (name, labels):
                    return sample.value
        return None

    def test_the_file_holds_what_a_prometheus_server_understands(self):
        issuer, kid = 'https://id.example/"a\\b"\n', "k é"
        key = {"kty": "oct", "kid": kid, "k": tokens.encode(tokens.OTHER_SECRET.encode())}
        self.addCleanup(os.umask, os.umask(0o077))
        at = self.started({
            "secret": tokens.SECRET,
            "issuers": [{"issuer": issuer, "jwks": {"keys": [key]}},
                        {"issuer": "b", "endpoint": "http://127.0.0.1:9/keys"}],
        })
        self.wait(at.metrics.exists)
        self.assertEqual(stat.S_IMODE(at.metrics.stat().st_mode), 0o644)
        self.assertEqual(list(at.directory.glob("*.new")), [])

        found = families(at.metrics.read_text())
        kinds = {name: family.type for name, family in found.items()}
        self.assertEqual(kinds, {
            "jwt_auth_build_info": "gauge",
            "jwt_auth_checks": "counter",
            "jwt_auth_key_checks": "counter",
            "jwt_auth_cache_hits": "counter",
            "jwt_auth_cache_misses": "counter",
            "jwt_auth_cache_entries": "gauge",
            "jwt_auth_keys": "gauge",
            "jwt_auth_sessions_rechecked": "counter",
            "jwt_auth_revocations": "gauge",
            "jwt_auth_config_generation": "gauge",
            "jwt_auth_config_last_reload_timestamp_seconds": "gauge",
            "jwt_auth_config_reload_failures": "counter",
            "jwt_auth_endpoint_last_success_timestamp_seconds": "gauge",
            "jwt_auth_endpoint_next_refresh_timestamp_seconds": "gauge",
            "jwt_auth_endpoint_consecutive_failures": "gauge",
            "jwt_auth_endpoint_fetches": "counter",
        })
        for family in found.values():
            self.assertTrue(family.documentation.endswith("."), family.name)
        self.assertEqual(self.value(at, "jwt_auth_keys", issuer=issuer, source="jwks"), 1)
        self.assertEqual(self.value(at, "jwt_auth_keys", issuer="b", source="endpoint"), 0)

        self.connected(at, "good")
        named = tokens.token({"iss": issuer}, secret=tokens.OTHER_SECRET, header={"kid": kid})
        self.connected(at, "named", password=named)
        self.assertEqual(at.client("bad", {"exp": 1}).code, broker.BAD_TOKEN)
        accepted = {"decision": "allow", "reason": "accepted"}
        self.wait(lambda: self.value(at, "jwt_auth_checks_total", **accepted) == 2)
        expired = {"decision": "deny", "reason": "expired"}
        self.assertEqual(self.value(at, "jwt_auth_checks_total", **expired), 1)
        self.assertEqual(self.value(at, "jwt_auth_key_checks_total", issuer=issuer, kid=kid), 1)
        self.assertEqual(self.value(at, "jwt_auth_key_checks_total", issuer="", kid=""), 2)
        # Nobody listens at that port.
        failed = {"issuer": "b", "use": "keys", "result": "failure"}
        self.assertGreater(self.value(at, "jwt_auth_endpoint_fetches_total", **failed), 0)
        self.assertNotIn(tokens.SECRET, at.metrics.read_text())

    def test_what_cannot_be_written_is_said_once_and_when_it_can_again(self):
        at = self.started(None, path="later/metrics.prom")
        line = f"jwt_auth: metrics_file {at.metrics} cannot be written: No such file or directory"
        at.wait_log(line)
        first = time.monotonic()
        self.connected(at, "c").ping()
        self.wait(lambda: time.monotonic() > first + INTERVAL + 2, INTERVAL + 10)
        self.assertEqual(at.log().count(line), 1)
        at.metrics.parent.mkdir()
        at.wait_log(f"jwt_auth: metrics_file {at.metrics} is written again", INTERVAL + mqtt.PATIENCE)
        self.assertEqual(self.value(at, "jwt_auth_config_generation"), 1)

    def test_a_link_in_its_way_is_not_followed(self):
        def links(at):
            (at.directory / "victim").write_text("mine")
            for name in ("metrics.prom", "metrics.prom.new"):
                (at.directory / name).symlink_to(at.directory / "victim")

        at = self.started(None, prepare=links)
        self.wait(lambda: not at.metrics.is_symlink())
        self.assertEqual((at.directory / "victim").read_text(), "mine")


if __name__ == "__main__":
    unittest.main()
