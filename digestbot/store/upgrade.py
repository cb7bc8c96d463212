"""The version of a database's tables, and the way to this one's: Alembic's migrations under a lock.

Any number of processes may start at once: one upgrades, the others wait for it. Alembic is imported only when there
is something to do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from digestbot.errors import StoreError
from digestbot.store.tables import HEAD, metadata

if TYPE_CHECKING:
    from alembic.config import Config

WAIT_SECONDS = 120
"""How long a start waits for another one's upgrade."""

_LOCK = 0x64696765737462  # "digestb": the name of PostgreSQL's advisory lock
_UNSTAMPED = "0001"
"""The version of tables that were made before versions were kept, on SQLite alone."""

_UNSTAMPED_TABLES = {"deliveries", "parts", "shown"}


def stamp(engine: Engine) -> str | None:
    """The version of the tables, or None where none is kept: one query."""
    try:
        with engine.connect() as connection:
            found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except (OperationalError, ProgrammingError) as error:
        if _no_table(error):
            return None
        raise
    return found


def upgrade(engine: Engine, name: str) -> bool:
    """Bring the tables to HEAD, all or nothing; whether there was anything to do.

    Raises StoreError for tables of a version that is not known here, which is then a newer one, or not ours.
    """
    if stamp(engine) == HEAD:
        return False
    with engine.connect() as connection:
        _be_patient(connection)
        with connection.begin():
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            done = _migrate(connection, name)
        connection.invalidate()  # its patience is not that of the others
    return done


def _be_patient(connection: Connection) -> None:
    driver = connection.connection.cursor()
    if connection.dialect.name == "sqlite":
        driver.execute(f"PRAGMA busy_timeout = {WAIT_SECONDS * 1000}")
    else:
        driver.execute(f"SET lock_timeout = {WAIT_SECONDS * 1000}")
        driver.execute("SET statement_timeout = 0")
        connection.connection.commit()
    driver.close()


def _migrate(connection: Connection, name: str) -> bool:
    from alembic import command
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    config = configured(connection)
    current = MigrationContext.configure(connection).get_current_revision()
    if current == HEAD:
        return False  # another process did it while this one waited
    if current is None:
        _adopt(connection, name, config)
    else:
        try:
            ScriptDirectory.from_config(config).get_revision(current)
        except CommandError:
            raise StoreError(
                f"The database {name} has tables of version {current}, which this digestbot does not know: a newer one"
                f" made them, and has to serve them."
            ) from None
    command.upgrade(config, HEAD)
    return True


def _adopt(connection: Connection, name: str, config: Config) -> None:
    """Stamp tables that were made before versions were kept; refuse tables that are not ours."""
    from alembic import command

    there, file = {*inspect(connection).get_table_names()}, connection.dialect.name == "sqlite"
    # A database on a server may be shared, as long as no name is taken; a file may not.
    if not (there if file else there & {*metadata.tables}):
        return
    old = file and there == _UNSTAMPED_TABLES and connection.exec_driver_sql("PRAGMA user_version").scalar() == 1
    if not old:
        raise StoreError(
            f"The database {name} was made by another version of digestbot, or by another program."
            " Move it away, or name another one, to begin anew."
        )
    command.stamp(config, _UNSTAMPED)


def configured(connection: Connection) -> Config:
    """Alembic's configuration, without a file: our migrations on this connection, in its transaction."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "digestbot.store:migrations")
    config.attributes["connection"] = connection
    return config


def _no_table(error: OperationalError | ProgrammingError) -> bool:
    missing = "42P01"  # PostgreSQL's undefined_table
    return getattr(error.orig, "sqlstate", None) == missing or "no such table" in str(error.orig)
