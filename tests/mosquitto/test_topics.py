"""What an accepted client may publish, subscribe to and receive."""

import json
import re
import time
import unittest

import broker
import mqtt
import tokens

MAP = {"pub": ["up/%c"], "sub": ["down/%c/#"], "all": ["chat/+"]}
LIST = [
    {"permission": "deny", "action": "all", "topic": "plant/+/secret"},
    {"permission": "allow", "action": "publish", "topic": "plant/#", "qos": [0, 1], "retain": False},
    {"permission": "allow", "action": "subscribe", "topic": "plant/#"},
]


class Topics(broker.Case):
    @classmethod
    def setUpClass(cls):
        cls.at = cls.enterClassContext(broker.Broker())

    def answers(self, client, expected):
        found = {}
        for (act, topic), _ in expected.items():
            code = {"pub": client.publish, "sub": client.subscribe, "unsub": client.unsubscribe}[act](topic)
            found[act, topic] = code < 0x80
        self.assertEqual(found, expected)

    def test_the_map_form_allows_what_it_lists(self):
        client = self.connected(self.at, "m", {"acl": MAP})
        self.answers(client, {
            ("pub", "up/m"): True, ("pub", "up/x"): False, ("sub", "up/m"): False,
            ("sub", "down/m/#"): True, ("sub", "down/m/1"): True, ("sub", "down/x/#"): False,
            ("pub", "down/m/1"): False, ("pub", "chat/1"): True, ("sub", "chat/+"): True,
            # The ACL file would allow it, and is not asked.
            ("pub", "own/m/1"): False,
        })

    def test_the_list_form_leaves_the_rest_to_the_acl_file(self):
        client = self.connected(self.at, "l", {"acl": LIST})
        self.answers(client, {
            ("pub", "plant/a"): True, ("pub", "plant/a/secret"): False, ("sub", "plant/1/#"): False,
            ("sub", "plant/a/b"): True, ("pub", "own/l/1"): True, ("sub", "own/l/#"): True,
            ("pub", "own/x/1"): False, ("pub", "elsewhere"): False,
        })

    def test_qos_and_retain_are_those_of_the_message(self):
        client = self.connected(self.at, "q", {"acl": LIST})
        self.assertEqual(client.publish("plant/a", qos=1, retain=True), 0x87)
        self.assertEqual(client.publish("plant/a", qos=2), 0x87)
        self.assertEqual(client.publish("plant/a", qos=1), 0)

    def test_without_an_acl_claim_the_acl_file_decides(self):
        """It lets everybody subscribe to anything, and decides at each delivery."""
        client = self.connected(self.at, "n")
        self.answers(client, {("pub", "own/n/1"): True, ("pub", "up/n"): False, ("sub", "#"): True})
        root = self.connected(self.at, "root3", broker.SUPERUSER)
        for topic in ("elsewhere", "shared"):
            root.publish(topic, "x")
        self.assertEqual(client.message(), ("shared", "x"))

    def test_without_an_acl_file_everything_is_denied_to_it(self):
        at = self.broker(acl=None)
        client = self.connected(at, "n")
        self.answers(client, {("pub", "own/n/1"): False, ("sub", "own/n/1"): False})
        ours = self.connected(at, "m", {"acl": MAP})
        self.answers(ours, {("pub", "up/m"): True, ("pub", "other"): False})

    def test_a_superuser_may_do_everything(self):
        client = self.connected(self.at, "root", {**broker.SUPERUSER, "acl": {"pub": []}})
        self.answers(client, {("pub", "any/thing"): True, ("sub", "#"): True})

    def test_roles_of_keycloak_become_topics(self):
        """The operator's rules, of a configuration and then of another at SIGHUP."""
        def has(role):
            return {"realm_access.roles": {"has": role}}
        acl = [
            {"permission": "deny", "action": "all", "topic": "plant/+/secret"},
            {"claims": has("operator"), "permission": "allow", "action": "subscribe", "topic": "plant/#"},
            {"claims": has("engineer"), "permission": "allow", "action": "publish",
             "topic": "plant/${claims.lines}/#"},
        ]
        at = self.broker({"secret": tokens.SECRET, "acl": acl})

        def connected(name, *roles):
            own = [{"permission": "allow", "action": "all", "topic": "plant/l1/secret"}]
            return self.connected(at, name, {
                "realm_access": {"roles": ["offline_access", *roles]}, "lines": ["l1", "l2"], "acl": own})
        guest, operator, engineer = connected("g"), connected("o", "operator"), connected("e", "engineer")
        self.answers(guest, {("pub", "plant/l1/a"): False, ("pub", "plant/l1/secret"): False,
                             ("pub", "own/g/1"): True})
        self.answers(operator, {("sub", "plant/l3/a"): True, ("sub", "plant/l1/secret"): False,
                                ("pub", "plant/l1/a"): False})
        self.answers(engineer, {("pub", "plant/l1/a"): True, ("pub", "plant/l2/a/b"): True,
                                ("pub", "plant/l3/a"): False, ("pub", "plant/l2/secret"): False})
        at.configure({"secret": tokens.SECRET, "acl": acl[2:]})
        at.reload()
        self.answers(engineer, {("pub", "plant/l1/a"): True, ("pub", "plant/l2/secret"): True})
        at.configure({"secret": tokens.SECRET})
        at.reload()
        self.answers(engineer, {("pub", "plant/l1/a"): False, ("pub", "plant/l1/secret"): True})

    def test_the_example_of_the_readme(self):
        blocks = re.findall(r"```json\n(.*?)```", (broker.ROOT / "README.md").read_text(), re.DOTALL)
        config, = [one for one in map(json.loads, blocks) if "acl" in one]
        # The same with a key that is here.
        del config["endpoint"]
        at = self.broker({**config, "secret": tokens.SECRET})

        def connected(name, *roles, **claims):
            return self.connected(at, name, {
                **config["verify_claims"], "realm_access": {"roles": ["offline_access", *roles]},
                "preferred_username": name, **claims})
        answers = {("pub", "user/anna/1"): True, ("sub", "user/anna/#"): True, ("pub", "user/otto/1"): False,
                   ("sub", "plant/#"): False, ("sub", "plant/l1"): False, ("pub", "own/anna/1"): False,
                   ("sub", "#"): False}
        self.answers(connected("anna"), answers)
        self.answers(connected("anna", "guest"), answers)
        operators = {**answers, ("sub", "plant/#"): True, ("sub", "plant/l1"): True, ("pub", "plant/l1"): False}
        self.answers(connected("anna", "operator"), operators)
        # Whatever the token says.
        rule = {"permission": "allow", "action": "all", "topic": "plant/l1"}
        for acl in {"all": ["plant/l1"]}, [rule], json.dumps([rule]):
            self.answers(connected("anna", acl=acl), answers)
        for claims in ({"iss": "https://keycloak.example/realms/office"}, {"preferred_username": None}):
            client = at.client("anna", {**config["verify_claims"], "preferred_username": "anna", **claims})
            self.addCleanup(client.close)
            self.assertNotEqual(client.code, 0)

    def test_the_rules_are_an_option_of_the_plugin(self):
        rules = json.dumps([{"permission": "allow", "action": "publish", "topic": "r/%c"}])
        at = self.broker(options={"secret": tokens.SECRET, "acl": rules})
        client = self.connected(at, "a")
        self.answers(client, {("pub", "r/a"): True, ("pub", "r/b"): False})

    def test_delivery_is_asked_about(self):
        """A filter that covers more than is allowed to be received."""
        acl = [{"permission": "deny", "action": "subscribe", "topic": "d/secret"},
               {"permission": "allow", "action": "subscribe", "topic": "eq d/#"}]
        root = self.connected(self.at, "root2", broker.SUPERUSER)
        client = self.connected(self.at, "d", {"acl": acl})
        self.assertEqual(client.subscribe("d/#"), 0x87)  # the deny rule has a topic in common
        # A subscription of old that the token of today does not allow to receive everything of.
        early = self.connected(self.at, "e", {"acl": {"sub": ["d/#"]}}, clean=False, expiry=600)
        self.assertEqual(early.subscribe("d/#"), 1)
        early.leave()
        late = self.connected(self.at, "e", {"acl": acl}, clean=False, expiry=600)
        self.assertEqual(late.present, 1)
        for topic in ("d/secret", "d/open"):
            root.publish(topic, "x")
        self.assertEqual(late.message(), ("d/open", "x"))

    def test_who_may_not_subscribe_to_everything_is_sent_what_it_may_subscribe_to(self):
        acl = [{"permission": "deny", "action": "subscribe", "topic": "eq #"},
               {"permission": "allow", "action": "subscribe", "topic": "a/#"}]
        root = self.connected(self.at, "root4", broker.SUPERUSER)
        client = self.connected(self.at, "eq", {"acl": acl})
        self.answers(client, {("sub", "#"): False, ("sub", "a/#"): True})
        root.publish("a/b", "x")
        self.assertEqual(client.message(), ("a/b", "x"))

    def test_unsubscribing_is_always_fine(self):
        client = self.connected(self.at, "u", {"acl": {"pub": []}})
        self.answers(client, {("unsub", "what/ever"): True})

    def test_a_shared_subscription_is_one_to_its_topics(self):
        client = self.connected(self.at, "s", {"acl": MAP})
        self.answers(client, {("sub", "$share/g/down/s/#"): True, ("sub", "$share/g/up/#"): False})

    def test_a_client_cannot_choose_its_permissions(self):
        acl = {"acl": {"all": ["u/%u/#", "c/%c/#"]}}
        for name in ("#", "+", "a/b", "$SYS"):
            with self.subTest(name):
                client = self.at.client("esc" + name, acl, username=name)
                if client.code == 0:
                    self.answers(client, {("sub", "u/a/#"): False, ("pub", "u/a/b"): False,
                                          ("sub", "u/#"): False, ("sub", "#"): False})
                client = self.at.client(name, acl, username="x")
                if client.code == 0:
                    self.answers(client, {("sub", "c/a/#"): False, ("pub", "c/a/b"): False,
                                          ("sub", "c/#"): False})
                client.close()

    def test_a_token_does_not_help_another_client(self):
        """The same token, with the id of the one or of the other."""
        token = tokens.token(acl={"all": ["own-%c"]})
        one = self.connected(self.at, "one", password=token)
        two = self.connected(self.at, "two", password=token)
        self.answers(one, {("pub", "own-one"): True, ("pub", "own-two"): False})
        self.answers(two, {("pub", "own-two"): True, ("pub", "own-one"): False})

    def test_a_client_that_is_not_ours_gets_nothing_of_a_token(self):
        at = self.broker(lines="allow_anonymous true\n", acl="topic read shared\n")
        self.connected(at, "same", broker.SUPERUSER)
        anonymous = mqtt.Client(at.port, "same", None, username=None)  # takes the id over
        self.assertEqual(anonymous.code, 0)
        self.answers(anonymous, {("pub", "x"): False, ("sub", "#"): True})
        root = self.connected(at, "root", broker.SUPERUSER)
        for topic in ("secret", "shared"):
            root.publish(topic, "x")
        self.assertEqual(anonymous.message(), ("shared", "x"))

    def test_a_bridge_passes(self):
        """Outwards the broker does not ask; towards the other broker it is a client like others."""
        far = self.broker()
        token = tokens.token(acl={"all": ["bridge/#", "$SYS/#"]})
        near = self.broker(lines=f"connection b\naddress 127.0.0.1:{far.port}\n"
                           f"topic # out 1 bridge/ bridge/\nremote_clientid b\nremote_username u\n"
                           f"remote_password {token}\nnotifications false\ntry_private false\n")
        far.wait_log(r"New client connected .* as b ")
        watcher = self.watcher(far, "bridge/#")
        client = self.connected(near, "c", broker.SUPERUSER)
        deadline = time.monotonic() + mqtt.PATIENCE
        client.publish("bridge/x", "hello")
        self.assertEqual(watcher.message(deadline - time.monotonic()), ("bridge/x", "hello"))


if __name__ == "__main__":
    unittest.main()
