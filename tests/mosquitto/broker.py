"""A broker with the plugin, on a port of its own of 127.0.0.1, for one test."""

import ctypes
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest

import mqtt
import tokens

ROOT = pathlib.Path(__file__).resolve().parents[2]
PLUGIN = os.environ.get("JWT_AUTH_PLUGIN") or str(ROOT / "target/mosquitto/mosquitto_jwt_auth.so")
# What is built from another_plugin.c.
ANOTHER_PLUGIN = os.environ.get("JWT_AUTH_ANOTHER_PLUGIN", "")
# A folder with another release of Debian, whose broker is run; else that of this machine.
FOLDER = os.environ.get("JWT_AUTH_DEBIAN")
INSIDE = ["sh", str(ROOT / "tests/run/inside.sh"), FOLDER] if FOLDER else []
# Debian keeps it where only root looks.
MOSQUITTO = "/usr/sbin/mosquitto"
if not FOLDER:
    MOSQUITTO = shutil.which("mosquitto", path=os.environ["PATH"] + ":/usr/sbin")


def version():
    """Of the broker, as a tuple."""
    said = subprocess.run(INSIDE + [MOSQUITTO, "-h"], capture_output=True, text=True).stdout
    return tuple(int(number) for number in re.search(r"version (\d+)\.(\d+)\.(\d+)", said).groups())


VERSION = version()
# The codes in a CONNACK of MQTT 5: plugins choose them from 2.1 on.
NOT_AUTHORIZED = 0x87
BAD_TOKEN, UNAVAILABLE = (0x86, 0x88) if VERSION >= (2, 1) else (NOT_AUTHORIZED, NOT_AUTHORIZED)

ACL_FILE = "user other\ntopic readwrite other/#\npattern readwrite own/%c/#\npattern read shared\n"
SUPERUSER = {"is_superuser": True}


reserved = []  # as long as this process runs


def free_port():
    """A port that no other test is given, nor an outgoing connection: those begin at 32768."""
    while True:
        port = random.randrange(20000, 32768)
        name = socket.socket(socket.AF_UNIX)
        try:
            name.bind(f"\0jwt-auth-port-{port}")
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(("127.0.0.1", port))
        except OSError:
            name.close()
            continue
        reserved.append(name)
        return port


