"""The plugin's configuration: what is accepted, and what stops the broker at its start."""

import json
import re
import shutil
import time
import unittest

import broker
import mqtt
import tokens

EXAMPLE = broker.ROOT / "c_examples/mosquitto"


class Options(broker.Case):
    def refused(self, options, message, config=None):
        at = broker.Broker(config, options)
        try:
            at.start()
            self.assertNotEqual(at.process.wait(mqtt.PATIENCE), 0)
            lines = [line for line in at.log().splitlines() if "jwt_auth: " in line]
            self.assertEqual(len(lines), 1, at.log())
            self.assertRegex(lines[0], f": jwt_auth: {message}$")
            self.assertNotIn("s3cret-value", at.log())
        finally:
            at.process.kill()
            at.process = None
            shutil.rmtree(at.directory)

    def test_what_is_wrong_is_said_in_one_line(self):
        self.refused({}, ".*key.*")
        self.refused({"sekret": "s3cret-value"}, ".*`sekret`.*`secret`.*")
        self.refused({"secret": "x" * 40, "on_missing": "allow"}, ".*`on_missing`.*")
        self.refused({"jwks_file": "/none"}, ".*`jwks_file`.*")
        self.refused({"config_file": "/none"}, "`/none`: .*No such file or directory.*")
        self.refused({"config_file": "/"}, "`/`: .*not a regular file")
        self.refused({"config_file": "/x", "secret": "s3cret-value"},
                     "plugin_opt_secret belongs into the file that plugin_opt_config_file names")
        self.refused({"secret": "s3cret-value", "max_offline_clients": "many"},
                     "plugin_opt_max_offline_clients needs a number up to 10000000")
        self.refused({"secret": "s3cret-value", "metrics_file": "/a\nplugin_opt_metrics_file /b"},
                     "plugin_opt_metrics_file needs one path, and is given once")
        self.refused({"secret": "s3cret-value", "refusals_file": "/a\nplugin_opt_refusals_file /b"},
                     "plugin_opt_refusals_file needs one path, and is given once")
        self.refused(None, "`/.*/jwt_auth.json`: `sekret`: .*", {"sekret": "s3cret-value"})
        self.refused(None, "`/.*/jwt_auth.json`: the configuration: not valid JSON at line 1 column 25: "
                     "the text ends too early",
                     '{"secret": "s3cret-value"')

    def test_each_option_is_read_by_itself(self):
        """What is wrong is said of the option, with what was expected, whatever stands before it."""
        for option, value, problem in (
            ("require_exp", "yes", "`require_exp`: expected true or false"),
            ("require_exp", '"true"', "`require_exp`: expected true or false"),
            ("require_exp", "1", "`require_exp`: expected true or false"),
            ("leeway", "soon", "`leeway`: expected a whole number from 0 to 3600"),
            ("leeway", '"60"', "`leeway`: expected a whole number from 0 to 3600"),
            ("leeway", "-1", "`leeway`: expected a whole number from 0 to 3600"),
            ("leeway", "1.5", "`leeway`: expected a whole number from 0 to 3600"),
            ("leeway", "3601", "`leeway`: expected a whole number from 0 to 3600"),
            ("algorithms", "HS256", "`algorithms`: expected a list"),
            ("algorithms", '["HS256",]', r"`algorithms`: not valid JSON at line \d column 10: a comma before ]"),
            ("verify_claims", "s3cret-value", "`verify_claims`: expected an object .*"),
            ("verify_claims", "{'a': 1}",
             r"`verify_claims`: not valid JSON at line \d column 2: a quotation mark that is not \""),
            ("jwks", "/etc/keys.json", "`jwks`: expected .*"),
        ):
            self.refused({"secret": "s3cret-value" * 4, "max_token_size": "900", option: value}, problem)

    def test_a_second_plugin_line_is_said_to_be_one(self):
        at = broker.Broker()
        try:
            at.add_lines(f"plugin {broker.PLUGIN}\nplugin_opt_config_file {at.config_path}\n")
            at.start()
            self.assertNotEqual(at.process.wait(mqtt.PATIENCE), 0)
            self.assertIn("jwt_auth: the plugin is loaded already: name it in one plugin line only\n", at.log())
        finally:
            at.process.kill()
            at.process = None
            shutil.rmtree(at.directory)

    def test_a_value_cannot_bring_another_option_in(self):
        good = {"secret": "s3cret-value" * 4}
        for value in ("[1", '{"a": 1', '{}, "x": {}', '[1], "x": 1', "{}}", '{"a": "x'):
            self.refused({**good, "leeway": value}, "plugin_opt_leeway needs one JSON value")
        for value in ('1, "on_missing": "deny"', "1}", '"x', "1 } { ", '5", "on_missing": "deny'):
            self.refused({**good, "leeway": value}, "`leeway`: expected a whole number from 0 to 3600")
        self.refused({**good, "on_missing": 'deny", "leeway": "5'}, ".*`on_missing`.*")
        self.refused({**good, 'leeway":1,"x': "5"}, '.*')

    def test_nobody_is_accepted_where_there_are_no_ticks(self):
        """2.0.11 sends none with per_listener_settings, later ones do."""
        at = broker.Broker()
        conf = at.directory / "mosquitto.conf"
        lines = conf.read_text().replace("per_listener_settings false", "per_listener_settings true")
        lines = lines.splitlines()
        own = [one for one in lines if one.startswith(("plugin", "acl_file", "allow"))]
        # They belong to the listener above them.
        conf.write_text("\n".join([one for one in lines if one not in own] + own) + "\n")
        self.enterContext(at)
        if broker.VERSION > (2, 0, 11):
            self.assertEqual(self.connected(at, "c", {"exp": int(time.time()) + 2}).wait_closed(), 0x98)
            return
        self.assertEqual(at.client("c").code, broker.NOT_AUTHORIZED)
        at.wait_log("jwt_auth: everybody is refused, because the broker "
                    "sends no ticks: set per_listener_settings to false")

    def test_text_is_taken_as_it_is(self):
        for secret in ("12345678901234567890123456789012", 'a "quoted" \\ one, {"x": [1]}, of thirty-two',
                       "true", "é and ü, in more than thirty-two bytes"):
            at = self.broker(options={"secret": secret})
            token = tokens.token(secret=secret)
            self.assertEqual(mqtt.Client(at.port, "c", token).code, 0, secret)

    def test_other_values_are_json(self):
        at = self.broker(options={
            "secret": tokens.SECRET, "leeway": "60", "require_exp": "true", "algorithms": '["HS256"]',
            "verify_claims": '{"sub": "%u", "n": 1}', "acl_claim_name": "topics", "max_token_size": "900",
        })
        claims = {"sub": "user", "n": 1, "topics": {"pub": ["x"]}}
        client = self.connected(at, "c", claims)
        self.assertEqual((client.publish("x"), client.publish("y")), (0, 0x87))
        self.assertEqual(at.client("c", {**claims, "n": 2}).code, broker.BAD_TOKEN)

    def test_the_options_in_json_are_those_of_the_schema_that_are_no_text(self):
        schema = json.loads((broker.ROOT / "include/jwt_auth.schema.json").read_text())

        def is_text(option):
            if "$ref" in option:
                return is_text(schema["$defs"][option["$ref"].rsplit("/", 1)[1]])
            if "oneOf" in option or "anyOf" in option:
                return all(is_text(one) for one in option.get("oneOf") or option["anyOf"])
            return option.get("type") == "string" or isinstance(option.get("const"), str)

        expected = sorted(n for n, option in schema["properties"].items() if not is_text(option))
        source = (EXAMPLE / "options.c").read_text()
        table = source.split("IN_JSON[] = {")[1].split("};")[0]
        self.assertEqual(re.findall(r'"(\w+)"', table), expected)
        readme = (EXAMPLE / "README.md").read_text()
        told = re.search(r"The values of\s(.*?)\sare JSON\.", readme, re.S).group(1)
        self.assertEqual(re.findall(r"`(\w+)`", told), expected)

    def test_the_example_configuration_starts(self):
        """mosquitto.conf as it is shipped, with paths and port of this test."""
        at = broker.Broker()
        text = (EXAMPLE / "mosquitto.conf").read_text()
        (at.directory / "secret").write_text(tokens.SECRET)
        replaced = {
            "/usr/local/lib/mosquitto_jwt_auth.so": broker.PLUGIN,
            "/etc/mosquitto/jwt_auth.json": str(at.config_path),
            "/etc/mosquitto/acl_file": str(EXAMPLE / "acl_file"),
            "listener 1883": f"listener {at.port}",
        }
        for shipped, here in replaced.items():
            self.assertIn(shipped, text)
            text = text.replace(shipped, here)
        own = (at.directory / "mosquitto.conf").read_text()
        kept = "\n".join(l for l in own.splitlines() if l.startswith(("user", "log_dest")))
        (at.directory / "mosquitto.conf").write_text(text + "\n" + kept + "\n")
        self.enterContext(at)
        client = self.connected(at, "sensor-7")
        self.assertEqual(client.publish("clients/sensor-7/up"), 0)
        self.assertEqual(client.publish("clients/sensor-8/up"), 0x87)


if __name__ == "__main__":
    unittest.main()
