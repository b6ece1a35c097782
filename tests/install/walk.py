"""Walks through docs/install.md, "Without containers", on a new Debian, with its real systemd.

`python3 tests/install/walk.py [FOLDER]`, as root, with debootstrap and systemd-nspawn (Debian:
systemd-container) and a network for packages: some five minutes, and 2 GB in a folder that is
removed again, unless one is named. The lines of the guide are run as they stand there. Then the
desk has to be well by its own doctor, to answer, to read a document, to survive killed servers and
a restart of the machine, and to keep its secrets from its own users. Standard library only.
"""

import io
import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RELEASE = "trixie"
NAME = "desk.example.org"
PATIENCE = 180  # seconds
UNITS = ["web", "worker@read", "worker@watch", "worker@deliver", "beat", "signer"]
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
ARTICLE = "Selon la préfecture, le pont de Bruzac a été fermé le 3 mars 2026 pour 84 000 véhicules."
# What a browser behind the proxy would send.
ASK = f"""
import http.client, sys
connection = http.client.HTTPConnection("127.0.0.1", 8000, timeout=20)
connection.request("GET", sys.argv[1], headers={{
    "Host": "{NAME}", "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"}})
answer = connection.getresponse()
print(answer.status, answer.getheader("Strict-Transport-Security", "")[:16])
"""


def say(sentence: str) -> None:
    """Tell it now."""
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()


def commands() -> list[str]:
    """The guide's blocks, in order; the last is the upgrade."""
    guide = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")
    return re.findall(r"```sh\n(.*?)```", guide.partition("## Without containers")[2], re.DOTALL)


def debian(root: Path) -> None:
    """A new Debian with systemd and the release in /opt/claim-tracker, and nothing else of ours."""
    sites = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(SITE)"],
        capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    mirror = next(site for site in sites if "security" not in site)
    packages = "--include=ca-certificates,systemd,systemd-sysv"
    command = ["debootstrap", "--variant=minbase", packages, RELEASE, str(root), mirror]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    place = root / "opt" / "claim-tracker"
    place.mkdir()
    archive = subprocess.run(
        ["git", "archive", "HEAD"], cwd=ROOT, capture_output=True, check=True
    ).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as release:
        release.extractall(place, filter="data")
    # The machine's own way to its package index, whatever that is.
    for path in (CERTIFICATES, Path("/etc/pip.conf"), Path("/etc/resolv.conf")):
        if path.is_file():
            shutil.copy(path, root / path.relative_to("/"))


def contained(root: Path, *arguments: str) -> list[str]:
    """The command line of a container on that system."""
    quiet = ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", f"--directory={root}"]
    return [*quiet, *arguments]


def prepared(root: Path, block: str) -> None:
    """Run a block of the guide before anything is started, where the packages can be had."""
    passed = [f"--setenv={name}" for name in os.environ if name.startswith(("PIP_", "http"))]
    shell = ["sh", "-euc", f"apt-get update --quiet=2\n{block}"]
    command = contained(root, "--setenv=DEBIAN_FRONTEND=noninteractive", *passed, "--pipe", *shell)
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(
            f"the packages could not be had:\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
        )


