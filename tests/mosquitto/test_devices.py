"""A key for each device, in a key set that is made as the documentation says."""

import json
import pathlib
import re
import subprocess
import textwrap
import time
import unittest

import broker
import tokens

RECIPE = re.search(r"```sh\n( +coordinate\(\).*?)```", (broker.ROOT / "docs/configuration.md").read_text(), re.S)[1]


def openssl(*arguments, data=b""):
    return subprocess.run(["openssl", *arguments], input=data, check=True,
                          capture_output=True).stdout


class Devices(broker.Case):
    def start(self):
        """A broker that has no keys of devices yet but one."""
        self.at = broker.Broker({})
        self.directory = pathlib.Path(self.at.directory)
        self.at.configure({"jwks_file": f"{self.directory}/devices.json", "kid_from": "client_id",
                           "signature_format": "der", "algorithms": ["ES256"]})
        (self.directory / "devices").mkdir()
        self.make_key("first")
        self.make_set()
        self.enterContext(self.at)

    def make_key(self, device):
        key = self.directory / f"{device}.key"
        openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", str(key))
        openssl("pkey", "-in", str(key), "-pubout", "-out", str(self.directory / f"devices/{device}.pem"))

    def make_set(self):
        script = textwrap.dedent(RECIPE).replace("/etc/jwt_auth/", "./")
        subprocess.run(["sh", "-euc", script], cwd=self.directory, check=True)

    def token(self, device, kid=None):
        claims = {"exp": int(time.time()) + 3600, "acl": {"all": ["r/#"]}}
        parts = [{"alg": "ES256", **({"kid": kid} if kid else {})}, claims]
        signed = ".".join(tokens.encode(json.dumps(part).encode()) for part in parts)
        signature = openssl("dgst", "-sha256", "-sign", str(self.directory / f"{device}.key"),
                            data=signed.encode())
        tokens.made.append(f"{signed}.{tokens.encode(signature)}")
        return tokens.made[-1]

    def refused(self, device, password, reason):
        client = self.at.client(device, password=password)
        self.assertEqual(client.code, broker.BAD_TOKEN)
        self.at.wait_log(f"refused: {reason} .*client `{device}`")

    def test_each_device_gets_in_with_its_own_key_and_no_other(self):
        self.start()
        for device in ("left", "right"):
            self.refused(device, self.token("first"), "unknown_key_id")
            self.make_key(device)
        self.make_set()
        self.at.reload()
        for _ in range(2):
            for device, other in (("left", "right"), ("right", "left")):
                self.connected(self.at, device, password=self.token(device, kid=other)).leave()
                client = self.at.client(device, password=self.token(other, kid=device))
                self.assertEqual(client.code, broker.BAD_TOKEN)
                self.at.wait_log(f"refused: bad_signature: client `{device}`")

    def test_a_device_whose_key_is_taken_away_is_disconnected(self):
        self.start()
        self.make_key("left")
        self.make_set()
        self.at.reload()
        first = self.connected(self.at, "first", password=self.token("first"))
        left = self.connected(self.at, "left", password=self.token("left"))
        # The key is there, under another name.
        (self.directory / "devices/left.pem").rename(self.directory / "devices/other.pem")
        self.make_set()
        self.at.reload()
        left.wait_closed()
        self.assertEqual(first.publish("r/1"), 0)


if __name__ == "__main__":
    unittest.main()