def end_with_parent():
    """A broker does not outlive its test, however that ends."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)


class Broker:
    """options: the lines plugin_opt_NAME. config: what goes into a file instead. files: which files
    the plugin writes beside that, by the option that names them. lines: the rest of mosquitto.conf.
    command: what to run the broker under."""

    def __init__(self, config=None, options=None, files=(), lines="", acl=ACL_FILE, command=()):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="jwt-auth-"))
        self.port = free_port()
        self.log_path = self.directory / "log"
        self.config_path = self.directory / "jwt_auth.json"
        self.command = list(command)
        self.process = None
        if options is None:
            self.configure(config or {"secret": tokens.SECRET})
            options = {"config_file": self.config_path}
            options.update((name, self.directory / name) for name in files)
        plugin = [f"plugin {PLUGIN}"] + [f"plugin_opt_{name} {value}" for name, value in options.items()]
        if acl:
            (self.directory / "acl").write_text(acl)
            plugin.append(f"acl_file {self.directory}/acl")
        # As root it would become the user mosquitto, who cannot write here.
        user = "user root" if os.geteuid() == 0 else ""
        (self.directory / "mosquitto.conf").write_text(
            f"per_listener_settings false\nlog_type all\nlog_dest file {self.log_path}\n{user}\n"
            + "allow_anonymous false\n" + "\n".join(plugin) + f"\nlistener {self.port} 127.0.0.1\n"
            + lines.format(dir=self.directory, root=ROOT) + "\n"
        )

    def configure(self, config):
        text = config if isinstance(config, str) else json.dumps(config)
        # Renamed into place, so that a reader sees the one or the other.
        new = self.directory / "new"
        new.write_text(text)
        new.rename(self.config_path)

    def make_certificate(self, name="localhost", crt="crt", key="key"):
        """A certificate for this name that is its own authority, with its key in a file."""
        crt = self.directory / crt
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", f"/CN={name}",
             "-addext", f"subjectAltName=DNS:{name}", "-keyout", str(self.directory / key), "-out", str(crt)],
            check=True, capture_output=True)
        return crt

    def add_lines(self, lines):
        with open(self.directory / "mosquitto.conf", "a") as conf:
            conf.write(lines)

    def start(self):
        self.process = subprocess.Popen(
            INSIDE + self.command + [MOSQUITTO, "-c", str(self.directory / "mosquitto.conf")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=end_with_parent,
        )
        return self

    def wait_running(self, port=None):
        deadline = time.monotonic() + 90  # valgrind is slow
        while self.process.poll() is None and time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", port or self.port)).close()
                return self
            except ConnectionRefusedError:
                time.sleep(0.02)
        raise AssertionError(f"the broker does not run:\n{self.log()[-4000:]}")

    def __enter__(self):
        try:
            return self.start().wait_running()
        except AssertionError:
            self.stop()
            raise

    def __exit__(self, *_):
        self.stop()
        leaked = self.secrets_in_log()
        shutil.rmtree(self.directory)
        assert not leaked, f"the log shows {leaked}"

    def stop(self):
        if self.process is not None:
            self.process.terminate()
            self.process.wait(60)
            self.process = None

    def kill(self):
        self.process.kill()
        self.process.wait(60)
        self.process = None

    def log(self):
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def wait_log(self, pattern, patience=mqtt.PATIENCE):
        """Waits for a line, and gives it."""
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            found = re.search(f"^.*{pattern}.*$", self.log(), re.M)
            if found:
                return found.group()
            if self.process is not None and self.process.poll() is not None:
                break
            time.sleep(0.02)
        raise AssertionError(f"no line /{pattern}/ in the log:\n{self.log()[-4000:]}")

    def mark(self):
        """From here on, log_since looks for new lines."""
        return len(self.log())

    def wait_log_since(self, mark, pattern, patience=mqtt.PATIENCE):
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            found = re.search(pattern, self.log()[mark:], re.M)
            if found:
                return found.group()
            time.sleep(0.02)
        raise AssertionError(f"no new line /{pattern}/ in the log:\n{self.log()[mark:][-4000:]}")

    def reload(self):
        mark = self.mark()
        self.process.send_signal(signal.SIGHUP)
        line = self.wait_log_since(mark, "jwt_auth: (the configuration was read again|the new .*)")
        # All clients have authenticated again when the next one is answered.
        mqtt.Client(self.port, "after-reload", None, username=None).close()
        return line

    def client(self, client_id, claims=None, password=None, **options):
        """A client with a token. Its CONNACK is in `code`."""
        if password is None:
            password = tokens.token(claims)
        client = mqtt.Client(self.port, client_id, password, **options)
        client.name = f"token {tokens.fingerprint(password)}"  # in the plugin's log lines
        return client

    def secrets_in_log(self):
        log = self.log()
        signatures = [made.rsplit(".", 1)[1] for made in tokens.made + [tokens.SAMPLE]]
        hidden = {tokens.SECRET, tokens.OTHER_SECRET, "emqxsecret"} | {s for s in signatures if len(s) > 8}
        return [one for one in hidden if one in log]

    def memory(self):
        """Resident memory in bytes."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) * 1024


class Case(unittest.TestCase):
    def broker(self, *args, **options):
        broker = Broker(*args, **options)
        self.enterContext(broker)
        return broker

    def connected(self, broker, client_id, claims=None, **options):
        client = broker.client(client_id, claims, **options)
        self.addCleanup(client.close)
        self.assertEqual(client.code, 0, broker.log()[-2000:])
        return client

    def watcher(self, broker, *filters):
        """A superuser that receives what others publish."""
        client = self.connected(broker, "watcher", SUPERUSER)
        for one in filters or ("#",):
            self.assertLessEqual(client.subscribe(one), 2)
        return client
