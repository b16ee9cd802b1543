"""Runs the executable as a user would: in a folder of its own, on free ports."""

import json
import os
import re
import subprocess
import uuid
from pathlib import Path

from .waiting import wait_until

# The lines of the log that name the address of a listener.
ADDRESSES = {
    "shop": r'"message":"listening on (http://[^"]+)"',
    "accrual": r"accrual system listens on (http://[^\"]+)",
    "admin": r"healthz and readyz are at (http://[^\"]+)",
    "staff": r"the staff's page and API listen on (http://[^\"]+)",
}
# All tests come from one address, so the limits for an address are off unless a test is about them.
SETTINGS = {
    "RUN_ADDRESS": "127.0.0.1:0",
    "MARTLET_ACCRUAL_LISTEN": "127.0.0.1:0",
    "MARTLET_ADMIN_ADDRESS": "127.0.0.1:0",
    "MARTLET_STAFF_ADDRESS": "127.0.0.1:0",
    "MARTLET_DISPATCHER_INTERVAL_MS": "50",
    "MARTLET_ACCOUNTS_REGISTRATIONS_MAX": "0",
    "MARTLET_ACCOUNTS_ADDRESS_FAILURES_MAX": "0",
    "MARTLET_LOG_FORMAT": "json",
}

# The address of the server that Tests/on-postgres started, up to the name of a database; empty for SQLite.
POSTGRESQL = os.environ.get("MARTLET_TEST_POSTGRES", "")


def make_database(folder: Path) -> str:
    """The place of a new database: a file, or one on the server that Tests/on-postgres started."""
    if not POSTGRESQL:
        return str(folder / "martlet.db")
    name = f"browser_{uuid.uuid4().hex}"
    command = ["psql", "--no-psqlrc", "--quiet", "--command", f"CREATE DATABASE {name}"]
    subprocess.run([*command, f"{POSTGRESQL}/postgres?sslmode=disable"], check=True, timeout=60)
    return f"{POSTGRESQL}/{name}?sslmode=disable"


class Server:
    """A running Martlet."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.settings = {**SETTINGS, "DATABASE_URI": make_database(folder), **settings}
        self.log = folder / "log"
        self.addresses: dict[str, str] = {}
        self.start()

    def start(self) -> None:
        """Starts the process. After a stop, it gets the addresses that it had before, so that open pages find it again."""
        for name, setting in [
            ("shop", "RUN_ADDRESS"),
            ("accrual", "MARTLET_ACCRUAL_LISTEN"),
            ("staff", "MARTLET_STAFF_ADDRESS"),
        ]:
            if name in self.addresses:
                self.settings[setting] = self.addresses[name].removeprefix("http://")
        begin = self.log.stat().st_size if self.log.exists() else 0
        with open(self.log, "a") as log:
            environment = {**os.environ, **self.settings}
            command = [os.environ["MARTLET_EXECUTABLE"]]
            self.process = subprocess.Popen(command, cwd=self.folder, env=environment, stdout=log, stderr=log)

        def is_listening() -> bool:
            assert self.process.poll() is None, self.log.read_text()
            return "shop" in self.read_addresses(begin)

        wait_until(is_listening, lambda: f"the server listens: {self.log.read_text()}")
        self.addresses = self.read_addresses(begin)

    def read_addresses(self, begin: int) -> dict[str, str]:
        text = self.log.read_text()[begin:]
        found = {name: re.search(pattern, text) for name, pattern in ADDRESSES.items()}
        return {name: match.group(1) for name, match in found.items() if match}

    @property
    def shop(self) -> str:
        return self.addresses["shop"]

    @property
    def accrual(self) -> str:
        return self.addresses["accrual"]

    @property
    def staff(self) -> str:
        return self.addresses["staff"]

    def run(self, *arguments: str, typed: str = "") -> str:
        """Runs a command of the owner beside the server, and returns what it prints."""
        command = [os.environ["MARTLET_EXECUTABLE"], *arguments]
        environment = {**os.environ, **self.settings}
        result = subprocess.run(
            command, cwd=self.folder, env=environment, input=typed, capture_output=True, text=True, timeout=60
        )
        assert result.returncode == 0, result.stderr
        return result.stdout

    def add_staff(self, name: str, role: str) -> str:
        """Adds a person to the staff, and returns the password."""
        return json.loads(self.run("staff", "add", name, "--role", role, "--generate", "--json"))["password"]

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(20)
