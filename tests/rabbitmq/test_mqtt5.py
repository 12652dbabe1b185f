"""What MQTT 5 has that 3.1.1 has not."""

import json
import socket
import time
import unittest

from broker import (BAD_CREDENTIALS_5, BAD_METHOD, HAS_MQTT_5, MQTT_5, NOT_AUTHORIZED_5, VERSION, Case,
                    mqtt, tokens)

OWN = {"acl": {"all": ["own/%c/#"]}}
# Of RabbitMQ, for an expired token: maximum connect time.
EXPIRED = 0xA0


@unittest.skipUnless(HAS_MQTT_5, "this RabbitMQ has no MQTT 5")
class Mqtt5(Case):
    def connected(self, client_id, claims=None, **options):
        return super().connected(client_id, claims, version=MQTT_5, **options)

    def refused(self, code, client_id="refused", **options):
        super().refused(code, client_id, version=MQTT_5, **options)

    def test_a_client_with_a_good_token_publishes_and_receives(self):
        client = self.connected("c1", OWN)
        self.assertEqual(client.subscribe("own/c1/+/x"), 1)
        self.publishes(client, "own/c1/up/x")
        self.assertEqual(client.message(), ("own/c1/up/x", "x"))

    def test_a_refusal_has_its_code(self):
        self.refused(BAD_CREDENTIALS_5, password=tokens.token({}, secret=tokens.OTHER_SECRET))
        self.refused(BAD_CREDENTIALS_5, claims={"exp": 1_700_000_000})
        self.broker.ask('rabbit_vhost:add(<<"other">>, <<"test">>).')
        self.refused(NOT_AUTHORIZED_5, username="other:alice", claims={"is_superuser": True})

    def test_topics_that_are_not_granted_are_denied(self):
        client = self.connected("p1", OWN)
        self.may_not_subscribe(client, "own/p2/#")
        self.may_not_publish(client, "own/p2/up")

    @unittest.skipUnless(VERSION >= (4, 3), "this RabbitMQ takes no reasons")
    def test_the_log_says_why_a_topic_is_denied(self):
        self.may_not_publish(self.connected("w1", OWN), "own/p2/up")
        self.broker.wait_log("topic 'own.p2.up' in exchange .* refused for user 'alice' by backend "
                             "rabbit_auth_backend_jwt_auth: the token does not allow it")
        self.may_not_publish(self.connected("w2"), "a")
        self.broker.wait_log("topic 'a' in exchange .* the token says nothing of it")
        client = self.connected("w3", {**OWN, "jti": "w3"})
        revoked = self.broker.directory / "revoked.json"
        revoked.write_text(json.dumps({"jti": ["w3"]}))
        self.broker.configure({**self.CONFIG, "revocations_file": str(revoked)})
        self.addCleanup(self.broker.look)
        self.addCleanup(self.broker.configure, self.CONFIG)
        self.assertEqual(self.broker.look(), "ok")
        # If it was ended meanwhile, this fails with Closed as well.
        self.may_not_publish(client, "own/w3/up")

    def test_a_client_is_disconnected_when_its_token_expires(self):
        token = tokens.token({**OWN, "exp": int(time.time()) + 3})
        client = self.connected("expires", password=token)
        self.assertEqual(client.wait_closed(30), EXPIRED)
        line = f"the session of token {tokens.fingerprint(token)} ends: expired"
        self.broker.wait_log(line)
        self.assertEqual(self.broker.log().count(line), 1)

    def test_another_method_of_authentication_is_refused(self):
        body = mqtt.text("MQTT") + bytes([MQTT_5, 2, 0, 60]) + mqtt.properties(5, b"\x15" + mqtt.text("jwt"))
        with socket.create_connection(("127.0.0.1", self.broker.port), mqtt.PATIENCE) as client:
            client.sendall(mqtt.packet(mqtt.CONNECT, body + mqtt.text("method")))
            answer = client.recv(4)
        self.assertEqual((answer[0] >> 4, answer[3]), (mqtt.CONNACK, BAD_METHOD))


class Wills(Case):
    def setUp(self):
        self.watcher = self.connected("watcher", {"is_superuser": True})
        self.assertEqual(self.watcher.subscribe("#"), 1)
        self.addCleanup(self.watcher.leave)

    def connected(self, client_id, claims=None, **options):
        options.setdefault("version", MQTT_5 if HAS_MQTT_5 else 4)
        return super().connected(client_id, claims, **options)

    def last(self, mark):
        """The topics of all messages up to that of a client which publishes now."""
        self.publishes(self.connected("marks", {"is_superuser": True}), mark)
        topics = []
        while mark not in topics:
            topics.append(self.watcher.message()[0])
        return topics[:-1]

    def test_a_will_is_sent_if_its_topic_is_granted(self):
        for client_id in "v2", "v1":
            self.connected(client_id, OWN, will=("own/v1/will", client_id)).close()
        self.assertEqual(self.watcher.message(), ("own/v1/will", "v1"))
        self.assertEqual(self.last("m1"), [])

    @unittest.skipUnless(HAS_MQTT_5, "this RabbitMQ has no MQTT 5")
    def test_a_will_is_sent_later_if_its_topic_is_granted(self):
        for client_id in "d2", "d1":
            self.connected(client_id, OWN, will=("own/d1/will", client_id), will_delay=2, expiry=60).close()
        self.broker.wait_log("scheduled delayed Will Message to topic own/d1/will for MQTT client ID d1 ")
        self.assertEqual(self.last("m2"), [])
        self.assertEqual(self.watcher.message(), ("own/d1/will", "d1"))
        self.broker.wait_log("failed to schedule delayed Will Message .* client ID d2: access_refused")
        self.assertEqual(self.last("m3"), [])

    @unittest.skipUnless(HAS_MQTT_5, "this RabbitMQ has no MQTT 5")
    def test_a_will_that_is_to_be_sent_later_is_not_if_the_client_comes_back(self):
        self.connected("b1", OWN, will=("own/b1/will", "gone"), will_delay=2, expiry=60).close()
        self.broker.wait_log("scheduled delayed Will Message to topic own/b1/will")
        again = self.connected("b1", OWN)
        time.sleep(3)
        self.assertEqual(self.last("m4"), [])
        again.leave()
