"""Days and moments: written in Japanese by the clock, said in English where English is spoken."""

from __future__ import annotations

from datetime import date

from babel.dates import format_date

from eventmail.language.saying import Said


class SaidDay(Said):
    """``令和8年12月9日（水）``, or ``Wed, 9 Dec 2026``; a time of day stands behind both."""

    day: date
    time: str

    def in_english(self) -> str:
        """The day as English readers write it."""
        return format_date(self.day, "EEE, d MMM y", locale="en") + (self.time and f" {self.time}")


def said_day(japanese: str, day: date, time: str = "") -> SaidDay:
    """The day in both languages; ``japanese`` holds the time already."""
    text = SaidDay(japanese)
    text.pattern, text.values = japanese, {}
    text.day, text.time = day, time
    return text
