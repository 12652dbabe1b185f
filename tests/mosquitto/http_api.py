"""A client of the broker's HTTP API, which 2.1 has."""

import base64
import http.client

import mqtt

LISTENER = "listener {} 127.0.0.1\nprotocol http_api\n"


def basic(username, password):
    """The value of the field Authorization."""
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()


def get(port, username, password, path):
    """The status of the answer. password None: without one."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=mqtt.PATIENCE)
    headers = {} if password is None else {"Authorization": basic(username, password)}
    connection.request("GET", path, headers=headers)
    status = connection.getresponse().status
    connection.close()
    return status
