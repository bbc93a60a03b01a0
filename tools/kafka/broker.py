"""A real Kafka broker on loopback, and Kafka Connect beside it; `python tools/kafka/broker.py` runs one until Ctrl-C.

The jars come from Maven by ``pom.xml`` beside this file, once, into ``build/kafka`` of the repository.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from base64 import urlsafe_b64encode
from contextlib import suppress
from pathlib import Path
from typing import Self

HERE = Path(__file__).resolve().parent
KEPT = HERE.parents[1] / "build/kafka"
_PROPERTIES = """
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
log.dirs={logs}
num.partitions=1
default.replication.factor=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
"""
_LOG4J = """
status = error
appender.out.type = Console
appender.out.name = out
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = %d %p %c{1} %m%n
rootLogger.level = warn
rootLogger.appenderRef.out.ref = out
"""


def missing() -> str:
    """What has to be installed before a broker can run; empty: nothing."""
    wanted = [name for name in ("java", "mvn") if shutil.which(name) is None]
    return f"not installed: {', '.join(wanted)} (Debian: default-jre-headless maven)" if wanted else ""


def jars() -> Path:
    """The folder of the jars; fetched when it is not there, by one process at a time. Seconds once, then none."""
    done, pom = KEPT / "pom.xml", HERE / "pom.xml"
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists() or done.read_text() != pom.read_text():
            target = f"-DoutputDirectory={KEPT / 'lib'}"
            command = ["mvn", "-q", "-B", "-f", str(pom), "dependency:copy-dependencies", target]
            subprocess.run(command, check=True, stdout=sys.stderr)
            shutil.copy(pom, done)
    return KEPT / "lib"


class Jvm:
    """A Java program with our jars; ends with the process that started it."""

    def __init__(self, folder: Path, name: str, *arguments: str, heap: str = "256m") -> None:
        (folder / "log4j2.properties").write_text(_LOG4J)
        java = shutil.which("java") or "java"
        guard = [setpriv, "--pdeathsig", "KILL"] if (setpriv := shutil.which("setpriv")) else []
        self.command = [
            *guard, java, f"-Xmx{heap}", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", f"{jars()}/*",
            f"-Dlog4j2.configurationFile={folder / 'log4j2.properties'}", *arguments,
        ]  # fmt: skip
        self.log = folder / f"{name}.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(self.command, stdout=out, stderr=out, stdin=subprocess.DEVNULL)

    def end(self, number: int = signal.SIGTERM) -> None:
        """Stop it; SIGKILL: as a power cut would."""
        if self.process is None:
            return
        self.process.send_signal(number)
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def require_alive(self) -> None:
        if self.process is None or self.process.poll() is not None:
            raise RuntimeError(f"it ended: {self.log.read_text()[-2000:]}")


class Broker:
    """One node in KRaft mode, broker and controller. ``servers`` is what KAFKA_BOOTSTRAP_SERVERS takes."""

    def __init__(self, folder: Path, *, port: int = 0) -> None:
        self.folder, self.port = folder, port or free_port()
        self.servers = f"127.0.0.1:{self.port}"
        settings = folder / "server.properties"
        values = {"port": self.port, "controller": free_port(), "logs": folder / "logs"}
        settings.write_text(_PROPERTIES.format(**values))
        # An id that begins with a dash would be taken for an option.
        cluster = "e" + urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")[1:]
        tool = Jvm(folder, "format", "kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(settings))
        tool.start()
        assert tool.process is not None
        if tool.process.wait():
            raise RuntimeError(tool.log.read_text()[-2000:])
        self.jvm = Jvm(folder, "broker", "kafka.Kafka", str(settings), heap="384m")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.jvm.end(signal.SIGKILL)

    def start(self) -> None:
        """Start it and wait until it listens."""
        self.jvm.start()
        wait_for_port(self.port, self.jvm)

    def restart(self, number: int = signal.SIGKILL) -> None:
        """End it and start it again on the same port with the same logs."""
        self.jvm.end(number)
        self.start()


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_port(port: int, jvm: Jvm, *, for_s: float = 90) -> None:
    """Until somebody listens there."""
    until = time.monotonic() + for_s
    while time.monotonic() < until:
        jvm.require_alive()
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError(f"port {port} does not answer: {jvm.log.read_text()[-2000:]}")


def connect_worker(folder: Path, broker: Broker, connector: str) -> Jvm:
    """Kafka Connect, standalone, with one connector given as the text of its properties file; not started."""
    worker, given = folder / "worker.properties", folder / "connector.properties"
    base = (HERE.parents[1] / "deploy/debezium/worker.properties").read_text()
    worker.write_text(
        f"{base}\nbootstrap.servers={broker.servers}\noffset.storage.file.filename={folder / 'connect.offsets'}\n"
        f"listeners=http://127.0.0.1:{free_port()}\n"
    )
    given.write_text(connector)
    main = "org.apache.kafka.connect.cli.ConnectStandalone"
    return Jvm(folder, "connect", main, str(worker), str(given), heap="320m")


def main() -> int:
    """Run a broker in the foreground."""
    if lacking := missing():
        print(lacking, file=sys.stderr)
        return 1
    port = int(os.environ.get("KAFKA_PORT", "9092"))
    with tempfile.TemporaryDirectory(prefix="entrepot-kafka-") as folder, Broker(Path(folder), port=port) as broker:
        print(f"export KAFKA_BOOTSTRAP_SERVERS={broker.servers}  # Ctrl-C ends it", flush=True)
        return broker.jvm.process.wait() if broker.jvm.process else 1


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with suppress(KeyboardInterrupt):
        sys.exit(main())
