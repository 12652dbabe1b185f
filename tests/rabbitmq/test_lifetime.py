"""What becomes of clients that are connected."""

import json
import time

from broker import BAD_CREDENTIALS, Case, mqtt, tokens

ALL = {"acl": {"all": ["#"]}}
USER_NAMES = '{"secret": "%s", "from": "username"}' % tokens.SECRET
# A session is asked about every ten seconds, and ended within a second or two.
PATIENCE = 30


def soon(seconds=3):
    return {**ALL, "exp": int(time.time()) + seconds}


class Lifetime(Case):
    def setUp(self):
        self.broker.configure(self.CONFIG)
        self.assertEqual(self.broker.look(), "ok")

    def test_a_client_is_disconnected_when_its_token_expires(self):
        token = tokens.token(soon())
        client = self.connected("expires", password=token)
        # From now on RabbitMQ does not ask about this topic.
        self.publishes(client, "a")
        client.wait_closed(PATIENCE)
        self.broker.wait_log(f"the session of token {tokens.fingerprint(token)} ends: expired")
        self.refused(BAD_CREDENTIALS, "expires", claims={"exp": int(time.time()) - 1})

    def test_a_token_that_is_sent_in_every_field_is_in_no_line_of_ours(self):
        token = tokens.token(soon())
        # The broker itself logs client ids and user names.
        tokens.made.remove(token)
        client = self.connected(token, password=token, username=token)
        time.sleep(1.5)
        processes = ["rabbit_auth_backend_jwt_auth_connections", "jwt_auth_config_file"]
        status = [self.broker.ask(f"sys:get_status({process}).") for process in processes]
        client.wait_closed(PATIENCE)
        self.refused(BAD_CREDENTIALS, token, password=token, username=token)
        for line in [r"refused: expired \(exp .* ago, leeway 0\): client not shown",
                     f"the session of token {tokens.fingerprint(token)} ends"]:
            self.broker.wait_log(line)
        again = self.connected(token + "2", ALL, username=token)
        time.sleep(1.5)
        ours = ["jwt_auth: "]
        for process in processes:
            # The lines of a crash report begin with the process.
            ours.append(self.broker.ask(f"pid_to_list(whereis({process})).").strip('"'))
            self.broker.ask(f"sys:terminate({process}, a_crash).")
        self.broker.wait_log(f"{ours[-1]}.*a_crash")
        again.close()
        lines = [line for line in self.broker.log().splitlines() if any(part in line for part in ours)]
        runs = {token[at:at + 8] for at in range(len(token) - 7)}
        for text in status + lines:
            self.assertEqual([run for run in runs if run in text], [], text)

    def test_a_crash_of_a_connection_shows_no_claims(self):
        token = tokens.token({**ALL, "note": "claim-that-nobody-sees"})
        self.connected("crashes", password=token).ping()
        self.broker.ask(f"[gen_server:cast(Pid, a_crash) || Pid <- {self.broker.connections()}].")
        self.broker.wait_log(r"(?s)CRASH REPORT|crasher:.*a_crash")
        for hidden in "claim-that-nobody-sees", token.split(".")[1]:
            self.assertNotIn(hidden, self.broker.log())

    def test_an_expired_client_may_do_nothing_in_the_meantime(self):
        client = self.connected("late", soon(1))
        time.sleep(1.2)
        with self.assertRaises(mqtt.Closed):
            client.publish("b", "x")

    def test_a_token_may_expire_later_than_any_timer_of_erlang(self):
        # RabbitMQ sets a timer to the end of each session; the report of a crash shows CONNECT.
        for late in 9_000_000_000 - 1, 9_000_000_000, 10_000_000_000_000:
            with self.subTest(late):
                token = tokens.token({**ALL, "exp": late})
                client = self.connected("far", password=token)
                self.publishes(client, "a")
                client.leave()
                self.assertNotIn(token.split(".")[1], self.broker.log())

    def test_the_client_that_takes_over_stays_when_the_first_token_expires(self):
        first = self.connected("same", soon())
        second = self.connected("same", ALL)
        first.wait_closed()
        self.publishes(second, "a")
        time.sleep(5)
        self.publishes(second, "a")
        self.publishes(second, "c")

    def test_a_revoked_client_is_disconnected(self):
        revoked = self.broker.directory / "revoked.json"
        revoked.write_text("{}")
        self.broker.configure({**self.CONFIG, "revocations_file": str(revoked)})
        self.assertEqual(self.broker.look(), "ok")
        token = tokens.token({**ALL, "jti": "t1"})
        client = self.connected("revoked", password=token)
        other = self.connected("other", {**ALL, "jti": "t2"})
        new = self.broker.directory / "revoked.new"
        new.write_text(json.dumps({"jti": ["t1"]}))
        new.rename(revoked)
        client.wait_closed(PATIENCE)
        self.broker.wait_log(f"the session of token {tokens.fingerprint(token)} ends: revoked")
        self.refused(BAD_CREDENTIALS, "revoked", claims={**ALL, "jti": "t1"})
        self.publishes(other, "a")

    def test_clients_of_a_key_that_is_gone_are_disconnected(self):
        token = tokens.token(ALL)
        client = self.connected("old", password=token)
        self.broker.configure({"secret": tokens.OTHER_SECRET})
        self.assertEqual(self.broker.look(), "ok")
        client.wait_closed(PATIENCE)
        self.broker.wait_log(f"the session of token {tokens.fingerprint(token)} ends: no_key")
        self.refused(BAD_CREDENTIALS, "old", claims=ALL)
        new = tokens.token(ALL, secret=tokens.OTHER_SECRET)
        self.publishes(self.connected("new", password=new), "a")

    def test_a_configuration_that_is_not_accepted_changes_nothing(self):
        client = self.connected("stays", ALL)
        for config, message in {
            "{": "not valid JSON",
            '{"secret": ""}': "`secret`",
            USER_NAMES: "`from`: a token must not be the user name",
            "\ufeff" + USER_NAMES: "`from`: a token must not be the user name",
        }.items():
            self.broker.configure(config)
            self.assertIn("error", self.broker.look())
            self.broker.wait_log("not accepted, the old one stays: .*" + message)
        self.publishes(client, "a")
        self.publishes(self.connected("comes", ALL), "a")

    def test_a_configuration_may_begin_with_a_byte_order_mark(self):
        self.broker.configure("\ufeff" + json.dumps({"secret": tokens.OTHER_SECRET}))
        self.assertEqual(self.broker.look(), "ok")
        self.connected("marked", password=tokens.token(ALL, secret=tokens.OTHER_SECRET))

    def test_clients_that_went_leave_nothing_behind(self):
        for number in range(100):
            self.connected(f"n{number}", ALL).close()
        stays = self.connected("stays", ALL)
        live = count = None
        for _ in range(10):
            time.sleep(1)
            count = self.broker.ask("gen_server:call(rabbit_auth_backend_jwt_auth_connections, count).")
            live = self.broker.ask("[garbage_collect(P) || P <- processes()], jwt_auth_nif:live().")
            if (live, count) == ("{1,1}", "1"):
                break
        self.assertEqual((live, count), ("{1,1}", "1"))
        self.publishes(stays, "a")

    def test_the_process_that_ends_connections_finds_them_again(self):
        client = self.connected("found", soon(4))
        self.broker.ask("exit(whereis(rabbit_auth_backend_jwt_auth_connections), kill).")
        client.wait_closed(PATIENCE)
