"""Engine, sessions and column types; SQLite and PostgreSQL alike.

SQLite's driver sends no BEGIN before a SELECT, which leaves check-then-act open to a second
writer. So the driver's own transactions are off, and each transaction says itself what it is:
``reading()`` begins deferred, ``writing()`` takes the write lock at once. On PostgreSQL the
services lock the rows they decide on (``SELECT … FOR UPDATE``), which SQLite leaves out.

A page asks many questions, and a worker writes between any two of them. On both databases all
answers of one ``reading()`` are of one moment: SQLite's deferred transaction sees one snapshot by
itself, PostgreSQL's does at REPEATABLE READ, which cannot fail there because it is READ ONLY.
"""

from __future__ import annotations

import enum
import json
import sqlite3
import threading
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Session

from eventmail import silence

PATIENCE = 30  # seconds to wait for another writer
# What a statement asks for: a value, or the place of one (``sa.bindparam``) if it is built once.
Asked = Any
BY_KEYS = {
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
}
PLAN_ONCE = sa.select(*(sa.func.set_config(*each, sa.true()) for each in BY_KEYS.items()))
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The tables of all rooms."""

    metadata = sa.MetaData(naming_convention=NAMING)


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """An aware time, stored as UTC: SQLite keeps no zone and would hand back a naive one."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Refuse a naive time, and store any other as UTC."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a stored time needs a zone")
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Give every time back aware."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class _Many(sa.types.TypeDecorator[Collection[Any]]):
    """Many values as one: an array, or (SQLite) a list in JSON."""

    impl = sa.String
    cache_ok = True

    def __init__(self, item: sa.types.TypeEngine[Any]) -> None:
        super().__init__()
        self.item = item

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        """What the database knows it as."""
        array = dialect.name == "postgresql"
        return dialect.type_descriptor(sa.ARRAY(self.item) if array else sa.String())

    def process_bind_param(self, value: Collection[Any] | None, dialect: sa.Dialect) -> object:
        """As the driver takes it."""
        items = list(value or ())
        return items if dialect.name == "postgresql" else json.dumps(items)


class _Given(sa.sql.functions.FunctionElement[Any]):
    """The values of one parameter as rows."""

    inherit_cache = True


@compiles(_Given, "sqlite")
def _of_json(element: _Given, compiler: Any, **options: Any) -> str:
    listed = compiler.process(element.clause_expr, **options)
    return f"(SELECT value FROM json_each{listed})"  # noqa: S608 - a parameter's mark


@compiles(_Given, "postgresql")
def _of_array(element: _Given, compiler: Any, **options: Any) -> str:
    listed = compiler.process(element.clause_expr, **options)
    return f"(SELECT unnest{listed})"


def among(column: sa.ColumnElement[Any], name: str) -> sa.ColumnElement[bool]:
    """Whether a column's value is one of those that are given as ``name``, however many.

    They are one parameter: SQLAlchemy's ``in_`` writes a statement anew for each number of them and
    names each, which takes longer than running it.
    """
    given = _Given(sa.bindparam(name, type_=_Many(column.type)))
    return column.op("IN", is_comparison=True)(given)


def many() -> sa.types.TypeEngine[int]:
    """The number of a row of a table that grows with every mail: 64 bits on both databases.

    SQLite numbers the rows by itself only where a key is called INTEGER, which has 64 bits there.
    """
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def choice(kind: type[enum.Enum], name: str) -> sa.Enum:
    """A column type of an enum's values as text, held by a CHECK constraint on both databases."""
    return sa.Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=lambda members: [member.value for member in members],
    )


