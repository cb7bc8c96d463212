"""What Alembic runs: the migrations, on the connection and in the transaction that upgrade.py hands over."""

from __future__ import annotations

from alembic import context

from digestbot.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
