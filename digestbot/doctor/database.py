"""The database: whether it can be reached, what it is, and whether it is whole."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial

from digestbot import credentials
from digestbot.doctor.installation import Installation
from digestbot.errors import DigestbotError
from digestbot.findings import Check, Finding, Level, ok


def checks(of: Installation) -> Sequence[Check]:
    """One look at the ledger. A server may be elsewhere: it is not asked where the network is to be left alone."""
    url, _ = credentials.survey(of.variables)  # a secret that cannot be read is a finding of its own
    here = url.database_url is None or url.database_url.get_secret_value().startswith("sqlite:")
    return [Check("database", partial(_database, of), online=not here)]


async def _database(of: Installation) -> Sequence[Finding]:
    told, _ = credentials.survey(of.variables)
    try:
        return await asyncio.to_thread(_look, told.database(of.settings))
    except DigestbotError as error:
        return [Finding(Level.ERROR, str(error), "Check DIGESTBOT_DATABASE_URL, and the file or the server.")]


def _look(url: str) -> Sequence[Finding]:
    from digestbot.store.check import check
    from digestbot.store.engine import connect

    database = connect(url)
    try:
        if database.path is not None and not database.path.exists():
            return [ok(f"{database.path} is made when it is needed")]
        health = check(database)
    finally:
        database.close()
    if health.problems:
        return [Finding.of(one) for one in health.problems]
    rows = ", ".join(f"{count} {table}" for table, count in health.rows.items())
    return [ok(f"{health.name} is whole: {health.product}, tables of version {health.version}, {rows}")]
