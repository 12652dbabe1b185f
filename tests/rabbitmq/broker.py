"""A RabbitMQ node with the backend, on ports of its own of 127.0.0.1, for one test case."""

import contextlib
import ctypes
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
# The MQTT client and the tokens of the tests of Mosquitto's plugin.
sys.path.append(str(ROOT / "tests/mosquitto"))

import mqtt  # noqa: E402
import tokens  # noqa: E402
import websocket  # noqa: E402

PLUGINS = os.environ.get("JWT_AUTH_RABBITMQ_PLUGINS") or str(ROOT / "target/rabbitmq/plugins")
# A folder with another release of Debian: its RabbitMQ runs inside, and the clients outside.
FOLDER = os.environ.get("JWT_AUTH_DEBIAN_FOLDER")
INSIDE = ["sh", str(ROOT / "tests/run/inside.sh"), FOLDER] if FOLDER else []
HOME = pathlib.Path("/usr/lib/rabbitmq/lib") / sorted(
    os.listdir((FOLDER or "") + "/usr/lib/rabbitmq/lib"))[-1]
VERSION = tuple(int(part) for part in HOME.name.removeprefix("rabbitmq_server-").split("."))

# MQTT is native from 3.12 on, and MQTT 5 came with 3.13.
HAS_MQTT_5 = VERSION >= (3, 13)

MQTT_3_1_1, MQTT_5 = 4, 5
ACCEPTED, BAD_CREDENTIALS, NOT_AUTHORIZED = 0, 4, 5
# The same in MQTT 5.
BAD_CREDENTIALS_5, NOT_AUTHORIZED_5, BAD_METHOD = 0x86, 0x87, 0x8C


