"""The file of the last refusals, with what is wrong with each client."""

import datetime
import json
import os
import re
import stat
import time
import unittest

import broker
import mqtt
import tokens

# The plugin writes the file every 15 seconds, if there is something new.
INTERVAL = 15


class Refusals(broker.Case):
    def started(self, config=None, lines="", log_type="all"):
        at = broker.Broker({"secret": tokens.SECRET, **(config or {})}, files=["refusals_file"], lines=lines)
        conf = at.directory / "mosquitto.conf"
        conf.write_text(conf.read_text().replace("log_type all", f"log_type {log_type}"))
        at.refusals = at.directory / "refusals_file"
        return self.enterContext(at)

    def refused(self, at, *args, code=broker.BAD_TOKEN, **options):
        client = at.client(*args, **options)
        self.assertEqual(client.code, code)
        return client

    def read(self, at):
        return [json.loads(line) for line in at.refusals.read_text().splitlines()]

    def wait(self, what, patience=INTERVAL + mqtt.PATIENCE):
        deadline = time.monotonic() + patience
        while not what():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)

    def failed(self, line):
        return [step["check"] for step in line["explanation"]["steps"] if step["outcome"] == "failed"]

    def test_each_refusal_is_told_with_all_that_is_wrong(self):
        self.addCleanup(os.umask, os.umask(0o077))
        at = self.started({"on_missing": "deny", "verify_claims": {"sub": "%u", "tenant": "t1"}})
        before = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
        expired = tokens.token(exp=1, sub="alice", tenant="t2")
        forged = tokens.token(secret=tokens.OTHER_SECRET)
        named = tokens.token(exp=1, sub="alice", tenant="t1")
        password = "correct-horse-battery"
        self.refused(at, "first", password=expired, username="bob")
        self.refused(at, "second", password=forged)
        self.assertEqual(mqtt.Client(at.port, "third", None).code, broker.BAD_TOKEN)
        self.refused(at, "fourth", password=password, username=password)
        # Some devices send their token wherever they can.
        self.refused(at, named, password=named, username=named)
        if broker.VERSION > (2, 0, 11):
            tokens.made.remove(named)  # the broker itself logs the ids of clients that it refuses
        self.connected(at, "good", {"sub": "user", "tenant": "t1"})
        at.stop()
        after = datetime.datetime.now(datetime.timezone.utc)

        lines = self.read(at)
        self.assertEqual([(line["reason"], self.failed(line)) for line in lines], [
            ("expired", ["exp", "claim sub", "claim tenant"]),
            ("bad_signature", ["signature"]),
            ("missing_token", ["token"]),
            ("malformed_token", ["form"]),
            ("expired", ["exp", "claim sub"]),
        ])
        names = [tokens.fingerprint(expired), tokens.fingerprint(forged), None, None, tokens.fingerprint(named)]
        for line, name in zip(lines, names, strict=True):
            self.assertEqual(list(line), ["time", "reason", "address", "left_out", "whole", "explanation"])
            self.assertTrue(before <= datetime.datetime.fromisoformat(line["time"]) <= after, line["time"])
            self.assertEqual((line["address"], line["left_out"], line["whole"]), ("127.0.0.1", 0, True))
            told = line["explanation"]
            self.assertEqual((told["decision"], told["reason"], told["token"]), ("deny", line["reason"], name))

        text = at.refusals.read_text()
        for hidden in (expired, forged, named, password, tokens.SECRET, tokens.OTHER_SECRET):
            shown = [hidden[i:i + 8] for i in range(len(hidden) - 7) if hidden[i:i + 8] in text]
            self.assertEqual(shown, [])
        self.assertEqual(stat.S_IMODE(at.refusals.stat().st_mode), 0o640)
        self.assertEqual(list(at.directory.glob("*.new")), [])
        # To explain a refusal adds nothing to the log.
        self.assertEqual(at.log().count("jwt_auth: refused: "), len(lines))

    def test_who_is_left_to_others_or_keeps_its_session_is_no_refusal(self):
        at = self.started({"on_malformed": "ignore"}, lines="allow_anonymous true\n")
        self.refused(at, "plain", password="plain", code=broker.NOT_AUTHORIZED)
        away = self.connected(at, "away", clean=False, expiry=600)
        away.leave()
        self.connected(at, "stays")
        # Nobody answers there.
        unlisted = {"secret": tokens.SECRET, "revocations_endpoint": {"url": "http://127.0.0.1:9/"}}
        at.configure(unlisted)
        at.reload()
        at.configure({**unlisted, "secret": tokens.OTHER_SECRET})
        at.reload()
        at.stop()
        # The one that was connected, at the second reload.
        self.assertEqual([line["reason"] for line in self.read(at)], ["bad_signature"])

    def test_of_many_the_last_hundred_stay_and_what_is_left_out_is_told(self):
        at = self.started(log_type="information")
        sent = []

        def refuse():
            password = tokens.token(exp=1, jti=len(sent))
            sent.append(tokens.fingerprint(password))
            self.refused(at, "flood", password=password)

        end = time.monotonic() + 12
        while time.monotonic() < end:
            refuse()
            time.sleep(0.02)
        time.sleep(1)
        refuse()
        at.stop()
        lines = self.read(at)
        self.assertEqual(len(lines), 100)
        self.assertGreater(sum(line["left_out"] for line in lines), 0)
        places = [sent.index(line["explanation"]["token"]) for line in lines]
        left_out = [after - before - 1 for before, after in zip(places, places[1:])]
        self.assertEqual([line["left_out"] for line in lines[1:]], left_out)
        seconds = [line["time"] for line in lines]
        # Seconds of two clocks, which do not begin together.
        self.assertLessEqual(max(seconds.count(one) for one in seconds), 20)
        # The log, too, tells ten a second at this level, and how many more there were.
        told = at.log().count("jwt_auth: refused: expired (")
        more = [int(count) for count in re.findall(r"jwt_auth: refused: expired: (\d+) more", at.log())]
        self.assertGreater(len(more), 0)
        self.assertEqual(told + sum(more), len(sent))

    def test_a_long_explanation_keeps_what_has_failed(self):
        claims = {f"claim_{i}": "x" * 100 for i in range(60)}
        at = self.started({"verify_claims": claims})
        self.refused(at, "c", {**claims, "claim_7": "y", "claim_50": "y"})
        self.refused(at, "c", {name: "y" * 100 for name in claims})
        at.stop()
        few, many = at.refusals.read_text().splitlines()
        self.assertFalse(json.loads(few)["whole"])
        self.assertEqual(self.failed(json.loads(few)), ["claim claim_7", "claim claim_50"])
        explanation = many.split('"explanation":')[1].removesuffix("}")
        self.assertGreater(len(explanation), 3700)
        self.assertLessEqual(len(explanation), 4096)
        self.assertEqual(self.failed(json.loads(many))[:2], ["claim claim_0", "claim claim_1"])

    def test_it_is_written_at_the_first_refusal_and_at_a_reload(self):
        at = self.started()
        self.connected(at, "c")
        self.assertFalse(at.refusals.exists())
        self.refused(at, "first", {"exp": 1})
        self.wait(at.refusals.exists)
        self.refused(at, "second", {"exp": 2})
        at.reload()
        self.wait(lambda: len(self.read(at)) == 2, INTERVAL - 5)

    def test_what_cannot_be_written_is_said_once_and_when_it_can_again(self):
        at = self.started()
        at.refusals.mkdir()
        line = f"jwt_auth: refusals_file {at.refusals} cannot be written: Is a directory"
        self.refused(at, "first", {"exp": 1})
        at.wait_log(line)
        self.refused(at, "second", {"exp": 2})
        at.reload()
        self.connected(at, "c").ping()
        at.refusals.rmdir()
        at.wait_log(f"jwt_auth: refusals_file {at.refusals} is written again", INTERVAL + mqtt.PATIENCE)
        self.assertEqual(at.log().count("cannot be written"), 1)
        self.assertEqual(len(self.read(at)), 2)


if __name__ == "__main__":
    unittest.main()
