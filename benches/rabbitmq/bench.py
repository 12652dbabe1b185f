"""What the backend costs RabbitMQ: processor time of the node, beside one whose clients have passwords.

Both nodes run at the same time and take turns. Time is that of the node's process, so that it does
not matter how fast the clients are.
"""

import os
import pathlib
import statistics
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests/rabbitmq"))

import broker  # noqa: E402
import mqtt  # noqa: E402
import tokens  # noqa: E402

ROUNDS = int(os.environ.get("ROUNDS", "15"))
CONNECTS, PUBLISHES = 400, 100_000
# A user that every node has, from 127.0.0.1.
USER, PASSWORD = "guest", "guest"


class Side:
    def __init__(self, node, backend):
        self.node, self.backend, self.number = node, backend, 0

    def processor_seconds(self):
        """Of the virtual machine, which the script that starts it has become or has below it. The number
        of the clock of another process is made as clock_getcpuclockid(3) of Linux makes it."""
        return sum(time.clock_gettime(~process << 3 | 2) for process in self.processes())

    def processes(self):
        found, ahead = [], [self.node.processes[-1].pid]
        while ahead:
            process = ahead.pop()
            found.append(process)
            for task in pathlib.Path(f"/proc/{process}/task").iterdir():
                ahead += map(int, (task / "children").read_text().split())
        return found

    def packet(self):
        self.number += 1
        client_id = f"c{self.number}"
        if not self.backend:
            return mqtt.connect_packet(client_id, PASSWORD, username=USER, version=4)
        claims = {"sub": client_id, "acl": {"pub": [f"up/{client_id}/#"]}}
        return mqtt.connect_packet(client_id, tokens.token(claims), username="alice", version=4)

    def connect(self, packet):
        client = Raw(self.node.port)
        client.socket.sendall(packet)
        assert client.wait(mqtt.CONNACK)[1] == 0
        return client

    def must_decide(self):
        """Where everybody gets in, nothing would be measured."""
        client = Raw(self.node.port)
        client.socket.sendall(mqtt.connect_packet("c0", "no token", username="alice", version=4))
        assert client.wait(mqtt.CONNACK)[1] != 0

    def connects(self):
        """Microseconds of a connect, the end of the connection included."""
        packets = [self.packet() for _ in range(CONNECTS)]

        def work():
            for packet in packets:
                self.connect(packet).leave()

        return self.timed(CONNECTS, work)

    def publishes(self):
        client = self.connect(self.packet())
        topic = f"up/c{self.number}/temperature"
        block = mqtt.packet(mqtt.PUBLISH, mqtt.text(topic) + b"21.5") * 1000

        def work():
            for _ in range(PUBLISHES // 1000):
                client.socket.sendall(block)
            client.ping()

        microseconds = self.timed(PUBLISHES, work)
        client.leave()
        return microseconds

    def timed(self, count, work):
        before = self.processor_seconds()
        work()
        # What goes on after the answer.
        time.sleep(0.2)
        return (self.processor_seconds() - before) / count * 1e6


class Raw(mqtt.Client):
    """A client that has not sent anything yet."""

    def __init__(self, port):
        self.version, self.messages, self.disconnected, self.buffer = 4, [], None, b""
        self.socket = mqtt.socket.create_connection(("127.0.0.1", port), mqtt.PATIENCE)


def node(backend):
    settings = "" if backend else "auth_backends.1 = internal\n"
    made = broker.Broker({"secret": tokens.SECRET}, settings)
    # Schedulers that wait for work do not spin, and no line is written for each client.
    made.environment["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] += " +sbwt none +sbwtdcpu none +sbwtdio none"
    conf = made.directory / "rabbitmq.conf"
    text = conf.read_text().replace("log.console.level = debug", "log.console.level = error")
    if not backend:
        text = text.replace("auth_backends.1 = rabbit_auth_backend_jwt_auth\n", "")
        made.environment["RABBITMQ_NODENAME"] = "passwords@localhost"
    conf.write_text(text)
    return made


def wait_listening(made):
    def listens():
        try:
            mqtt.socket.create_connection(("127.0.0.1", made.port)).close()
            return True
        except ConnectionRefusedError:
            return False

    made.wait(listens, "the node does not listen", 120)


def row(name, beside, measured):
    ratios = sorted(one / other for one, other in zip(measured, beside))
    quarter = len(ratios) // 4
    print(f"  {name:<36} {statistics.median(measured):9.1f} {statistics.median(beside):9.1f}   "
          f"{statistics.median(ratios):.3f} ({ratios[quarter]:.3f} to {ratios[-1 - quarter]:.3f})")


def main():
    sides = []
    try:
        for backend in (False, True):
            made = node(backend)
            sides.append(Side(made, backend))
            made.run("epmd")
            made.wait(made.epmd_answers, "epmd does not answer")
            made.run(str(broker.HOME / "sbin/rabbitmq-server"))
            wait_listening(made)
            sides[-1].must_decide()
        figures = {name: ([], []) for name in ("connects", "publishes")}
        for turn in range(ROUNDS + 1):
            for name, measured in figures.items():
                for index in (0, 1) if turn % 2 else (1, 0):
                    figure = getattr(sides[index], name)()
                    if turn > 0:  # the first one warms up
                        measured[index].append(figure)
        print(f"RabbitMQ {'.'.join(map(str, broker.VERSION))}, processor time of the node in us, "
              f"beside passwords; ratio (quartiles)")
        row("a connect and its end, HS256", *figures["connects"])
        row("a publish with QoS 0, under ACL", *figures["publishes"])
    finally:
        for side in sides:
            side.node.stop()


if __name__ == "__main__":
    main()
