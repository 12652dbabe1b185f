"""The other ways to the broker: TLS and WebSocket."""

import time

from broker import BAD_CREDENTIALS, HAS_MQTT_5, Case, mqtt, tokens

ALL = {"acl": {"all": ["a/#"]}}
OVER = ["tls", "websocket"]


class Listeners(Case):
    def test_a_client_with_a_good_token_publishes_and_receives(self):
        for over in OVER:
            with self.subTest(over):
                client = self.connected(f"good-{over}", ALL, over=over)
                # A topic for each: RabbitMQ 4.3 may send no PUBACK for a message that reaches the
                # queue of the client before while that is deleted.
                topic = f"a/{over}"
                self.assertEqual(client.subscribe(topic), 1)
                self.publishes(client, topic)
                self.assertEqual(client.message(), (topic, "x"))
                self.may_not_publish(client, "b")

    def test_a_client_with_a_bad_token_is_refused(self):
        for over in OVER:
            with self.subTest(over):
                bad = {"password": tokens.token(ALL, secret=tokens.OTHER_SECRET), "over": over}
                if over == "websocket" and not HAS_MQTT_5:
                    # RabbitMQ 3.10 closes the connection without an answer.
                    with self.assertRaises(mqtt.Closed):
                        self.broker.client(f"bad-{over}", **bad)
                else:
                    self.refused(BAD_CREDENTIALS, f"bad-{over}", **bad)
                self.broker.wait_log(f"refused: bad_signature: client `bad-{over}`")

    def test_a_client_is_disconnected_when_its_token_expires(self):
        for over in OVER:
            with self.subTest(over):
                token = tokens.token({**ALL, "exp": int(time.time()) + 3})
                client = self.connected(f"expires-{over}", password=token, over=over)
                self.publishes(client, "a/b")
                client.wait_closed(30)
                self.broker.wait_log(f"the session of token {tokens.fingerprint(token)} ends: expired")

    def test_a_revoked_client_is_disconnected(self):
        tokens_by_way = {over: tokens.token({**ALL, "jti": over}) for over in OVER}
        clients = [self.connected(f"revoked-{over}", password=token, over=over)
                   for over, token in tokens_by_way.items()]
        revoked = self.broker.directory / "revoked.json"
        revoked.write_text('{"jti": ["tls", "websocket"]}')
        self.broker.configure({**self.CONFIG, "revocations_file": str(revoked)})
        self.assertEqual(self.broker.look(), "ok")
        for client in clients:
            client.wait_closed(30)
        for token in tokens_by_way.values():
            self.broker.wait_log(f"the session of token {tokens.fingerprint(token)} ends: revoked")