class Database:
    """One database and its transactions. Every session carries ``info``, such as a key."""

    def __init__(self, url: str, info: Mapping[Any, Any] | None = None) -> None:
        self.url = sa.make_url(url)
        self._info = dict(info or {})
        # SQLite has one writer: those of this process line up here, where nobody sleeps too long.
        self._turn = threading.RLock() if self.is_sqlite else nullcontext()
        self.engine = _sqlite(self.url) if self.is_sqlite else _postgres(self.url)
        self._writer = self.engine.execution_options(eventmail_writes=True)
        self._reader = _sqlite_looking(self.url) if self.is_sqlite else _looking(self.engine)

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded database."""
        return self.url.get_backend_name() == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One look, all of one moment; nothing is written in it.

        It ends with a COMMIT: after a ROLLBACK psycopg forgets every statement that it has had
        prepared, and PostgreSQL would plan all that a page asks anew for each page.
        """
        with Session(self._reader, expire_on_commit=False, info=self._info) as session:
            yield session
            session.expunge_all()  # what a page has set on them is not for keeping
            session.commit()

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction, committed at the end or rolled back whole on any error."""
        with (
            self._turn,
            Session(self._writer, expire_on_commit=False, info=self._info) as session,
            session.begin(),
        ):
            yield session

    @contextmanager
    def joining(self, connection: sa.Connection) -> Iterator[Session]:
        """A session within a transaction that somebody else has begun, and ends."""
        mode: Any = "rollback_only"
        with Session(
            connection, expire_on_commit=False, info=self._info, join_transaction_mode=mode
        ) as session:
            yield session
            session.commit()

    def dispose(self) -> None:
        """Close all connections."""
        self._reader.dispose()
        self.engine.dispose()


def writes(session: Session) -> bool:
    """Whether what this session writes will be kept; one that looks sees only what is kept."""
    return bool(session.get_bind().get_execution_options().get("eventmail_writes"))


def table_of(model: type[Base]) -> sa.Table:
    """The table of a model: many rows in one statement pass the ORM by."""
    table = sa.inspect(model).local_table
    assert isinstance(table, sa.Table)
    return table


def plan_once(session: Session) -> None:
    """For the rest of this transaction PostgreSQL keeps each statement's plan, whatever is asked.

    Only for statements that find their rows by keys: they have one good plan, by an index, row by
    row; a table of a few thousand rows would be read whole for each handful. To make the plan anew
    took a third of what a mail cost PostgreSQL. What guards ask meanwhile is kept as well.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(PLAN_ONCE)


@contextmanager
def one_plan(session: Session) -> Iterator[None]:
    """For what is asked within a look, PostgreSQL keeps the plan that fits any values.

    For a long statement that finds a handful of rows by keys: to plan it anew for each page's own
    values takes longer than to answer it. A transaction that writes plans as ever.
    """
    if session.get_bind().dialect.name != "postgresql" or writes(session):
        yield
        return
    _plan(session.connection(), "force_generic_plan")
    yield
    _plan(session.connection(), EACH_TIME)


# Each table's pages were counted when PostgreSQL last looked at it.
_GROWN = sa.text(
    "SELECT relname FROM pg_class WHERE oid = ANY(CAST(:tables AS regclass[])) "
    "AND pg_relation_size(oid) > 2 * relpages * current_setting('block_size')::bigint"
)


LOOK_WAITS = "3s"


def learn(session: Session, *models: type[Base]) -> None:
    """Have PostgreSQL look at those tables that have doubled since it last did (ANALYZE).

    For after many rows were written, and before they are asked for: PostgreSQL's own look comes a
    minute later. Until then it takes a roster for a few rows, and may read all of it for each of
    its rows. Plans that were kept are made anew with it.
    """
    if session.get_bind().dialect.name != "postgresql":
        return
    session.flush()
    names = [each.__tablename__ for each in models]
    for name in session.scalars(_GROWN, {"tables": names}).all():
        _analyze(session.connection(), name)


def _analyze(connection: sa.Connection, name: str) -> None:
    """Nobody waits long for somebody else's look at the same table; the daemon's gives way."""
    before = connection.execute(sa.text("SHOW lock_timeout")).scalar_one()
    _wait_for_locks(connection, LOOK_WAITS)
    with suppress(OperationalError), connection.begin_nested():
        connection.execute(sa.text(f"ANALYZE {name}"))
    _wait_for_locks(connection, before)


def _wait_for_locks(connection: sa.Connection, longest: str) -> None:
    connection.execute(sa.select(sa.func.set_config("lock_timeout", longest, sa.true())))


