"""A PostgreSQL server of one's own for a comparison: its data in a folder, a free port on loopback, gone with the block."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HOST, USER, DATABASE = "127.0.0.1", "orderdrop", "orderdrop"


def programs() -> Path | None:
    """The folder with the server's programs: Debian keeps one a version and none on the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    onpath = shutil.which("postgres")
    return found[-1].parent if found else Path(onpath).parent if onpath else None


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """The URL of a database on a server that runs as long as the block; what an earlier run left in `folder` is there again."""
    import psycopg

    bins = programs()
    assert bins is not None
    is_new = not (folder / "data").is_dir()
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        account = pwd.getpwnam("postgres")
        os.chown(folder, account.pw_uid, account.pw_gid)
    if is_new:
        # not the locale C, as on most servers: in any other an index has to be told that it serves beginnings
        options = ["-D", str(folder / "data"), "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
        subprocess.run(
            [str(bins / "initdb"), *options], **_as_its_user(folder), check=True, capture_output=True
        )
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        port = int(taken.getsockname()[1])
    settings = {"listen_addresses": HOST, "port": port, "unix_socket_directories": ""}
    command = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    with (folder / "log").open("ab") as log:
        server = subprocess.Popen(
            [str(bins / "postgres"), "-D", str(folder / "data"), *command],
            **_as_its_user(folder), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        first = f"postgresql://{USER}@{HOST}:{port}/postgres"
        for _ in range(500):
            try:
                with psycopg.connect(first, autocommit=True) as connection:
                    if is_new:
                        connection.execute(f"CREATE DATABASE {DATABASE} TEMPLATE template0")
                break
            except psycopg.OperationalError:
                time.sleep(0.05)
        yield f"postgresql://{USER}@{HOST}:{port}/{DATABASE}"
    finally:
        # at once, whoever is still connected; what was committed is written
        server.send_signal(signal.SIGINT)
        server.wait(60)


def _as_its_user(folder: Path) -> dict[str, Any]:
    """The server refuses to be root."""
    user = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    return {"cwd": folder, **user}
