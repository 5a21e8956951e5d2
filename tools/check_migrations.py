"""Fails if the models and the newest migration describe different tables."""

import sys
import tempfile
from pathlib import Path

from eventmail import migrate
from eventmail.database import Database

with tempfile.TemporaryDirectory() as folder:
    database = Database(f"sqlite:///{Path(folder) / 'check.sqlite3'}")
    migrate.upgrade(database)
    different = migrate.differences(database)
    database.dispose()
for each in different:
    print(each)
sys.exit(f"{len(different)} differences between models and migrations" if different else 0)
