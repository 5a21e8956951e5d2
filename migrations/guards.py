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


def never_deleted(table: str) -> None:
    """Rows of ``table`` may change, but none goes."""
    refuse(table, "DELETE", "delete")
    if op.get_bind().dialect.name != "sqlite":
        op.execute(
            f"CREATE TRIGGER guard_{table}_truncate BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION guard_{table}_delete()"
        )


def may_be_deleted(table: str) -> None:
    """Take :func:`never_deleted` away again (for downgrades)."""
    if op.get_bind().dialect.name != "sqlite":
        op.execute(f"DROP TRIGGER guard_{table}_truncate ON {table}")
    allow(table, "delete")


def never_replaced(table: str, *keys: tuple[str, ...]) -> None:
    """No INSERT takes the place of a row that is there.

    SQLite's ``INSERT OR REPLACE`` deletes the old row, and fires delete triggers only where the
    connection has asked for it (``recursive_triggers``), which any other program need not.
    """
    same = " OR ".join(
        f"EXISTS (SELECT 1 FROM {table} x WHERE "
        + " AND ".join(f"x.{column} = NEW.{column}" for column in key)
        + ")"
        for key in keys
    )
    refuse(table, "INSERT", "replaced", same)


def never_truncated(table: str) -> None:
    """No TRUNCATE goes round the guards of a table's rows."""
    trigger = f"guard_{table}_emptied"
    if op.get_bind().dialect.name == "sqlite":
        return  # has no such statement
    op.execute(
        f"CREATE FUNCTION {trigger}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"RAISE EXCEPTION 'guard {table} emptied' "
        f"USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {trigger} BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {trigger}()"
    )


def may_be_truncated(table: str) -> None:
    """Take :func:`never_truncated` away again (for downgrades)."""
    if op.get_bind().dialect.name != "sqlite":
        op.execute(f"DROP TRIGGER guard_{table}_emptied ON {table}")
        op.execute(f"DROP FUNCTION guard_{table}_emptied()")


def first(table: str, name: str, statement: str) -> None:
    """Before each INSERT into ``table``, run ``statement`` over NEW.

    Taken away again by :func:`allow`.
    """
    trigger = f"guard_{table}_{name}"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER {trigger} BEFORE INSERT ON {table} FOR EACH ROW BEGIN {statement}; END"
        )
        return
    op.execute(
        f"CREATE FUNCTION {trigger}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"{statement}; RETURN NEW; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {trigger} BEFORE INSERT ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {trigger}()"
    )


def ask_first(table: str, verb: str, name: str, first: str, condition: str) -> None:
    """Let a guard of :func:`refuse` look at ``first``, which ``condition`` implies, before it.

    PostgreSQL sets up all parts of a condition before it looks at any, though most rows need none.
    """
    _replace(table, verb, name, f"IF {first} THEN IF {condition} THEN ", "END IF; END IF;")


def ask_at_once(table: str, verb: str, name: str, condition: str) -> None:
    """Take :func:`ask_first` back (for downgrades)."""
    _replace(table, verb, name, f"IF {condition} THEN ", "END IF;")


def _replace(table: str, verb: str, name: str, before: str, after: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        return  # looks at one part after the other by itself
    row = "OLD" if verb == "DELETE" else "NEW"
    op.execute(
        f"CREATE OR REPLACE FUNCTION guard_{table}_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN {before}RAISE EXCEPTION 'guard {table} {name}' "
        f"USING ERRCODE = 'integrity_constraint_violation'; {after} RETURN {row}; END $$"
    )
