"""May a client with this token connect? Python's ctypes, with the structs of the header.

usage: loads.py LIBRARY TOKEN
"""

import ctypes
import sys


class Bytes(ctypes.Structure):
    _fields_ = [("data", ctypes.c_char_p), ("len", ctypes.c_size_t)]


class Client(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_size_t)] + [
        (name, Bytes)
        for name in ("client_id", "username", "password", "peer_address", "peer_certificate")]


class Result(ctypes.Structure):
    _fields_ = [("decision", ctypes.c_int32), ("reason", ctypes.c_int32),
                ("expires_at", ctypes.c_int64), ("superuser", ctypes.c_uint8),
                ("mqtt5_code", ctypes.c_uint8), ("mqtt3_code", ctypes.c_uint8),
                ("reserved", ctypes.c_uint8 * 5)]


library = ctypes.CDLL(sys.argv[1])
library.jwt_auth_init.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_void_p,
                                  ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t]
library.jwt_auth_check.argtypes = [ctypes.c_void_p] * 4
library.jwt_auth_free.argtypes = [ctypes.c_void_p]
library.jwt_auth_decision_str.restype = library.jwt_auth_reason_str.restype = ctypes.c_char_p

config = b'{"secret": "emqxsecret"}'
error = ctypes.create_string_buffer(256)
auth = ctypes.c_void_p()
if library.jwt_auth_init(config, len(config), None, ctypes.byref(auth), error, len(error)) != 0:
    sys.exit(error.value.decode())
token = sys.argv[2].encode()
client = Client(struct_size=ctypes.sizeof(Client), password=Bytes(token, len(token)))
result = Result()
library.jwt_auth_check(auth, ctypes.byref(client), ctypes.byref(result), None)
library.jwt_auth_free(auth)
print(library.jwt_auth_decision_str(result.decision).decode(),
      library.jwt_auth_reason_str(result.reason).decode(), sep=": ")
sys.exit(result.decision != 1)
