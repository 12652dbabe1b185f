"""Passwords that are no plain text."""

import unittest

import broker
import mqtt
import tokens


class Password(broker.Case):
    def test_what_follows_a_nul(self):
        """Plugins are not told that there is more, until 2.1.3."""
        at = self.broker()
        code = 0 if broker.VERSION < (2, 1, 3) else broker.BAD_TOKEN
        for rest in (b"\0", b"\0more", b"\0\0", b"\0." + tokens.SAMPLE.encode()):
            for version in (4, 5):
                client = mqtt.Client(at.port, "c", tokens.token().encode() + rest, version=version)
                self.assertEqual(client.code, code if code == 0 or version == 5 else 5, rest)

    def test_in_front_of_a_token_it_is_no_token(self):
        at = self.broker({"secret": tokens.SECRET, "on_missing": "deny"})
        client = mqtt.Client(at.port, "c", b"\0" + tokens.token().encode())
        self.assertEqual(client.code, broker.BAD_TOKEN)

    def test_bytes_that_are_no_text_are_refused(self):
        at = self.broker()
        for password in (b"\xff\xfe", b"\xff." + tokens.token().encode(), b"a" * 65535):
            client = mqtt.Client(at.port, "c", password)
            self.assertEqual(client.code, broker.BAD_TOKEN)


if __name__ == "__main__":
    unittest.main()
