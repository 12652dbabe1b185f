"""SIGHUP, revocation, and a broker that dies and comes back."""

import json
import time
import unittest

import broker
import mqtt
import tokens

ACL = {"acl": {"all": ["r/#"]}}
DURABLE = {"clean": False, "expiry": 600}


class Reload(broker.Case):
    def test_a_good_configuration_is_taken_up(self):
        at = self.broker({"secret": tokens.SECRET})
        old = self.connected(at, "old", ACL)
        new = tokens.token(ACL, secret=tokens.OTHER_SECRET)
        self.assertEqual(at.client("new", password=new).code, broker.BAD_TOKEN)
        mark = at.mark()
        at.configure({"secret": tokens.OTHER_SECRET})
        self.assertEqual(at.reload(), "jwt_auth: the configuration was read again")
        # Its key is gone.
        old.wait_closed()
        at.wait_log_since(mark, "jwt_auth: refused: bad_signature: client `old`")
        self.assertEqual(self.connected(at, "new", password=new).publish("r/1"), 0)

    def test_a_broken_configuration_keeps_the_old_one(self):
        at = self.broker({"secret": tokens.SECRET})
        stays = self.connected(at, "stays", ACL)
        kept = "jwt_auth: the new configuration is not accepted, the old one stays: "
        for config, cause in (("{", "the configuration"), ({"sekret": "hidden-value"}, "`sekret`"),
                              ({"secret": ""}, "`secret`"), ("[]", "the configuration")):
            at.configure(config)
            line = at.reload()
            self.assertTrue(line.startswith(kept), line)
            self.assertIn(cause, line)
            self.assertNotIn("hidden", line)
        at.config_path.unlink()
        self.assertEqual(at.reload(), f"{kept}`{at.config_path}`: the configuration: the file cannot be read: "
                         "No such file or directory (os error 2)")
        self.assertEqual(stays.publish("r/1"), 0)
        self.assertEqual(self.connected(at, "more", ACL).publish("r/1"), 0)
        at.configure({"secret": tokens.SECRET})
        at.reload()
        self.assertEqual(stays.publish("r/1"), 0)

    def test_what_stays_good_stays_as_it_was(self):
        """Connected and offline, with wills, queues and expiry, after several reloads."""
        at = self.broker({"secret": tokens.SECRET})
        root = self.connected(at, "root", broker.SUPERUSER)
        root.subscribe("r/will")
        online = self.connected(at, "on", ACL, will=("r/will", "x"), will_qos=0)
        offline = self.connected(at, "off", ACL, **DURABLE)
        offline.subscribe("r/q")
        offline.leave()
        expires = int(time.time()) + 4
        ends = self.connected(at, "ends", {"exp": expires})
        away = self.connected(at, "away", {"exp": expires}, **DURABLE)
        away.leave()
        for _ in range(3):
            at.reload()
            self.assertEqual(online.publish("r/1"), 0)
        root.publish("r/q", "queued")
        offline = self.connected(at, "off", ACL, **DURABLE)
        self.assertEqual(offline.message(), ("r/q", "queued"))
        online.close()
        self.assertEqual(root.message(), ("r/will", "x"))
        self.assertEqual(ends.wait_closed(), 0x98)
        self.assertLess(time.time(), expires + 2)
        at.wait_log(f"jwt_auth: ended while offline: expired: {away.name}")

    def test_who_is_refused_at_a_reload_can_do_nothing_more(self):
        """The ACL file would allow the will and the queue."""
        at = self.broker({"secret": tokens.SECRET})
        root = self.connected(at, "root", broker.SUPERUSER)
        root.subscribe("own/+/will")
        offline = self.connected(at, "off", None, **DURABLE)
        offline.subscribe("shared")
        offline.leave()
        online = self.connected(at, "on", None, will=("own/on/will", "x"), will_delay=1, expiry=600)
        at.configure({"secret": tokens.SECRET, "verify_claims": {"is_superuser": True}})
        at.reload()
        online.wait_closed()
        root.publish("shared", "not for him")
        sentinel = self.connected(at, "z", broker.SUPERUSER, will=("own/z/will", "z"), will_delay=2,
                                  expiry=600)
        sentinel.close()
        self.assertEqual(root.message(), ("own/z/will", "z"))
        at.configure({"secret": tokens.SECRET})
        at.reload()
        offline = self.connected(at, "off", None, **DURABLE)
        offline.subscribe("shared")
        root.publish("shared", "for him")
        self.assertEqual(offline.message(), ("shared", "for him"))

    def test_the_options_of_the_broker_s_file_are_kept_and_files_read_again(self):
        at = broker.Broker()
        (at.directory / "key").write_text(tokens.SECRET)
        conf = at.directory / "mosquitto.conf"
        conf.write_text(conf.read_text().replace(f"plugin_opt_config_file {at.config_path}",
                                                 f"plugin_opt_secret_file {at.directory}/key"))
        self.enterContext(at)
        client = self.connected(at, "c", ACL)
        at.reload()
        self.assertEqual(client.publish("r/1"), 0)
        (at.directory / "key").write_text(tokens.OTHER_SECRET)
        at.reload()
        client.wait_closed()
        self.connected(at, "c", password=tokens.token(ACL, secret=tokens.OTHER_SECRET))

    def test_a_client_whose_token_is_revoked_is_disconnected(self):
        at = broker.Broker({"secret": tokens.SECRET})
        revoked = at.directory / "revoked"
        revoked.write_text("{}")
        at.configure({"secret": tokens.SECRET, "revocations_file": str(revoked)})
        self.enterContext(at)
        bad = tokens.token(ACL, jti="bad")
        others = [self.connected(at, f"n{i}", {**ACL, "jti": f"n{i}"}) for i in range(30)]
        client = self.connected(at, "bad", password=bad)
        away = self.connected(at, "away", {"jti": "bad"}, **DURABLE)
        away.subscribe("shared")
        away.leave()
        changed = time.time()
        new = at.directory / "revoked.new"
        new.write_text(json.dumps({"jti": ["bad"]}))
        new.rename(revoked)
        self.assertEqual(client.wait_closed(), 0x98)
        self.assertLess(time.time() - changed, 10)
        at.wait_log(f"jwt_auth: disconnected: revoked: token {tokens.fingerprint(bad)}")
        at.wait_log(f"jwt_auth: ended while offline: revoked: {away.name}")
        self.assertEqual(at.client("bad", password=bad).code, 0x87)
        for other in others:
            self.assertEqual(other.publish("r/1"), 0)

    def test_a_list_of_revocations_that_is_yet_to_come_ends_no_session(self):
        at = self.broker({"secret": tokens.SECRET})
        client = self.connected(at, "c", ACL)
        away = self.connected(at, "away", ACL, **DURABLE)
        away.subscribe("r/#")
        away.leave()
        gone = self.connected(at, "gone", {**ACL, "tenant": "t2"})
        at.configure({"secret": tokens.SECRET, "verify_claims": {"acl": {"exists": True}},
                      "revocations_endpoint": {"url": "http://127.0.0.1:9/"}})
        at.reload()
        self.assertEqual(client.publish("r/1"), 0)
        self.assertEqual(at.client("new", ACL).code, broker.UNAVAILABLE)
        # What is wrong with a token counts as before.
        at.configure({"secret": tokens.SECRET, "verify_claims": {"tenant": [{"exists": False}, "t1"]},
                      "revocations_endpoint": {"url": "http://127.0.0.1:9/"}})
        at.reload()
        gone.wait_closed()
        self.assertEqual(client.publish("r/1"), 0)
        at.configure({"secret": tokens.SECRET})
        at.reload()
        again = self.connected(at, "away", ACL, **DURABLE)
        self.assertEqual([again.message()[0] for _ in range(2)], ["r/1", "r/1"])

    def test_killed_and_started_again_it_knows_who_comes_back(self):
        at = broker.Broker({"secret": tokens.SECRET},
                           lines="persistence true\npersistence_location {dir}/\nautosave_interval 1\n"
                           "autosave_on_changes true\n")
        self.enterContext(at)
        client = self.connected(at, "durable", ACL, **DURABLE)
        client.subscribe("r/#")
        client.leave()
        root = self.connected(at, "root", broker.SUPERUSER)
        root.publish("r/1", "before", retain=True)
        deadline = time.monotonic() + mqtt.PATIENCE
        while not (at.directory / "mosquitto.db").exists() and time.monotonic() < deadline:
            root.ping()
        at.kill()
        at.start().wait_running()
        root = self.connected(at, "root", broker.SUPERUSER)
        # Nobody knows the permissions of a client that has not come back: the ACL file decides.
        root.publish("r/1", "while unknown")
        client = self.connected(at, "durable", ACL, **DURABLE)
        self.assertEqual(client.present, 1)
        root.publish("r/1", "after")
        found = [client.message()[1]]
        while found[-1] != "after":
            found.append(client.message()[1])
        self.assertNotIn("while unknown", found)
        self.assertEqual(client.publish("x"), 0x87)
        at.reload()
        self.assertEqual(client.publish("r/1"), 0)


if __name__ == "__main__":
    unittest.main()