class Machine:
    """A system that is running, with a loopback of its own and no other network."""

    def __init__(self, leader: int) -> None:
        self.leader = leader

    def run(self, script: str, *, fails: bool = False) -> str:
        """What a shell of root's there says; SystemExit with it where it fails, unless it must."""
        inside = ["nsenter", f"--target={self.leader}", "--all", "env", "-i"]
        inside += ["PATH=/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root"]
        command = [*inside, "sh", "-euc", f"cd /opt/claim-tracker\n{script}"]
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if bool(done.returncode) != fails:
            raise SystemExit(f"$ {script}\nended with {done.returncode}:\n{done.stdout[-5000:]}")
        return done.stdout

    def until(self, script: str) -> str:
        """What the shell says at last; SystemExit where it fails for too long."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return self.run(script)
            except SystemExit:
                if time.monotonic() > deadline:
                    self.journal()
                    raise
                time.sleep(2)

    def journal(self) -> None:
        """Show what the services said last."""
        say(self.run("journalctl --no-pager -n 60 -u 'claim-tracker*' || true"))


@contextmanager
def running(root: Path) -> Iterator[Machine]:
    """The system, started and stopped as a machine is."""
    command = contained(root, "--private-network", "--boot", "--console=pipe")
    with (root.parent / "console").open("ab") as console:
        container = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=console,
            stderr=console,
            start_new_session=True,
        )
    children = Path(f"/proc/{container.pid}/task/{container.pid}/children")
    try:
        while not (found := children.read_text().split()):
            time.sleep(0.2)
        machine = Machine(int(found[-1]))
        machine.until("systemctl is-system-running --wait | grep -E 'running|degraded'")
        yield machine
    finally:
        container.send_signal(signal.SIGTERM)
        try:
            container.wait(90)
        except subprocess.TimeoutExpired:
            container.kill()
            container.wait()


def well(machine: Machine) -> None:
    """Everything runs, by systemd, by the doctor and as seen from the proxy."""
    for unit in UNITS:
        machine.until(f"systemctl is-active claim-tracker-{unit}")
    said = machine.until("claim-tracker doctor")
    say("\n".join(f"    {line}" for line in said.splitlines() if line))
    asked = machine.run(f"venv/bin/python -c '{ASK}' /admin/login/").strip()
    if asked != "200 max-age=31536000":
        raise SystemExit(f"the log-in page answers {asked}")
    say(f"    GET /admin/login/ as the proxy: {asked}")


def used(machine: Machine) -> None:
    """A person, a document, a worker that reads it, and a server that is killed."""
    machine.run(
        "DJANGO_SUPERUSER_PASSWORD=none claim-tracker createsuperuser --no-input --username root"
        " --email root@desk.example.org || true"
    )
    machine.run(f"printf '%s\\n' '{ARTICLE}' > /tmp/article.txt; chmod 644 /tmp/article.txt")
    machine.run("claim-tracker ingest /tmp/article.txt")
    counted = "from sources.models import Document; print(Document.objects.get().state)"
    machine.until(f"claim-tracker shell -v0 -c '{counted}' | grep -x read")
    say("    a document was handed in and read")
    for unit in ("web", "worker@read", "beat", "signer"):
        before = machine.run(f"systemctl show -P MainPID claim-tracker-{unit}").strip()
        machine.run(f"systemctl kill --signal=KILL claim-tracker-{unit}")
        machine.until(
            f"systemctl is-active claim-tracker-{unit}; "
            f"test $(systemctl show -P MainPID claim-tracker-{unit}) -ne {before}"
        )
    say("    web server, reader, beat and signer were killed, and started again")


def kept(machine: Machine) -> None:
    """What the desk's users can neither read nor write."""
    secrets = "/etc/claim-tracker/secrets"
    place = "/var/lib/claim-tracker-signer"
    for user, path in (
        ("claim-tracker", f"{secrets}/app_password"),
        ("claim-tracker", f"{secrets}/owner_password"),
        ("claim-tracker", f"{place}/key"),
        ("claim-tracker-signer", f"{secrets}/signer_password"),
        ("nobody", "/etc/claim-tracker/settings"),
    ):
        machine.run(f"test -e {path}; setpriv --reuid={user} --clear-groups cat {path}", fails=True)
    for place in ("/opt/claim-tracker/tracker", "/var/lib", "/etc"):
        pid = "$(systemctl show -P MainPID claim-tracker-web)"
        touch = f"nsenter --target {pid} --mount -- touch {place}/x"
        machine.run(f"{touch} 2>&1 | grep 'Read-only file system'")
    environment = machine.run(
        "for pid in $(pgrep -u claim-tracker,claim-tracker-signer)"
        "; do tr '\\0' '\\n' < /proc/$pid/environ; done"
    )
    for name in machine.run(f"ls {secrets}").split():
        secret = machine.run(f"cat {secrets}/{name}").strip()
        arguments = machine.run("cat /proc/[0-9]*/cmdline | tr '\\0' ' '")
        if secret in environment or secret in arguments:
            raise SystemExit(
                f"{name} stands in the environment or on the command line of a process"
            )
    say("    secrets, key and code are out of reach of the desk's own users")


def walk(folder: Path) -> None:
    """The whole way, with a line for each part of it."""
    root = folder / "root"
    packages, *services, upgrade = commands()
    say(f"A new Debian ({RELEASE}) ...")
    debian(root)
    say("The packages of the guide ...")
    prepared(root, packages)
    with running(root) as machine:
        say("The other lines of the guide ...")
        for block in services:
            machine.run(block)
            settings = "/etc/claim-tracker/settings"
            machine.run(f"test ! -e {settings} || sed -i 's/desk.example.org/{NAME}/' {settings}")
        say("Is it well?")
        well(machine)
        used(machine)
        kept(machine)
        say(
            machine.run("systemd-analyze security --no-pager 'claim-tracker-web.service' | tail -1")
        )
        say("The upgrade's lines ...")
        machine.run(upgrade)
        well(machine)
    say("After a restart of the machine ...")
    with running(root) as machine:
        well(machine)
        failed = machine.run(
            "systemctl list-units --failed --plain --no-legend 'claim-tracker*' 'postgresql*'"
        )
        if failed:
            raise SystemExit(f"failed: {failed}")
    say("Walked through: the guide holds.")


def main() -> None:
    """Say why it cannot be done here, or do it."""
    missing = [name for name in ("debootstrap", "systemd-nspawn", "git") if not shutil.which(name)]
    if os.geteuid() != 0 or missing:
        why = f"there is no {', '.join(missing)} here" if missing else "only root can do it"
        say(f"SKIPPED: {why} (Debian: apt-get install debootstrap systemd-container)")
        return
    if len(sys.argv) > 1:
        walk(Path(sys.argv[1]).absolute())
        return
    with tempfile.TemporaryDirectory(prefix="claim-tracker-install-", dir="/var/tmp") as folder:
        walk(Path(folder))


if __name__ == "__main__":
    main()
