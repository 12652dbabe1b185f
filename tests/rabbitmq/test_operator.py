"""What an operator is told through `rabbitmqctl eval`."""

import re

from broker import BAD_CREDENTIALS, Case, tokens


class Operator(Case):
    def test_the_status_says_whether_all_is_well(self):
        client = self.connected("s1")
        self.refused(BAD_CREDENTIALS, "s2", password="hunter2")
        self.broker.wait(lambda: "connections: 1\n" in self.broker.told("status()"), "the connection is not counted")
        self.assertRegex(self.broker.told("status()"),
                         r"\Ahealth: ok\nconnections: 1\nrefusals explained: [1-9]\d*\nrefusals not explained: 0\n\Z")
        client.leave()
        self.broker.configure("{")
        self.addCleanup(self.broker.look)
        self.addCleanup(self.broker.configure, self.CONFIG)
        self.assertRegex(self.broker.told("status()"), r"\Ahealth: the configuration is not accepted: .*not valid JSON")

    def test_what_was_counted_is_told_to_prometheus(self):
        self.refused(BAD_CREDENTIALS, "p1", password="hunter2")
        told = self.broker.told("stats()")
        self.assertRegex(told, r'\njwt_auth_checks_total{decision="deny",reason="malformed_token"} [1-9]\d*\n')
        self.assertRegex(told, r"\A# HELP ")

    def test_why_a_client_was_refused_is_told(self):
        token = tokens.token({"exp": 1_700_000_000})
        self.refused(BAD_CREDENTIALS, "e1", password=token)
        told = self.broker.told('explain(<<"e1">>)')
        self.assertRegex(told, rf"\Arefused at .*: expired, token {tokens.fingerprint(token)}\n"
                               r"failed +exp +exp 2023-11-14T22:13:20Z was \d+ seconds ago")
        self.assertRegex(told, r"\npassed +signature +it is that of `secret`\n")
        self.assertIn("no refusal of this client is kept", self.broker.told('explain(<<"nobody">>)'))

    def test_a_client_without_a_password_is_told_as_well(self):
        self.assertIn("refused", self.broker.ask(
            'rabbit_auth_backend_jwt_auth:user_login_authentication(<<"u">>, [{client_id, <<"bare">>}]).'))
        self.assertRegex(self.broker.told('explain(<<"bare">>)'),
                         r"\Arefused at .*: missing_token\nfailed +token ")

    def test_what_is_kept_of_a_client_that_sends_its_token_everywhere_shows_none_of_it(self):
        token = tokens.token({"exp": 1_700_000_001})
        # The broker itself logs client ids and user names.
        tokens.made.remove(token)
        self.refused(BAD_CREDENTIALS, token, password=token, username=token)
        told = self.broker.told(f'explain(<<"{token}">>)')
        self.assertRegex(told, r"\Arefused at .*: expired")
        kept = self.broker.ask("ets:tab2list(jwt_auth_refusals).")
        runs = {token[at:at + 8] for at in range(len(token) - 7)}
        for text in told, re.sub(r"\s", "", kept):
            self.assertEqual([run for run in runs if run in text], [], text)
