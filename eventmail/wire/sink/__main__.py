"""``python -m eventmail.wire.sink``."""

from eventmail.wire.sink import main

main()
