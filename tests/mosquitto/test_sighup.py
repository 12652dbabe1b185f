"""Clients that come and go just after SIGHUP, before the next tick, and those without a user name."""

import time
import unittest

import broker
import mqtt
import tokens

ACL = {"acl": {"all": ["r/#"]}}
DURABLE = {"clean": False, "expiry": 600}


class Sighup(broker.Case):
    def test_who_reconnects_has_a_session_and_its_end(self):
        for options in (DURABLE, {"expiry": 0}, {"version": 4}):
            at = self.broker(acl=None)
            end = int(time.time()) + 4
            clients = []
            for i in range(5):
                client = self.connected(at, f"c{i}", ACL, **options)
                at.reload()
                client.leave()
                clients.append(self.connected(at, f"c{i}", {**ACL, "exp": end}, **options))
            for client in clients:
                self.assertEqual((client.publish("r/1"), client.subscribe("r/#")), (0, 1))
            for client in clients:
                client.wait_closed()
                self.assertTrue(end <= time.time() < end + 2)

    def test_who_takes_over_has_a_session_and_its_end(self):
        at = self.broker(acl=None)
        end = int(time.time()) + 4
        old = [self.connected(at, f"c{i}", ACL, **DURABLE) for i in range(5)]
        at.reload()
        new = [self.connected(at, f"c{i}", {**ACL, "exp": end}, **DURABLE) for i in range(5)]
        for one in old:
            one.wait_closed()
        for client in new:
            self.assertEqual(client.publish("r/1"), 0)
        for client in new:
            self.assertEqual(client.wait_closed(), 0x98)
            self.assertTrue(end <= time.time() < end + 2)

    def test_who_has_no_good_token_is_refused_also_then(self):
        at = self.broker()
        for options in (DURABLE, {"expiry": 0}, {"version": 4}):
            for _ in range(5):
                client = self.connected(at, "c", ACL, **options)
                at.reload()
                client.leave()
                client = at.client("c", {"exp": 1}, **options)
                self.assertEqual(client.code, 5 if "version" in options else broker.BAD_TOKEN)

    def test_without_a_user_name_the_broker_s_own_rule_decides(self):
        for allowed in ("true", "false"):
            at = self.broker(lines=f"allow_anonymous {allowed}\n")
            client = self.connected(at, "c", ACL, username=None)
            named = self.connected(at, "named", ACL)
            at.reload()
            if allowed == "true":
                self.assertEqual(client.publish("r/1"), 0)
            else:
                client.wait_closed()
            self.assertEqual(named.publish("r/1"), 0)

    def test_with_a_user_name_from_its_token_it_stays(self):
        at = self.broker({"secret": tokens.SECRET, "username_claim": "sub"})
        client = self.connected(at, "c", {**ACL, "sub": "alice"}, username=None)
        for _ in range(3):
            at.reload()
            self.assertEqual((client.publish("r/1"), client.publish("x")), (0, 0x87))

    def test_before_the_first_tick_it_is_survived(self):
        """By who was offline when the broker was stopped, too."""
        at = self.broker(lines="persistence true\npersistence_location {dir}/\n")
        for i in range(20):
            client = self.connected(at, f"old{i}", ACL, **DURABLE)
            client.subscribe("r/#")
            client.leave()
        for _ in range(3):
            at.stop()
            at.start().wait_running()
            at.reload()
            at.reload()
        for i in range(20):
            client = self.connected(at, f"old{i}", ACL, **DURABLE)
            self.assertEqual((client.present, client.publish("r/1", str(i))), (1, 0))
            self.assertEqual(client.message(), ("r/1", str(i)))


if __name__ == "__main__":
    unittest.main()
