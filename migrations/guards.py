"""Triggers that hold a promise in the database itself, the same on SQLite and PostgreSQL.

Released migrations call these functions: extend by new functions, never change an old one.
"""

from alembic import op


def refuse(table: str, verb: str, name: str, condition: str | None = None) -> None:
    """Refuse ``verb`` (INSERT, UPDATE or DELETE) on ``table`` where ``condition`` is true.

    ``condition`` is SQL over NEW and OLD that both databases understand; without one the verb is
    always refused. The error carries ``name``.
    """
    trigger = f"guard_{table}_{name}"
    if op.get_bind().dialect.name == "sqlite":
        when = f" WHEN {condition}" if condition else ""
        op.execute(
            f"CREATE TRIGGER {trigger} BEFORE {verb} ON {table} FOR EACH ROW{when} "
            f"BEGIN SELECT RAISE(ABORT, 'guard {table} {name}'); END"
        )
        return
    row = "OLD" if verb == "DELETE" else "NEW"
    op.execute(
        f"CREATE FUNCTION {trigger}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {condition or 'TRUE'} THEN RAISE EXCEPTION 'guard {table} {name}' "
        f"USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN {row}; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {trigger} BEFORE {verb} ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {trigger}()"
    )


def allow(table: str, name: str) -> None:
    """Take a guard away again (for downgrades)."""
    trigger = f"guard_{table}_{name}"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"DROP TRIGGER {trigger}")
    else:
        op.execute(f"DROP TRIGGER {trigger} ON {table}")
        op.execute(f"DROP FUNCTION {trigger}()")


def keep(table: str) -> None:
    """Rows of ``table`` are written once: no UPDATE, no DELETE, no TRUNCATE."""
    refuse(table, "UPDATE", "update")
    refuse(table, "DELETE", "delete")
    if op.get_bind().dialect.name != "sqlite":
        op.execute(
            f"CREATE TRIGGER guard_{table}_truncate BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION guard_{table}_delete()"
        )


def release(table: str) -> None:
    """Take :func:`keep` away again (for downgrades)."""
    if op.get_bind().dialect.name != "sqlite":
        op.execute(f"DROP TRIGGER guard_{table}_truncate ON {table}")
    allow(table, "delete")
    allow(table, "update")
