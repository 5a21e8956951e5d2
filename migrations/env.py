"""Alembic's entry: works on the connection that eventmail.migrate hands over."""

from alembic import context

from eventmail.files import COMMAND
from eventmail.tables import metadata


def run() -> None:
    connection = context.config.attributes["connection"]
    if connection is None:
        raise SystemExit(f"run migrations with: {COMMAND} migrate")
    connection = connection.execution_options(eventmail_writes=True)
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,
        compare_type=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
