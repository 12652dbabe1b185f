"""MQTT over WebSocket: what RFC 6455 puts around the packets, for the MQTT client of the tests."""

import base64
import os
import struct

BINARY, CLOSE = 2, 8


class Upgrade:
    """Given to the client in the place of a TLS context: it, too, makes another socket of a socket."""

    def wrap_socket(self, socket, server_hostname):
        return WebSocket(socket, server_hostname)


class WebSocket:
    def __init__(self, socket, host):
        self.socket, self.buffer = socket, b""
        self.close, self.settimeout = socket.close, socket.settimeout
        key = base64.b64encode(os.urandom(16)).decode()
        socket.sendall(f"GET /ws HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                       f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
                       "Sec-WebSocket-Protocol: mqtt\r\n\r\n".encode())
        while b"\r\n\r\n" not in self.buffer:
            self.read()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        assert head.startswith(b"HTTP/1.1 101 "), head

    def read(self):
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionResetError
        self.buffer += data

    def take(self, count):
        while len(self.buffer) < count:
            self.read()
        data, self.buffer = self.buffer[:count], self.buffer[count:]
        return data

    def sendall(self, data):
        size = len(data)
        head = bytes([0x80 | BINARY, 0x80 | size]) if size < 126 else \
            bytes([0x80 | BINARY, 0x80 | 126]) + struct.pack("!H", size)
        # Masked with zeros: the bytes stay as they are.
        self.socket.sendall(head + bytes(4) + data)

    def recv(self, _size):
        """What one frame holds; nothing when the broker closes."""
        kind, size = self.take(2)
        if size > 125:
            size = struct.unpack("!H" if size == 126 else "!Q", self.take(2 if size == 126 else 8))[0]
        data = self.take(size)
        return b"" if kind & 15 == CLOSE else data
