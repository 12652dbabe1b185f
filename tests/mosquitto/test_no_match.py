"""What holds where a token says nothing about a topic: plugin_opt_no_match."""

import unittest

import broker
import mqtt
import tokens

RULES = [{"permission": "allow", "action": "all", "topic": "told/#"}]


class NoMatch(broker.Case):
    def start(self, no_match, **options):
        given = {"secret": tokens.SECRET, **({"no_match": no_match} if no_match else {})}
        return self.broker(options=given, **options)

    def test_by_default_and_with_defer_the_acl_file_decides(self):
        for no_match in (None, "defer"):
            at = self.start(no_match)
            for claims in ({}, {"acl": RULES}):
                client = self.connected(at, "c", claims)
                self.assertEqual((client.publish("own/c/x"), client.publish("x")), (0, 0x87))

    def test_with_deny_it_is_not_asked(self):
        at = self.start("deny")
        root = self.connected(at, "root", broker.SUPERUSER)
        for claims in ({}, {"acl": RULES}):
            client = self.connected(at, "c", claims)
            self.assertEqual((client.publish("own/c/x"), client.subscribe("shared")), (0x87, 0x87))
        self.assertEqual((client.publish("told/x"), client.subscribe("told/#")), (0, 1))
        root.publish("shared", "not for it")
        root.publish("told/1", "for it")
        self.assertEqual(client.message(), ("told/1", "for it"))

    def test_with_deny_those_of_others_have_the_acl_file(self):
        at = self.start("deny", lines="allow_anonymous true\n", acl="topic readwrite free\n")
        client = mqtt.Client(at.port, "nobody", None, username=None)
        self.assertEqual((client.publish("free"), client.publish("x")), (0, 0x87))

    @unittest.skipIf(broker.VERSION < (2, 1), "plugins cannot ignore a question")
    def test_with_deny_a_plugin_that_ignores_the_question_opens_nothing(self):
        at = self.start("deny", acl=None, lines=f"plugin {broker.ANOTHER_PLUGIN}\nplugin_opt_ignores topics\n")
        for claims in ({}, {"acl": RULES}):
            client = self.connected(at, "c", claims)
            self.assertEqual((client.publish("x"), client.subscribe("#")), (0x87, 0x87))
        self.assertEqual(client.publish("told/x"), 0)


if __name__ == "__main__":
    unittest.main()
