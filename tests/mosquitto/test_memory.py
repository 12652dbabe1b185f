"""A broker's whole life under valgrind: nothing is leaked, or read after it was freed."""

import json
import time
import unittest

import broker
import tokens


SUPPRESSIONS = """
{
   the broker's own list of subscriptions
   Memcheck:Leak
   fun:calloc
   fun:mosquitto__calloc
   fun:sub__add
}
"""


class Memory(broker.Case):
    def valgrind(self, at):
        """Has the broker started under valgrind from now on."""
        (at.directory / "suppressions").write_text(SUPPRESSIONS)
        at.command = ["valgrind", "--leak-check=full", "--show-leak-kinds=definite,indirect",
                      "--errors-for-leak-kinds=definite,indirect", "--error-exitcode=99",
                      f"--suppressions={at.directory}/suppressions",
                      f"--log-file={at.directory}/valgrind"]

    def ends_well(self, at):
        at.process.terminate()
        code = at.process.wait(120)
        at.process = None
        text = (at.directory / "valgrind").read_text()
        self.assertIn("ERROR SUMMARY: 0 errors", text, text)
        self.assertEqual(code, 0, text)

    def test_nothing_is_leaked(self):
        at = broker.Broker(files=["metrics_file", "refusals_file"], lines="allow_anonymous true\n")
        self.valgrind(at)
        revoked = at.directory / "revoked"
        revoked.write_text("{}")
        at.configure({"secret": tokens.SECRET, "revocations_file": str(revoked)})
        self.enterContext(at)
        acl = {"acl": {"all": ["x/#"]}}
        durable = {"clean": False, "expiry": 600}
        watcher = self.watcher(at, "x/#")
        for round_number in range(2):
            offline = self.connected(at, "off", acl, **durable)
            offline.subscribe("x/#")
            offline.leave()
            self.assertEqual(at.client("bad", {"exp": 1}).code, broker.BAD_TOKEN)
            self.assertEqual(at.client("none", None, password="plain").code, broker.BAD_TOKEN)
            first = self.connected(at, "twice", acl, will=("x/will", "w"), version=4)
            second = self.connected(at, "twice", acl)
            first.wait_closed()
            ends = self.connected(at, "ends", {**acl, "exp": int(time.time()) + 3},
                                  will=("x/e", "w"), **durable)
            away = self.connected(at, "away", {**acl, "exp": int(time.time()) + 2}, **durable)
            away.leave()
            ends.wait_closed()
            at.reload()
            at.configure("{")
            at.reload()
            at.configure({"secret": tokens.SECRET, "revocations_file": str(revoked)})
            at.reload()
            self.assertEqual(second.publish("x/1", "hello"), 0)
            while watcher.message()[1] != "hello":
                pass
        gone = self.connected(at, "gone", {"jti": "gone"})
        new = at.directory / "new-revoked"
        new.write_text(json.dumps({"jti": ["gone"]}))
        new.rename(revoked)
        gone.wait_closed(60)
        self.ends_well(at)

    def test_clients_from_before_a_restart_survive_a_reload(self):
        """Mosquitto 2.0.11 uses freed memory if one that is offline is refused at SIGHUP."""
        at = broker.Broker(lines="persistence true\npersistence_location {dir}/\n")
        self.enterContext(at)
        acl = {"acl": {"all": ["x"]}}
        for i in range(3):
            client = self.connected(at, f"old{i}", acl, clean=False, expiry=600)
            client.subscribe("x")
            client.leave()
        at.stop()
        self.valgrind(at)
        at.start().wait_running()
        at.reload()
        at.reload()
        client = self.connected(at, "old1", acl, clean=False, expiry=600)
        self.assertEqual((client.present, client.publish("x", "hello")), (1, 0))
        self.assertEqual(client.message(), ("x", "hello"))
        self.ends_well(at)


if __name__ == "__main__":
    unittest.main()
