"""Who may connect, and which topics it may use."""

import pika

from broker import ACCEPTED, BAD_CREDENTIALS, HAS_MQTT_5, NOT_AUTHORIZED, Case, mqtt, tokens

OWN = {"acl": {"all": ["own/%c/#"]}}


def rule(permission, action, topic, **conditions):
    return {"permission": permission, "action": action, "topic": topic, **conditions}


class Clients(Case):
    def test_a_client_with_a_good_token_publishes_and_receives(self):
        client = self.connected("c1", OWN)
        self.assertEqual(client.subscribe("own/c1/+/x"), 1)
        self.publishes(client, "own/c1/up/x")
        self.assertEqual(client.message(), ("own/c1/up/x", "x"))

    def test_a_client_with_qos_0_too(self):
        client = self.connected("c0", OWN)
        self.assertEqual(client.subscribe("own/c0/#", qos=0), 0)
        self.publishes(client, "own/c0/up")
        self.assertEqual(client.message(), ("own/c0/up", "x"))

    def test_a_durable_session_gets_what_came_meanwhile(self):
        first = self.connected("durable", OWN, clean=False)
        self.assertEqual(first.subscribe("own/durable/#"), 1)
        first.leave()
        self.publishes(self.connected("other", {"is_superuser": True}), "own/durable/late")
        again = self.connected("durable", OWN, clean=False)
        self.assertEqual(again.message(), ("own/durable/late", "x"))

    def test_a_bad_signature_is_refused(self):
        self.refused(BAD_CREDENTIALS, password=tokens.token({}, secret=tokens.OTHER_SECRET))
        self.broker.wait_log("refused: bad_signature: client `refused`, user `alice`, token [0-9a-f]{8}")

    def test_an_expired_token_is_refused(self):
        self.refused(BAD_CREDENTIALS, claims={"exp": 1_700_000_000})

    def test_a_password_that_is_no_token_is_refused(self):
        self.refused(BAD_CREDENTIALS, password="hunter2")

    def test_a_client_without_a_password_or_a_user_name_is_refused(self):
        client = mqtt.Client(self.broker.port, "bare", None, username="alice", version=4)
        self.assertEqual(client.code, BAD_CREDENTIALS)
        client = mqtt.Client(self.broker.port, "bare", None, username=None, version=4)
        self.assertEqual(client.code, BAD_CREDENTIALS)

    def test_topics_that_are_not_granted_are_denied(self):
        self.may_not_publish(self.connected("p1", OWN), "own/p2/up")
        self.may_not_subscribe(self.connected("s1", OWN), "own/s2/#")
        self.may_not_subscribe(self.connected("s1", OWN), "#")

    def test_a_subscription_must_be_covered_whole(self):
        self.may_not_subscribe(self.connected("s3", {"acl": {"sub": ["a/+"]}}), "a/#")
        client = self.connected("s3", {"acl": {"sub": ["a/+"]}})
        self.assertEqual(client.subscribe("a/+"), 1)

    def test_what_the_token_says_nothing_of_is_denied(self):
        self.may_not_publish(self.connected("n1"), "a")
        self.may_not_subscribe(self.connected("n2"), "a")

    def test_a_superuser_may_use_every_topic(self):
        client = self.connected("root", {"is_superuser": True})
        self.assertEqual(client.subscribe("#"), 1)
        self.publishes(client, "any/topic")
        self.assertEqual(client.message(), ("any/topic", "x"))

    def test_a_dot_is_a_slash_as_it_is_for_the_broker(self):
        client = self.connected("dot", {"acl": {"all": ["a/b"]}})
        self.assertEqual(client.subscribe("a/b"), 1)
        self.publishes(client, "a.b")
        self.assertEqual(client.message(), ("a/b", "x"))
        self.may_not_publish(self.connected("dot2", {"acl": [rule("allow", "all", "a.b")]}), "a.b")

    def test_a_star_is_a_wildcard_as_it_is_for_the_broker(self):
        self.may_not_subscribe(self.connected("star", {"acl": {"sub": ["a/b"]}}), "a/*")
        self.may_not_publish(self.connected("star2", {"acl": {"pub": ["#"]}}), "a/*")

    def test_a_rule_about_some_qos_or_retain_grants_nothing(self):
        for name, conditions in {"q": {"qos": [0]}, "r": {"retain": False}}.items():
            client = self.connected(name, {"acl": [rule("allow", "publish", "a", **conditions)]})
            self.may_not_publish(client, "a")
        both = {"acl": [rule("allow", "publish", "a", qos=[0, 1])]}
        self.publishes(self.connected("both", both), "a")

    def test_a_virtual_host_that_is_not_the_broker_s_is_refused(self):
        self.broker.ask('rabbit_vhost:add(<<"other">>, <<"test">>).')
        self.refused(NOT_AUTHORIZED, username="other:alice", claims={"is_superuser": True})
        self.assertEqual(self.broker.client("v", username="/:alice").code, ACCEPTED)

    def test_a_token_is_no_password_for_amqp(self):
        parameters = pika.ConnectionParameters(
            "127.0.0.1", self.broker.amqp_port,
            credentials=pika.PlainCredentials("alice", tokens.token({"is_superuser": True})))
        with self.assertRaises(pika.exceptions.ProbableAuthenticationError):
            pika.BlockingConnection(parameters)

    def test_a_failure_inside_is_a_refusal_that_shows_nothing(self):
        answer = self.broker.ask(
            'rabbit_auth_backend_jwt_auth:user_login_authentication(<<"u">>, '
            '[{client_id, <<"c">>}, {password, <<"hunter2">>}, {x, y} | improper]).')
        self.assertIn("refused", answer)
        self.broker.wait_log("jwt_auth: the callback user_login_authentication failed with error in")
        self.assertNotIn("hunter2", self.broker.log())

    def test_a_client_may_use_its_own_queues_and_nothing_else(self):
        grant = ('U = fun(P) -> {ok, A} = rabbit_auth_backend_jwt_auth:user_login_authentication(<<"alice">>, '
                 '[{client_id, <<"c1">>}, {password, P}]), A end, '
                 'F = fun(Kind, Name, Permission) -> rabbit_auth_backend_jwt_auth:check_resource_access('
                 f'U(<<"{tokens.token(dict(is_superuser=True))}">>), '
                 '{resource, <<"/">>, Kind, Name}, Permission, #{}) end, ')
        asked = ", ".join(
            f'F({kind}, <<"{name}">>, {permission})' for kind, name, permission in [
                ("queue", "mqtt-subscription-c1qos0", "configure"), ("queue", "mqtt-subscription-c1qos1", "read"),
                ("queue", "mqtt-will-c1", "configure"), ("queue", "mqtt-will-c1", "read"),
                ("exchange", "amq.topic", "write"), ("exchange", "amq.topic", "read"),
                ("exchange", "amq.default", "write"), ("exchange", "amq.default", "read"),
                ("exchange", "amq.topic", "configure"), ("queue", "mqtt-will-c2", "configure"),
                ("queue", "mqtt-subscription-c2qos1", "read"), ("queue", "orders", "read"),
                ("exchange", "orders", "write"), ("topic", "amq.topic", "write")])
        answer = self.broker.ask(f"[case A of true -> true; _ -> false end || A <- begin {grant} [{asked}] end].")
        delayed_wills = "true" if HAS_MQTT_5 else "false"
        self.assertEqual(answer.replace("\n", "").replace(" ", ""),
                         "[" + ",".join(6 * ["true"] + [delayed_wills] + 7 * ["false"]) + "]")