def insert_new(session: Session, table: type[Base], values: dict[str, Any]) -> None:
    """Insert a row unless it is there already, even by a transaction beside this one."""
    if session.get_bind().dialect.name == "sqlite":
        session.execute(sqlite.insert(table).values(values).on_conflict_do_nothing())
        return
    try:
        with session.connection().begin_nested():
            session.execute(postgresql.insert(table).values(values).on_conflict_do_nothing())
    except IntegrityError as error:
        # A guard against replacing a row sees the other transaction's before the insert gives way.
        if f"guard {table.__tablename__} replaced" not in str(error.orig):
            raise


# Many short questions at once, not one long one: to start helpers, or to compile a statement, took
# ten times as long as to answer, and the other processors have pages of their own to make.
SHORT_QUESTIONS = {"max_parallel_workers_per_gather": "0", "jit": "off"}


# One office's event has thirty companies, another's twenty thousand. A plan that is kept because it
# seems to fit any of them has taken twelve seconds where the right one takes a tenth.
EACH_TIME = "force_custom_plan"


def _looking(engine: sa.Engine) -> sa.Engine:
    made = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    sa.event.listen(made, "begin", lambda connection: _plan(connection, EACH_TIME))
    return made


def _plan(connection: sa.Connection, how: str) -> None:
    """Until the end of the transaction. The driver itself is asked: this is done for each page."""
    driver: Any = connection.connection.driver_connection
    driver.execute(f"SET LOCAL plan_cache_mode = {how}")


def _postgres(url: sa.URL) -> sa.Engine:
    engine = sa.create_engine(
        silence.noticed(url),
        pool_pre_ping=True,
        pool_use_lifo=True,  # the connection used last has the most plans ready
        hide_parameters=True,
    )
    wanted = {**SHORT_QUESTIONS, **silence.settings_there(url)}
    asked = f"SELECT {', '.join(['set_config(%s, %s, false)'] * len(wanted))}"
    values = [word for pair in wanted.items() for word in pair]

    def prepare(connection: Any, _record: Any) -> None:
        connection.execute(asked, values)
        connection.commit()

    sa.event.listen(engine, "connect", prepare)
    return engine


def _sqlite(url: sa.URL) -> sa.Engine:
    # What is asked for and written holds names and addresses: no error tells of it.
    options = {"isolation_level": None, "timeout": PATIENCE}
    engine = sa.create_engine(url, connect_args=options, hide_parameters=True)
    sa.event.listen(engine, "connect", _prepare_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _sqlite_looking(url: sa.URL) -> sa.Engine:
    """Over its connections nothing is written, by the database's own word.

    They are others than those that write: to say so anew for each transaction makes SQLite forget
    every statement that it has got ready, with all the guards that belong to it.
    """
    engine = _sqlite(url)
    sa.event.listen(engine, "connect", _look_only)
    return engine.execution_options(eventmail_looks=True)


def _look_only(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA query_only=ON")


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    for pragma in (
        "foreign_keys=ON",
        "recursive_triggers=ON",
        "journal_mode=WAL",
        "synchronous=FULL",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: sa.Connection) -> None:
    if connection.get_execution_options().get("eventmail_writes"):
        _begin_writing(connection)
    else:
        connection.exec_driver_sql("BEGIN DEFERRED")


def _begin_writing(connection: sa.Connection) -> None:
    """Wait for the other processes' writers a millisecond at a time.

    SQLite's own waiting doubles to a tenth of a second, in which many short writers could have
    had their turn. It asks the driver itself: an error of SQLAlchemy's takes longer than the turn
    that it waits for.
    """
    driver: Any = connection.connection.driver_connection
    deadline = time.monotonic() + PATIENCE
    driver.execute("PRAGMA busy_timeout=0")
    try:
        while _is_locked(driver) and time.monotonic() < deadline:
            time.sleep(0.001)
        if not driver.in_transaction:
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # says what is wrong
    finally:
        driver.execute(f"PRAGMA busy_timeout={PATIENCE * 1000}")


def _is_locked(driver: Any) -> bool:
    """Begin to write; whether another process is at it."""
    try:
        driver.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        return error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
    return False
