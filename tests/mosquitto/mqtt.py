"""A small MQTT client that says exactly what was sent and received, in MQTT 3.1.1 and 5."""

import os
import socket
import struct
import time

# Seconds until something that must happen counts as not happening.
PATIENCE = int(os.environ.get("MQTT_PATIENCE", "20"))

CONNECT, CONNACK, PUBLISH, PUBACK = 1, 2, 3, 4
SUBSCRIBE, SUBACK, UNSUBSCRIBE, UNSUBACK = 8, 9, 10, 11
PINGREQ, PINGRESP, DISCONNECT, AUTH = 12, 13, 14, 15


def text(value):
    data = value if isinstance(value, bytes) else value.encode()
    return struct.pack("!H", len(data)) + data


def length(number):
    out = b""
    while True:
        number, digit = divmod(number, 128)
        out += bytes([digit | (0x80 if number else 0)])
        if not number:
            return out


def packet(kind, body, flags=0):
    return bytes([kind << 4 | flags]) + length(len(body)) + body


def properties(version, data=b""):
    return length(len(data)) + data if version == 5 else b""


def authentication(method, data):
    """The properties of extended authentication."""
    found = b"" if method is None else b"\x15" + text(method)
    return found + (b"" if data is None else b"\x16" + text(data))


def connect_packet(client_id, password=None, username="user", version=5, clean=True, expiry=None,
                   will=None, will_delay=None, will_qos=1, keepalive=60, method=None, data=None):
    flags = (2 if clean else 0) | (0x80 if username is not None else 0)
    flags |= 0x40 if password is not None else 0
    flags |= 4 | will_qos << 3 if will else 0
    body = text("MQTT") + bytes([version, flags]) + struct.pack("!H", keepalive)
    expires = b"" if expiry is None else b"\x11" + struct.pack("!I", expiry)
    body += properties(version, expires + authentication(method, data))
    body += text(client_id)
    if will:
        delay = b"" if will_delay is None else b"\x18" + struct.pack("!I", will_delay)
        body += properties(version, delay) + text(will[0]) + text(will[1])
    for field in (username, password):
        body += text(field) if field is not None else b""
    return packet(CONNECT, body)


class Closed(Exception):
    """The broker closed the connection."""


class Client:
    def __init__(self, port, client_id, password=None, tls=None, **options):
        self.version = options.get("version", 5)
        self.id = client_id
        self.messages = []
        self.disconnected = None  # the code of the broker's DISCONNECT
        self.mid = 0
        self.buffer = b""
        self.socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls is not None:
            self.socket = tls.wrap_socket(self.socket, server_hostname="localhost")
        self.socket.sendall(connect_packet(client_id, password, **options))
        connack = self.wait(CONNACK)
        self.present, self.code = connack[0] & 1, connack[1]

    def __del__(self):
        if hasattr(self, "socket"):
            self.socket.close()

    def close(self):
        """Goes without a DISCONNECT, so that the will is sent."""
        self.socket.close()

    def leave(self, code=0):
        """Goes with a DISCONNECT, and waits until the broker has seen it. 4: with the will."""
        self.socket.sendall(packet(DISCONNECT, bytes([code]) if self.version == 5 else b""))
        self.wait_closed()

    def authenticate(self, data, method="jwt"):
        """Authenticates again with a new token, and gives the answer: 0 is success."""
        body = bytes([0x19]) + properties(5, authentication(method, data))
        self.socket.sendall(packet(AUTH, body))
        answer = self.wait(AUTH)
        return answer[0] if answer else 0

    def bytes(self, count):
        while len(self.buffer) < count:
            try:
                data = self.socket.recv(65536)
            except ConnectionError:
                data = b""
            if not data:
                raise Closed
            self.buffer += data
        data, self.buffer = self.buffer[:count], self.buffer[count:]
        return data

    def read(self):
        first = self.bytes(1)[0]
        size, shift = 0, 0
        while True:
            digit = self.bytes(1)[0]
            size |= (digit & 0x7F) << shift
            shift += 7
            if digit < 0x80:
                break
        return first >> 4, first & 15, self.bytes(size)

    def wait(self, kind, patience=PATIENCE):
        """The body of the next packet of a kind; messages that come meanwhile are kept."""
        deadline = time.monotonic() + patience
        while True:
            self.socket.settimeout(max(deadline - time.monotonic(), 0.001))
            found, flags, body = self.read()
            if found == PUBLISH:
                self.take(flags, body)
            self.take_end(found, body, kind)
            if found == kind:
                return body

    def take_end(self, found, body, kind=None):
        """2.0 tells a connected client by a CONNACK that AUTH is refused; 2.1 sends two DISCONNECTs."""
        if self.disconnected is None and found == DISCONNECT:
            self.disconnected = body[0] if body else 0
        if self.disconnected is None and found == CONNACK != kind:
            self.disconnected = body[1]

    def take(self, flags, body):
        size = struct.unpack("!H", body[:2])[0]
        topic, rest = body[2 : 2 + size].decode(), body[2 + size :]
        if flags >> 1 & 3:
            self.socket.sendall(packet(PUBACK, rest[:2]))
            rest = rest[2:]
        if self.version == 5:
            rest = rest[1 + rest[0] :]
        self.messages.append((topic, rest.decode()))

    def next_id(self):
        self.mid += 1
        return struct.pack("!H", self.mid)

    def subscribe(self, topic, qos=1):
        body = self.next_id() + properties(self.version) + text(topic) + bytes([qos])
        self.socket.sendall(packet(SUBSCRIBE, body, 2))
        return self.wait(SUBACK)[-1]

    def unsubscribe(self, topic):
        self.socket.sendall(
            packet(UNSUBSCRIBE, self.next_id() + properties(self.version) + text(topic), 2)
        )
        return self.wait(UNSUBACK)[-1]

    def publish(self, topic, payload="", qos=1, retain=False):
        """Publishes with QoS 1, and gives the answer: 0x87 is "not authorized" in MQTT 5."""
        body = text(topic) + self.next_id() + properties(self.version) + payload.encode()
        self.socket.sendall(packet(PUBLISH, body, qos << 1 | retain))
        answer = self.wait(PUBACK if qos == 1 else 5)
        code = answer[2] if len(answer) > 2 else 0
        return 0 if code == 0x10 else code  # 0x10: nobody has subscribed

    def ping(self):
        self.socket.sendall(packet(PINGREQ, b""))
        self.wait(PINGRESP)

    def message(self, patience=PATIENCE):
        """The next message that was not read yet."""
        deadline = time.monotonic() + patience
        while not self.messages:
            self.socket.settimeout(max(deadline - time.monotonic(), 0.001))
            found, flags, body = self.read()
            if found == PUBLISH:
                self.take(flags, body)
            self.take_end(found, body)
        return self.messages.pop(0)

    def wait_closed(self, patience=PATIENCE):
        """Waits for the broker to close. Returns the code of its DISCONNECT, if there was one."""
        try:
            self.wait(0, patience)
        except (Closed, ConnectionError):
            pass
        self.socket.close()
        return self.disconnected
