"""A client whom a certificate admits, and who has the client id of one who had a token."""

import ssl
import unittest

import broker
import mqtt

TRIES = 40


class SameId(broker.Case):
    def start(self, option):
        """A broker with a second listener, on which plugins are not asked who may connect."""
        at = broker.Broker(acl=None)
        crt, key, self.port = at.make_certificate("device"), at.directory / "key", broker.free_port()
        at.add_lines(f"listener {self.port} 127.0.0.1\ncertfile {crt}\nkeyfile {key}\ncafile {crt}\n"
                     f"require_certificate true\n{option} true\n")
        self.enterContext(at)
        self.tls = ssl.create_default_context(cafile=str(crt))
        self.tls.check_hostname = False
        self.tls.load_cert_chain(crt, key)
        return at

    def inherited(self, at, **options):
        """How many of them may do what the client with a token could."""
        count = 0
        for _ in range(TRIES):
            # The broker gives the memory of the one to the other.
            self.connected(at, "press-1", broker.SUPERUSER, **options).leave()
            client = mqtt.Client(self.port, "press-1", None, username=None, tls=self.tls)
            self.assertEqual(client.code, 0)
            count += client.publish("x") != 0x87
            client.leave()
        return count

    def test_it_inherits_nothing(self):
        for option in ("use_identity_as_username", "use_subject_as_username"):
            at = self.start(option)
            for version, options in ((5, {"expiry": 0}), (5, {"expiry": 600}), (4, {}), (4, {"clean": False})):
                with self.subTest(option, version=version, **options):
                    self.assertEqual(self.inherited(at, version=version, **options), 0)

    @unittest.skipIf(broker.VERSION < (2, 1), "2.0 does not tell plugins of a client that they are not asked about")
    def test_nor_does_it_with_the_same_user_name(self):
        at = self.start("use_identity_as_username")
        self.assertEqual(self.inherited(at, expiry=600, username="device"), 0)

    def test_it_has_what_the_acl_file_grants(self):
        at = self.start("use_identity_as_username")
        at.stop()
        conf = at.directory / "mosquitto.conf"
        (at.directory / "acl").write_text("user device\ntopic readwrite device/#\n")
        conf.write_text(conf.read_text().replace("listener ", f"acl_file {at.directory}/acl\nlistener ", 1))
        at.start().wait_running()
        self.connected(at, "press-1", {"acl": {"pub": ["token/#"]}}).leave()
        client = mqtt.Client(self.port, "press-1", None, username=None, tls=self.tls)
        self.assertEqual((client.publish("device/1"), client.publish("token/1")), (0, 0x87))


if __name__ == "__main__":
    unittest.main()
