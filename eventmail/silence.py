"""How soon both ends of a connection to PostgreSQL take the other end for dead when it is silent.

A machine that is cut off from the network says no farewell. Unless told otherwise PostgreSQL keeps
its transaction, and the rows that it has locked, for two hours, and whoever wants them waits; and
a process waits as long for the answer of a server that is gone. Half a minute is less than a lease.
"""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

# What libpq is told. An address of PostgreSQL that says otherwise is taken at its word.
TOLD = {
    "connect_timeout": "10",
    "keepalives_idle": "15",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",
}
# What PostgreSQL calls the same at its end.
OVER_THERE = {
    "keepalives_idle": "tcp_keepalives_idle",
    "keepalives_interval": "tcp_keepalives_interval",
    "keepalives_count": "tcp_keepalives_count",
    "tcp_user_timeout": "tcp_user_timeout",
}


def noticed(url: sa.URL) -> sa.URL:
    """The address with all that it does not say itself."""
    return url.update_query_dict({k: v for k, v in TOLD.items() if k not in url.query})


def settings_there(url: sa.URL) -> Mapping[str, str]:
    """The server's settings for its end of such a connection."""
    told = {name: url.query.get(name, TOLD[name]) for name in OVER_THERE}
    return {
        OVER_THERE[name]: value if isinstance(value, str) else value[-1]
        for name, value in told.items()
    }