class NoMatch(Case):
    CONFIG = None
    SETTINGS = "auth_jwt_auth.no_match = allow\nauth_jwt_auth.vhosts.1 = other\n"

    def test_settings(self):
        with self.subTest("without a configuration every client is refused, and the log says why"):
            self.refused(BAD_CREDENTIALS, username="other:alice", claims={"is_superuser": True})
            self.broker.wait_log("not accepted, so every client is refused: .*no such file")
        with self.subTest("the configuration is taken up when it is there"):
            self.broker.ask('rabbit_vhost:add(<<"other">>, <<"test">>).')
            self.broker.configure({"secret": tokens.SECRET})
            self.assertEqual(self.broker.look(), "ok")
        with self.subTest("virtual hosts are those of the settings"):
            self.refused(NOT_AUTHORIZED, username="alice")
            client = self.connected("c1", username="other:alice")
        with self.subTest("what the token says nothing of is allowed, if the settings say so"):
            self.assertEqual(client.subscribe("a"), 1)
            self.publishes(client, "a")
            self.assertEqual(client.message(), ("a", "x"))


class Username(Case):
    """The user name is that of the token."""

    CONFIG = {"secret": tokens.SECRET, "username_claim": "name"}

    def test_the_broker_has_the_user_name_of_the_token(self):
        client = self.connected("u1", {"name": "bob", "acl": {"all": ["own/%u"]}})
        self.publishes(client, "own/bob")
        if HAS_MQTT_5:
            user = "[{user, Name}] <- [rabbit_mqtt_reader:info(Pid, [user])]"
        else:
            user = "[{internal_user, {user, Name, _, _}}] <- [amqp_connection:info(Pid, [internal_user])]"
        listed = self.broker.ask(f"[Name || Pid <- {self.broker.connections()}, {user}].")
        self.assertEqual(listed, '[<<"bob">>]')
        self.may_not_publish(client, "own/alice")

    def test_a_user_name_with_a_wildcard_is_refused(self):
        token = tokens.token({"name": "#"})
        self.refused(BAD_CREDENTIALS, password=token)
        self.broker.wait_log(f"refused: the user name in the token has .*: token {tokens.fingerprint(token)}")

    def test_a_token_without_a_user_name_is_refused(self):
        self.refused(BAD_CREDENTIALS, claims={})
