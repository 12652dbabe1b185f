"""The broker's own HTTP server, from 2.1 on: it asks plugins from another thread."""

import pathlib
import re
import tempfile
import threading
import time
import unittest

import broker
import http_api
import mqtt
import tokens
from test_load import connect_all

SECONDS = 6
SOURCES = "|".join(re.escape(path.name) for path in (broker.ROOT / "c_examples/mosquitto").glob("*.c"))
READS = {"acl": {"sub": ["/api/#"]}}


@unittest.skipIf(broker.VERSION < (2, 1), "there is none before 2.1")
class HttpApi(broker.Case):
    def start(self, command=()):
        self.port = broker.free_port()
        at = self.broker(lines=http_api.LISTENER.format(self.port), command=command)
        return at.wait_running(self.port)

    def get(self, password):
        return http_api.get(self.port, "user", password, "/api/v1/systree")

    def test_tokens_decide(self):
        at = self.start()
        for claims, status in ((READS, 200), (broker.SUPERUSER, 200), ({}, 401), ({"acl": {"sub": ["x"]}}, 401),
                               ({**READS, "exp": 1}, 401)):
            self.assertEqual(self.get(tokens.token(claims)), status, claims)
        for password in ("plain", "", None, tokens.token(READS, secret=tokens.OTHER_SECRET)):
            self.assertEqual(self.get(password), 401, password)
        at.wait_log("jwt_auth: refused: expired .*client `http-api`")
        # What the one before could do is not for the next.
        self.assertEqual(self.get(tokens.token(broker.SUPERUSER)), 200)
        self.assertEqual(self.get(tokens.token({})), 401)

    def test_a_client_with_the_id_of_the_server_is_one_of_its_own(self):
        at = self.start()
        client = self.connected(at, "http-api", {"acl": {"pub": ["x"]}})
        for _ in range(20):
            self.assertEqual(self.get(tokens.token(broker.SUPERUSER)), 200)
            self.assertEqual(self.get(tokens.token({"acl": {"pub": []}})), 401)
            self.assertEqual((client.publish("x"), client.publish("y")), (0, 0x87))

    def ask_all(self, end, problems):
        """Asks again and again, many at once."""
        packets = []
        for password in (tokens.token(READS), tokens.token(exp=1)) * 50:
            credentials = http_api.basic("user", password)
            packets.append(f"GET /api/v1/version HTTP/1.1\r\nHost: x\r\nAuthorization: {credentials}\r\n\r\n"
                           .encode())
        try:
            while time.monotonic() < end:
                clients, codes = connect_all(self.port, packets, lambda answer: answer[9:12])
                for client in clients:
                    client.close()
                if codes != {b"200": 50, b"401": 50}:
                    problems.append(codes)
        except OSError as problem:
            problems.append(problem)

    def test_it_bears_load_from_both_sides(self):
        at = self.start()
        end = time.monotonic() + SECONDS
        problems = []
        other_side = threading.Thread(target=self.ask_all, args=(end, problems))
        other_side.start()
        acl = {"acl": {"all": ["x/#"]}}
        packets = [mqtt.connect_packet(f"c{i}", tokens.token(acl, jti=str(i))) for i in range(400)]
        packets += [mqtt.connect_packet(f"r{i}", tokens.token(exp=1, jti=str(i))) for i in range(50)]
        while time.monotonic() < end:
            clients, codes = connect_all(at.port, packets)
            self.assertEqual(codes, {0: 400, broker.BAD_TOKEN: 50})
            for client in clients:
                client.close()
        other_side.join()
        self.assertEqual(problems, [])
        self.assertIsNone(at.process.poll())
        at.reload()
        self.assertEqual(self.connected(at, "c0", acl).publish("x/1"), 0)

    def test_nothing_of_the_plugin_is_changed_by_two_threads_at_once(self):
        """valgrind's drd sees it, however seldom it does harm."""
        report = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory())) / "drd"
        at = self.start(["valgrind", "--tool=drd", f"--log-file={report}"])
        for _ in range(3):
            self.assertEqual(self.get(tokens.token(READS)), 200)
            self.assertEqual(self.get(tokens.token(exp=1)), 401)
            client = self.connected(at, "c", {"acl": {"all": ["x"]}})
            self.assertEqual((client.publish("x"), client.publish("y")), (0, 0x87))
            client.leave()
        at.reload()
        at.stop()
        text = re.sub(r"(?m)^==\d+== ?", "", report.read_text())
        self.assertIn("ERROR SUMMARY", text)
        self.assertRegex(text, rf"\(({SOURCES}):", "the plugin has no lines to be named by")
        races = [part for part in text.split("\n\n") if "Conflicting" in part]
        # The broker's own are of another kind, and not told here.
        own = [race for race in races if re.search(rf"^   at .*\(({SOURCES}):", race, re.M)]
        self.assertEqual(own, [], "\n\n".join(own))


if __name__ == "__main__":
    unittest.main()
