"""The alerting rules, as Prometheus reads them; by promtool too where it is installed, which Debian
has in the package prometheus."""

import pathlib
import shutil
import subprocess
import unittest

import yaml

HERE = pathlib.Path(__file__).resolve().parent
RULES = HERE.parent.parent / "docs" / "monitoring" / "alerts.yml"


class Alerts(unittest.TestCase):
    def test_each_rule_has_what_prometheus_and_people_need(self):
        (group,) = yaml.safe_load(RULES.read_text())["groups"]
        self.assertEqual(group["name"], "jwt_auth")
        names = [rule["alert"] for rule in group["rules"]]
        self.assertEqual(len(names), len(set(names)))
        for rule in group["rules"]:
            with self.subTest(rule["alert"]):
                self.assertLessEqual(rule.keys(), {"alert", "expr", "for", "labels", "annotations"})
                self.assertIsInstance(rule["expr"], str)
                self.assertIn(rule["labels"]["severity"], ("warning", "critical"))
                self.assertIn("{{ $labels.instance }}", rule["annotations"]["summary"])

    @unittest.skipUnless(shutil.which("promtool"), "promtool is not installed")
    def test_prometheus_takes_the_rules_and_they_fire_when_they_should(self):
        for kind, file in (("check", RULES), ("test", HERE / "alerts_test.yml")):
            done = subprocess.run(["promtool", kind, "rules", file], capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
