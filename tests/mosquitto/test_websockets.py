"""Clients over WebSockets that connect in the moment of SIGHUP. 2.0 answers them before its next tick."""

import signal
import socket
import sys
import time
import unittest

import broker
import mqtt
import tokens

sys.path.append(str(broker.ROOT / "tests/rabbitmq"))
import websocket  # noqa: E402

COUNT = 60
UPGRADE = (b"GET /mqtt HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
           b"Sec-WebSocket-Protocol: mqtt\r\n\r\n")


def frame(data):
    """Masked with zeros: the bytes stay as they are."""
    size = len(data)
    head = bytes([0x82, 0x80 | size]) if size < 126 else b"\x82\xfe" + size.to_bytes(2, "big")
    return head + bytes(4) + data


class WebSocket:
    def __init__(self, port, takes=65536):
        self.socket = socket.socket()
        self.socket.settimeout(mqtt.PATIENCE)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, takes)
        self.socket.connect(("127.0.0.1", port))
        self.close = self.socket.close
        self.unsent = UPGRADE
        if broker.VERSION >= (2, 1):  # which does not read further in the same segment
            self.socket.sendall(UPGRADE)
            self.unsent = b""

    def connect(self, *args, **options):
        self.socket.sendall(self.unsent + frame(mqtt.connect_packet(*args, **options)))

    def code(self):
        """Of the CONNACK; None: there is none."""
        data = b""
        while len(data.partition(b"\r\n\r\n")[2]) < 6:
            try:
                received = self.socket.recv(4096)
            except ConnectionError:
                received = b""
            if not received:
                return None
            data += received
        return data.partition(b"\r\n\r\n")[2][5]


class WebSockets(broker.Case):
    def start(self, *args, **options):
        self.port = broker.free_port()
        at = self.broker(*args, lines=f"listener {self.port} 127.0.0.1\nprotocol websockets\n", **options)
        at.wait_running(self.port)
        return at

    def at_sighup(self, at, *passwords, client_id="w{}"):
        """The codes for clients with these passwords, whose CONNECT waits when SIGHUP comes."""
        sockets = [WebSocket(self.port) for _ in passwords]
        time.sleep(0.3)
        at.process.send_signal(signal.SIGSTOP)
        for i, (one, password) in enumerate(zip(sockets, passwords)):
            one.connect(client_id.format(i), password, username="admin")
            self.addCleanup(one.close)
        at.process.send_signal(signal.SIGHUP)
        at.process.send_signal(signal.SIGCONT)
        return [one.code() for one in sockets]

    def test_nobody_gets_in_for_the_note_of_an_earlier_client(self):
        at = self.start({"secret": tokens.SECRET, "username_claim": "sub"})
        for options in ({"expiry": 0}, {"expiry": 600}):
            gone = [self.connected(at, f"e{i}", {"sub": f"s{i}"}, **options) for i in range(COUNT)]
            for client in gone:
                client.close()
            time.sleep(0.3)
            codes = self.at_sighup(at, *[None] * COUNT)
            self.assertNotIn(0, codes)

    def test_nobody_gets_in_for_the_session_of_an_earlier_client(self):
        at = self.start()
        for _ in range(3):
            self.connected(at, "same", broker.SUPERUSER, expiry=1, username="admin").close()
            time.sleep(4)  # the broker has freed it, and the plugin is not told
            self.assertNotIn(0, self.at_sighup(at, *[None] * COUNT, client_id="same"))

    def test_who_has_a_token_gets_in(self):
        at = self.start()
        codes = self.at_sighup(at, *[tokens.token()] * 3, None, tokens.token(secret=tokens.OTHER_SECRET))
        self.assertEqual((codes[:3], 0 in codes[3:]), ([0] * 3, False))

    def test_who_took_an_id_over_stays_when_the_other_s_token_ends(self):
        """2.0 closes a WebSocket that it takes an id from once it can write to it."""
        at = self.start()
        end = int(time.time()) + 5
        old = WebSocket(self.port, takes=2048)
        self.addCleanup(old.close)
        time.sleep(0.3)  # see WebSocket
        old.connect("same", tokens.token(broker.SUPERUSER, exp=end))
        self.assertEqual(old.code(), 0)
        old.socket.sendall(frame(mqtt.packet(mqtt.SUBSCRIBE, b"\0\1\0" + mqtt.text("flood") + b"\0", 2)))
        root = self.connected(at, "root", broker.SUPERUSER)
        for _ in range(400):  # more than its socket takes
            root.publish("flood", "x" * 60000)
        new = self.connected(at, "same", broker.SUPERUSER)
        self.assertLess(time.time(), end)
        time.sleep(end + 3 - time.time())
        new.ping()

    def test_who_is_connected_is_checked_again(self):
        at = self.start()
        good, bad = (mqtt.Client(self.port, iss, tokens.token(iss=iss), tls=websocket.Upgrade()) for iss in "ab")
        self.assertEqual((good.code, bad.code), (0, 0))
        at.configure({"secret": tokens.SECRET, "verify_claims": {"iss": "a"}})
        at.reload()
        bad.wait_closed()
        good.ping()


if __name__ == "__main__":
    unittest.main()
