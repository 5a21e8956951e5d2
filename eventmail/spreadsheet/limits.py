"""How much of a file is read: more than any office has, less than a hostile file can cost."""

from __future__ import annotations

MEGABYTE = 1024 * 1024
LARGEST_FILE = 10 * MEGABYTE
LARGEST_UNPACKED = 300 * MEGABYTE
MOST_ENTRIES = 2000  # of an archive
MOST_COMPRESSED = 1000  # times; real workbooks stay below 100
MOST_ROWS = 100_200  # of a sheet: 100,000 participants, and titles, headers and notes
MOST_COLUMNS = 200
MOST_CELLS = 4_000_000  # of a file, with the gaps left of a cell
MOST_CHARACTERS = 60_000_000  # of a file: one long shared text can be shown a million times
LONGEST_CELL = 32_767  # characters, Excel's own limit
MOST_SHEETS = 500
MOST_MERGED = 100_000
MOST_COVERED = 3_000_000  # rows that a file's merged cells and filters lie over, all in all
MOST_STYLES = 100_000  # Excel's own limit is 64,000
