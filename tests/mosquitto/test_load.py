"""Many clients, many messages, and what they cost. Figures go to stderr."""

import resource
import selectors
import socket
import sys
import threading
import time
import unittest

import broker
import mqtt
import tokens

CLIENTS, MESSAGES = 2000, 200_000


def tell(text):
    print(f"\n    {text}", file=sys.stderr, end="")


def connack_code(answer):
    return answer[3] if len(answer) > 3 else None


def connect_all(port, packets, code_of=connack_code):
    """Connects them all at once. Returns the sockets and how many had each code."""
    wait = selectors.DefaultSelector()
    for one in packets:
        client = socket.socket()
        client.setblocking(False)
        client.connect_ex(("127.0.0.1", port))
        wait.register(client, selectors.EVENT_WRITE, one)
    codes, clients = {}, []
    deadline = time.monotonic() + 60
    while len(clients) < len(packets) and time.monotonic() < deadline:
        for key, event in wait.select(1):
            if event & selectors.EVENT_WRITE:
                key.fileobj.send(key.data)
                wait.modify(key.fileobj, selectors.EVENT_READ)
            else:
                code = code_of(key.fileobj.recv(64))
                codes[code] = codes.get(code, 0) + 1
                clients.append(key.fileobj)
                wait.unregister(key.fileobj)
    return clients, codes


class Load(broker.Case):
    def setUp(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if hard < 2 * CLIENTS:
            self.fail(f"this test needs {2 * CLIENTS} open files, and may have {hard}")
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65536), hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))

    def test_2000_clients_connect_at_once(self):
        at = self.broker({"secret": tokens.SECRET}, lines="log_type none\n")
        acl = {"acl": {"pub": ["up/%c"], "sub": ["down/%c/#"]}}
        packets = [mqtt.connect_packet(f"c{i}", tokens.token(acl, jti=str(i))) for i in range(CLIENTS)]
        packets += [mqtt.connect_packet(f"r{i}", tokens.token(exp=1, jti=str(i))) for i in range(200)]
        before, started = at.memory(), time.monotonic()
        clients, codes = connect_all(at.port, packets)
        took = time.monotonic() - started
        self.assertEqual(codes, {0: CLIENTS, broker.BAD_TOKEN: 200})
        each = (at.memory() - before) // CLIENTS
        tell(f"{len(packets) / took:.0f} connects a second; {each} bytes of the broker for each client")
        self.assertLess(took, 30)
        for client in clients:
            client.close()
        self.assertEqual(self.connected(at, "c5", acl).publish("up/c5"), 0)

    def test_200_000_publishes_under_acl(self):
        at = self.broker({"secret": tokens.SECRET}, lines="log_type none\n")
        client = self.connected(at, "load", {"acl": [
            {"permission": "deny", "action": "publish", "topic": "load/%c/no"},
            {"permission": "allow", "action": "publish", "topics": ["load/%c/+", "load/%c/+/#"]},
        ]})
        watcher = self.watcher(at, "load/load/no", "load/load/end")
        size = 200

        def publish(topic, payload=b"0123456789"):
            return mqtt.packet(mqtt.PUBLISH, mqtt.text(topic) + b"\x00" + payload)

        block = (publish("load/load/yes") + publish("load/load/no")) * (size // 2 - 1)
        block += publish("load/load/end") + publish("load/load/no")
        count = MESSAGES // size
        sender = threading.Thread(target=lambda: [client.socket.sendall(block) for _ in range(count)])
        started = time.monotonic()
        sender.start()
        received = [watcher.message(60)[0] for _ in range(count)]
        took = time.monotonic() - started
        sender.join()
        tell(f"{MESSAGES / took:.0f} publishes a second, half of them denied")
        self.assertEqual(set(received), {"load/load/end"})
        watcher.ping()
        self.assertEqual(watcher.messages, [])

    def test_memory_is_bounded_when_ids_come_and_go(self):
        at = self.broker(options={"secret": tokens.SECRET, "max_offline_clients": "100"},
                         lines="log_type none\n")
        token = tokens.token(exp=None, acl={"all": ["x/%c", "y" * 2000]})

        def round_of(name):
            packets = [mqtt.connect_packet(f"{name}-{i}", token) for i in range(1000)]
            for client in connect_all(at.port, packets)[0]:
                client.close()
            self.connected(at, f"{name}-end").leave()

        round_of("warm")
        round_of("up")
        before = at.memory()
        for i in range(4):
            round_of(f"n{i}")
        grown = at.memory() - before
        tell(f"{grown // 4000} bytes for each of 4000 clients that came and went")
        self.assertLess(grown, 4 * 1024 * 1024)


if __name__ == "__main__":
    unittest.main()
