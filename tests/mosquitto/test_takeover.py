"""The end of an earlier session is not the end of the client that has the id now."""

import socket
import time
import unittest

import broker
import mqtt

ACL = {"acl": {"all": ["t/#"]}}
COUNT = 10


class Takeover(broker.Case):
    def survive(self, leave, pause=0, expiry=600):
        """leave(client): how clients go whose token ends soon, before they come again with a better one."""
        at = self.broker()
        end = int(time.time()) + 4
        old = [self.connected(at, f"c{i}", {**ACL, "exp": end}, clean=False, expiry=expiry) for i in range(COUNT)]
        for client in old:
            client.subscribe("t/#")
            leave(client)
        time.sleep(pause)
        # They take the memory of those whose sessions have ended, and plugins are not told of them.
        for _ in range(2 * COUNT if pause else 0):
            self.addCleanup(socket.create_connection(("127.0.0.1", at.port)).close)
        clients = [self.connected(at, f"c{i}", ACL, clean=False, expiry=600) for i in range(COUNT)]
        self.assertLess(time.time(), end)
        while time.time() < end + 2.5:
            time.sleep(0.1)
            for client in clients:
                client.ping()
        for client in clients:
            self.assertIsNone(client.disconnected)
            self.assertEqual(client.publish("t/1"), 0)
        self.assertNotIn("jwt_auth: disconnected", at.log())

    def test_who_was_offline_and_came_back_stays(self):
        self.survive(mqtt.Client.leave)

    def test_who_lost_its_connection_and_came_back_stays(self):
        self.survive(mqtt.Client.close)

    def test_who_came_back_when_its_session_had_ended_stays(self):
        self.survive(mqtt.Client.leave, pause=2.5, expiry=1)

    def test_who_took_over_stays(self):
        self.survive(lambda client: None)


if __name__ == "__main__":
    unittest.main()