def free_port():
    """None that the system gives to connections: until the node listens, one might have got it."""
    while True:
        port = random.randrange(10000, 32000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def end_with_parent():
    """What a test has started does not outlive it, however that ends."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)


class Broker:
    """settings: lines of rabbitmq.conf."""

    def __init__(self, config=None, settings=""):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="jwt-auth-"))
        self.port, self.tls_port, self.web_port = free_port(), free_port(), free_port()
        self.amqp_port, self.epmd_port = free_port(), free_port()
        self.log_path = self.directory / "log"
        self.config_path = self.directory / "jwt_auth.json"
        if config is not None:
            self.configure(config)
        (self.directory / "enabled").write_text(
            "[rabbitmq_mqtt, rabbitmq_web_mqtt, rabbitmq_auth_backend_jwt_auth].")
        (self.directory / "env.conf").write_text("")
        self.certificate = self.make_certificate()
        (self.directory / "rabbitmq.conf").write_text(
            f"listeners.tcp.1 = 127.0.0.1:{self.amqp_port}\n"
            f"mqtt.listeners.tcp.1 = 127.0.0.1:{self.port}\n"
            f"mqtt.listeners.ssl.1 = 127.0.0.1:{self.tls_port}\n"
            f"ssl_options.certfile = {self.certificate}\n"
            f"ssl_options.keyfile = {self.directory}/key\n"
            f"web_mqtt.tcp.ip = 127.0.0.1\nweb_mqtt.tcp.port = {self.web_port}\n"
            "mqtt.allow_anonymous = false\n"
            "auth_backends.1 = rabbit_auth_backend_jwt_auth\n"
            f"auth_jwt_auth.config_file = {self.config_path}\n"
            # Whatever it tells, it tells no secret.
            "log.console = true\nlog.console.level = debug\nlog.file = false\n" + settings
        )
        self.environment = {
            **os.environ,
            "HOME": str(self.directory),
            "RABBITMQ_HOME": str(HOME),
            "RABBITMQ_BASE": str(self.directory),
            "RABBITMQ_NODENAME": "jwt_auth@localhost",
            "RABBITMQ_MNESIA_BASE": str(self.directory / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.directory),
            "RABBITMQ_PID_FILE": str(self.directory / "pid"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.directory / "enabled"),
            "RABBITMQ_CONF_ENV_FILE": str(self.directory / "env.conf"),
            "RABBITMQ_CONFIG_FILE": str(self.directory / "rabbitmq.conf"),
            "RABBITMQ_PLUGINS_DIR": f"{HOME}/plugins:{PLUGINS}",
            "RABBITMQ_NODE_PORT": str(self.amqp_port),
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            "ERL_EPMD_PORT": str(self.epmd_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_CRASH_DUMP": str(self.directory / "erl_crash.dump"),
        }
        self.processes = []

    def configure(self, config):
        """The file is renamed into place, so that a reader sees the old one or the new one."""
        new = self.directory / "new"
        new.write_text(config if isinstance(config, str) else json.dumps(config))
        new.rename(self.config_path)

    def make_certificate(self):
        certificate = self.directory / "crt"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
             "-keyout", self.directory / "key", "-out", certificate, "-days", "1", "-subj", "/CN=localhost",
             "-addext", "subjectAltName=DNS:localhost"], check=True, capture_output=True)
        return certificate

    def start(self):
        # The node would start one that stays.
        self.run("epmd")
        self.wait(self.epmd_answers, "epmd does not answer")
        self.run(str(HOME / "sbin/rabbitmq-server"))
        self.wait_log("Server startup complete", 120)
        return self

    def run(self, command):
        with open(self.log_path, "ab") as log:
            self.processes.append(
                subprocess.Popen([*INSIDE, command], env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                 preexec_fn=end_with_parent)
            )

    def epmd_answers(self):
        try:
            socket.create_connection(("127.0.0.1", self.epmd_port)).close()
            return True
        except ConnectionRefusedError:
            return False

    def stop(self):
        for process in reversed(self.processes):
            process.terminate()
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        leaked = self.secrets_in_log()
        shutil.rmtree(self.directory)
        assert not leaked, f"the log shows {leaked}"

    def log(self):
        return self.log_path.read_text(errors="replace")

    def wait(self, happens, otherwise, patience=mqtt.PATIENCE):
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline and self.processes[-1].poll() is None:
            if happens():
                return
            time.sleep(0.1)
        raise AssertionError(f"{otherwise}:\n{self.log()[-4000:]}")

    def wait_log(self, pattern, patience=mqtt.PATIENCE):
        self.wait(lambda: re.search(pattern, self.log()), f"no line /{pattern}/ in the log", patience)

    def ask(self, expression):
        """What the node says to an expression of Erlang."""
        command = [*INSIDE, str(HOME / "sbin/rabbitmqctl"), "eval", expression]
        return subprocess.run(command, env=self.environment, check=True, capture_output=True,
                              text=True, timeout=120).stdout.strip()

    def told(self, call):
        """What a function for operators prints."""
        answer = self.ask(f"rabbit_auth_backend_jwt_auth:{call}.")
        assert answer.endswith("\nok"), answer
        return answer.removesuffix("ok")

    def look(self):
        """Has the backend look at its file now."""
        return self.ask("jwt_auth_config_file:look().")

    def client(self, client_id, claims=None, password=None, username="alice", version=MQTT_3_1_1, over="tcp",
               **options):
        if password is None:
            password = tokens.token(claims)
        if over == "tls":
            options["tls"] = ssl.create_default_context(cafile=str(self.certificate))
        if over == "websocket":
            options["tls"] = websocket.Upgrade()
        port = {"tcp": self.port, "tls": self.tls_port, "websocket": self.web_port}[over]
        return mqtt.Client(port, client_id, password, username=username, version=version, **options)

    def connections(self):
        """An expression of Erlang: the processes of all MQTT connections."""
        return "rabbit_mqtt:local_connection_pids()" if HAS_MQTT_5 else "rabbit_direct:list_local()"

    def secrets_in_log(self):
        log = self.log()
        signatures = [made.rsplit(".", 1)[1] for made in tokens.made]
        return [one for one in [tokens.SECRET, tokens.OTHER_SECRET, *signatures] if one in log]


class Case(unittest.TestCase):
    """All tests of a case share one broker: it takes seconds to start."""

    CONFIG = {"secret": tokens.SECRET}
    SETTINGS = ""

    @classmethod
    def setUpClass(cls):
        cls.broker = Broker(cls.CONFIG, cls.SETTINGS)
        cls.addClassCleanup(cls.broker.stop)
        cls.broker.start()

    def connected(self, client_id, claims=None, **options):
        client = self.broker.client(client_id, claims, **options)
        self.addCleanup(client.close)
        self.assertEqual(client.code, ACCEPTED, self.broker.log()[-2000:])
        return client

    def refused(self, code, client_id="refused", **options):
        client = self.broker.client(client_id, **options)
        self.addCleanup(client.close)
        self.assertEqual(client.code, code)

    def publishes(self, client, topic, **options):
        self.assertEqual(client.publish(topic, "x", **options), 0)

    def may_not_publish(self, client, topic, **options):
        """RabbitMQ closes the connection: MQTT 3.1.1 has no refusal of a message."""
        with self.assertRaises(mqtt.Closed):
            client.publish(topic, "x", **options)

    def may_not_subscribe(self, client, topic):
        """Up to 3.11 the connection is closed here too."""
        if HAS_MQTT_5:
            self.assertEqual(client.subscribe(topic), 0x80 if client.version == MQTT_3_1_1 else NOT_AUTHORIZED_5)
        else:
            with self.assertRaises(mqtt.Closed):
                client.subscribe(topic)
