"""What holds for a client from its acceptance until nobody asks any more."""

import ssl
import time
import unittest

import broker
import mqtt
import tokens

DURABLE = {"clean": False, "expiry": 600}


def soon(seconds=2):
    return int(time.time()) + seconds


class Lifetime(broker.Case):
    @classmethod
    def setUpClass(cls):
        cls.at = cls.enterClassContext(broker.Broker())

    def test_a_client_is_disconnected_when_its_token_expires(self):
        for version, code in ((5, 0x98), (4, None)):
            at = soon()
            token = tokens.token(exp=at, acl={"all": ["e"]})
            client = self.connected(self.at, f"e{version}", password=token, version=version)
            stays = self.connected(self.at, "stays", {"exp": None, "acl": {"all": ["e"]}})
            mark = self.at.mark()
            self.assertEqual(client.wait_closed(), code)
            self.assertLessEqual(at, time.time())
            self.assertLess(time.time(), at + 2)
            line = self.at.wait_log_since(mark, "jwt_auth: disconnected.*")
            self.assertEqual(line, f"jwt_auth: disconnected: expired: token {tokens.fingerprint(token)}")
            stays.ping()

    def test_a_token_that_is_sent_in_every_field_is_in_no_line_of_ours(self):
        at = self.broker({"secret": tokens.SECRET})
        connects, ends = tokens.token(exp=soon(3)), tokens.token(exp=soon(3), n=1)
        for token in (connects, ends):
            tokens.made.remove(token)  # the broker itself logs client ids
        client = self.connected(at, connects, password=connects, username=connects)
        self.connected(at, ends, password=ends, username=ends, **DURABLE).leave()
        client.wait_closed()
        self.assertEqual(at.client(connects, password=connects, username=connects).code, broker.BAD_TOKEN)
        for token in (connects, ends):
            name = f"client not shown, user not shown, address 127.0.0.1, token {tokens.fingerprint(token)}"
            at.wait_log(f"jwt_auth: accepted: {name}")
        at.wait_log(f"jwt_auth: disconnected: expired: token {tokens.fingerprint(connects)}")
        at.wait_log(f"jwt_auth: ended while offline: expired: token {tokens.fingerprint(ends)}")
        at.wait_log(r"jwt_auth: refused: expired \(exp .* ago, leeway 0\): client not shown")
        runs = {token[i:i + 8] for token in (connects, ends) for i in range(len(token) - 7)}
        for line in at.log().splitlines():
            if "jwt_auth: " in line:
                self.assertEqual([run for run in runs if run in line], [], line)

    def test_clients_are_disconnected_in_the_order_of_their_expiry(self):
        times = [4, 2, 3, 1, 2, 4, 1, 3]
        now = int(time.time()) + 1
        clients = [(now + s, self.connected(self.at, f"o{i}", {"exp": now + s}))
                   for i, s in enumerate(times)]
        clients.pop(1)[1].leave()  # out of the middle of the heap
        for at, client in sorted(clients, key=lambda one: one[0]):
            self.assertEqual(client.wait_closed(), 0x98)
            self.assertLessEqual(at, time.time())
            self.assertLess(time.time(), at + 2)

    def test_with_disconnect_after_expire_off_it_may_stay(self):
        at = self.broker({"secret": tokens.SECRET, "disconnect_after_expire": False})
        expires = soon()
        client = self.connected(at, "c", {"exp": expires, "acl": {"all": ["x"]}})
        self.assertEqual(client.publish("x"), 0)
        while time.time() < expires + 2.5:
            client.ping()
            time.sleep(0.1)
        self.assertEqual(client.publish("x"), 0x87)

    def test_subscriptions_of_a_durable_client_survive_its_expiry(self):
        root = self.connected(self.at, "r-sub", broker.SUPERUSER)
        for version, options in ((4, {"clean": False}), (5, DURABLE)):
            name = f"sub{version}"
            acl = {"acl": {"sub": [f"s{version}/#"]}}
            client = self.connected(self.at, name, {**acl, "exp": soon()}, version=version, **options)
            self.assertEqual(client.subscribe(f"s{version}/#"), 1)
            client.wait_closed()
            root.publish(f"s{version}/a", "while expired")
            client = self.connected(self.at, name, acl, version=version, **options)
            self.assertEqual(client.present, 1)
            root.publish(f"s{version}/a", "after")
            self.assertEqual(client.message(), (f"s{version}/a", "after"))

    def test_a_will_has_the_permissions_of_its_client(self):
        watcher = self.watcher(self.at, "w/#")
        for version in (4, 5):
            for topic, comes in (("w/no", False), ("w/yes", True)):
                client = self.connected(self.at, "will", {"acl": {"pub": ["w/yes"]}}, version=version,
                                        will=(topic, "gone"))
                client.close()
                if comes:
                    self.assertEqual(watcher.message(), (topic, "gone"))
        self.assertEqual(watcher.messages, [])

    def test_a_delayed_will_has_them_too(self):
        watcher = self.watcher(self.at, "dw/#")
        client = self.connected(self.at, "dw", {"acl": {"pub": ["dw/yes"]}}, will=("dw/yes", "later"),
                                will_delay=2, expiry=600)
        client.close()
        self.assertEqual(watcher.message(), ("dw/yes", "later"))

    def test_the_will_of_an_expired_client_is_not_sent(self):
        """Neither at once nor delayed, though the ACL file allows the topic."""
        watcher = self.watcher(self.at, "own/+/will")
        for name, delay in (("now", None), ("late", 1)):
            client = self.connected(self.at, name, {"exp": soon()}, will=(f"own/{name}/will", "x"),
                                    will_delay=delay, expiry=600)
            client.wait_closed()
        client = self.connected(self.at, "away", {"exp": soon()}, will=("own/away/will", "x"),
                                will_delay=5, expiry=600)
        mark = self.at.mark()
        client.close()
        self.at.wait_log_since(mark, f"jwt_auth: ended while offline: expired: {client.name}")
        sentinel = self.connected(self.at, "z", will=("own/z/will", "z"), will_delay=6, expiry=600)
        sentinel.close()
        self.assertEqual(watcher.message(), ("own/z/will", "z"))

    def test_messages_are_queued_for_a_durable_client(self):
        root = self.connected(self.at, "r-queue", broker.SUPERUSER)
        for version, options in ((4, {"clean": False}), (5, DURABLE), (5, {"clean": True, "expiry": 600})):
            acl = {"acl": {"sub": ["q/#"]}}
            client = self.connected(self.at, "queue", acl, version=version, **options)
            self.assertEqual(client.subscribe("q/#"), 1)
            for go in (mqtt.Client.close, mqtt.Client.leave):
                go(client)
                root.publish("q/1", "queued")
                options["clean"] = False
                client = self.connected(self.at, "queue", acl, version=version, **options)
                self.assertEqual(client.message(), ("q/1", "queued"))
            self.connected(self.at, "queue", acl, clean=True).leave()

    def test_nothing_is_queued_after_the_token_has_expired(self):
        root = self.connected(self.at, "r-late", broker.SUPERUSER)
        acl = {"acl": {"sub": ["ql/#"]}}
        client = self.connected(self.at, "late-queue", {**acl, "exp": soon()}, **DURABLE)
        client.subscribe("ql/#")
        client.leave()
        root.publish("ql/1", "in time")
        self.at.wait_log(f"ended while offline: expired: {client.name}")
        root.publish("ql/1", "too late")
        client = self.connected(self.at, "late-queue", acl, **DURABLE)
        root.publish("ql/1", "again")
        self.assertEqual([client.message(), client.message()], [("ql/1", "in time"), ("ql/1", "again")])

    def test_a_refused_client_does_not_end_what_an_offline_one_has(self):
        root = self.connected(self.at, "r-same", broker.SUPERUSER)
        acl = {"acl": {"sub": ["same/#"]}}
        client = self.connected(self.at, "same-id", acl, **DURABLE)
        client.subscribe("same/#")
        client.leave()
        self.assertEqual(self.at.client("same-id", {"exp": 1}).code, broker.BAD_TOKEN)
        root.publish("same/1", "queued")
        client = self.connected(self.at, "same-id", acl, **DURABLE)
        self.assertEqual(client.message(), ("same/1", "queued"))

    def test_who_takes_an_id_over_has_his_own_permissions(self):
        watcher = self.watcher(self.at, "t/will")
        for version in (5, 4):
            old = self.connected(self.at, "taken", {"acl": {"all": ["t/old", "t/will"]}}, version=version,
                                 will=("t/will", "old"), **({"expiry": 0} if version == 5 else {}))
            self.assertEqual(old.publish("t/old"), 0)
            new = self.connected(self.at, "taken", {"acl": {"all": ["t/new"]}})
            # The will of the old one is asked about after the new one has authenticated.
            self.assertEqual(watcher.message(), ("t/will", "old"))
            old.wait_closed()
            self.assertEqual((new.publish("t/new"), new.publish("t/old")), (0, 0x87))
            # The broker tells of the old one's end last; the new one has to outlive it.
            watcher.ping()
            time.sleep(0.3)  # a few ticks
            self.assertEqual((new.publish("t/new"), new.publish("t/old")), (0, 0x87))
            new.leave()

    def test_the_new_one_is_disconnected_at_its_own_expiry(self):
        old = self.connected(self.at, "heir", {"exp": soon(2)})
        new = self.connected(self.at, "heir", {"exp": soon(5)})
        old.wait_closed()
        started = time.time()
        self.assertEqual(new.wait_closed(), 0x98)
        self.assertGreater(time.time(), started + 2.5)

    def test_a_pointer_that_is_used_again_inherits_nothing(self):
        """The broker gives the memory of a client that is gone to the next that comes."""
        at = self.broker({"secret": tokens.SECRET}, lines="allow_anonymous true\n", acl=None)
        for version, expiry in ((4, None), (5, 0), (5, 1)):
            for kind in ("anonymous", "refused", "ours"):
                for _ in range(8):
                    client = self.connected(at, "was", broker.SUPERUSER, version=version, expiry=expiry)
                    client.leave()
                    if kind == "anonymous":
                        next_one = mqtt.Client(at.port, "was", None, username=None)
                        self.assertEqual(next_one.publish("x"), 0x87)
                    elif kind == "refused":
                        next_one = at.client("was", {"exp": 1})
                        self.assertEqual(next_one.code, broker.BAD_TOKEN)
                    else:
                        next_one = self.connected(at, "next", {"acl": {"pub": []}})
                        self.assertEqual(next_one.publish("x"), 0x87)
                    next_one.close()

    def test_who_is_not_asked_about_inherits_nothing(self):
        """A client that its certificate admits gets a pointer that held a superuser's session."""
        at = broker.Broker(acl=None)
        crt, key, port = at.make_certificate(), at.directory / "key", broker.free_port()
        at.add_lines(f"listener {port} 127.0.0.1\ncertfile {crt}\nkeyfile {key}\ncafile {crt}\n"
                     "require_certificate true\nuse_identity_as_username true\n")
        self.enterContext(at)
        tls = ssl.create_default_context(cafile=str(crt))
        tls.load_cert_chain(crt, key)
        for i in range(8):
            self.connected(at, f"was{i}", broker.SUPERUSER, expiry=0).leave()
            client = mqtt.Client(port, "by-certificate", None, tls=tls)
            self.assertEqual(client.code, 0)
            self.assertEqual(client.publish("x"), 0x87)
            client.close()

    def test_who_comes_back_makes_room(self):
        at = self.broker(options={"secret": tokens.SECRET, "max_offline_clients": 3})
        self.connected(at, "other", **DURABLE).leave()
        for _ in range(10):
            self.connected(at, "same", **DURABLE).leave()
        self.connected(at, "last", **DURABLE).leave()
        time.sleep(0.3)  # a few ticks, in which a warning would come
        self.assertNotIn("max_offline_clients", at.log())
        self.connected(at, "one too many", **DURABLE).leave()
        line = at.wait_log("more than max_offline_clients are offline")
        self.assertIn("the permissions of 1 were forgotten", line)

    def test_permissions_of_offline_clients_are_bounded_in_number(self):
        at = self.broker(options={"secret": tokens.SECRET, "max_offline_clients": 5})
        root = self.connected(at, "root", broker.SUPERUSER)
        for i in range(8):
            client = self.connected(at, f"b{i}", {"acl": {"sub": ["b/#"]}}, **DURABLE)
            client.subscribe("b/#")
            client.leave()
        at.wait_log("more than max_offline_clients are offline: the permissions of [1-3] were forgotten")
        root.publish("b/1", "queued")
        for i in range(8):
            client = self.connected(at, f"b{i}", {"acl": {"sub": ["b/#"]}}, **DURABLE)
            root.publish("b/1", "now")
            expected = ["queued", "now"] if i >= 3 else ["now"]
            self.assertEqual([client.message()[1] for _ in expected], expected)
            client.leave()

    def test_who_was_forgotten_is_neither_refused_nor_remembered_at_sighup(self):
        """2.0 uses freed memory if a client that is offline is refused."""
        for secret in (tokens.SECRET, tokens.OTHER_SECRET):
            at = self.broker(acl=None, lines="plugin_opt_max_offline_clients 1\n")
            for i in range(3):
                client = self.connected(at, f"b{i}", {"acl": {"sub": ["b/#"]}}, **DURABLE)
                client.subscribe("b/#")
                client.leave()
            at.wait_log("more than max_offline_clients are offline")
            at.configure({"secret": secret})
            mark = at.mark()
            for _ in range(2):
                at.reload()
            self.assertNotRegex(at.log()[mark:], "(?i)client `?b[01]")
            root = at.client("root", password=tokens.token(broker.SUPERUSER, secret=secret))
            root.publish("b/1", "queued")
            client = at.client("b0", password=tokens.token(broker.SUPERUSER, secret=secret), **DURABLE)
            self.assertEqual((client.code, client.present), (0, 1))
            root.publish("b/1", "now")
            self.assertEqual(client.message(), ("b/1", "now"))


if __name__ == "__main__":
    unittest.main()
