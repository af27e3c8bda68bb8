"""Times as people and systems write them. A zone that nobody knows is refused, not taken for UTC. It knows nobody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

# abbreviations with one meaning: those of RFC 2822 for North America, and Europe's own, in German too
HOURS = {"UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "MEZ": 1, "CEST": 2, "MESZ": 2, "EET": 2,
         "OEZ": 2, "EEST": 3, "OESZ": 3, "MSK": 3, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6,
         "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8, "HST": -10, "JST": 9, "KST": 9, "HKT": 8, "SGT": 8, "AEST": 10,
         "AEDT": 11, "NZST": 12, "NZDT": 13}


class NoTime(ValueError):
    """A text that is no time, or names a zone that is not known; the message says which."""


def zone(name: str) -> tzinfo:
    """A time zone by its name (Europe/Berlin) or abbreviation. Raises NoTime."""
    if name.upper() in HOURS:
        return timezone(timedelta(hours=HOURS[name.upper()]), name.upper())
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        raise NoTime(f"the time zone {name!r} is not known: write one like Europe/Berlin, or an offset like +0100"
                     ) from None


def moment(text: str, local: tzinfo = UTC) -> datetime:
    """The time of a text, in UTC and without a zone, as nbgrader keeps it. `local`: its zone where it names none.

    Raises NoTime.
    """
    from dateutil import parser  # type: ignore[import-untyped]  # here, since few who import this parse

    def named(name: str | None, offset: int | None) -> tzinfo | None:
        if offset is not None:
            return timezone(timedelta(seconds=offset))
        return zone(name) if name else None
    plain, _, last = text.strip().rpartition(" ")
    try:
        if plain and "/" in last and last[:1].isalpha():
            return _utc(parser.parse(plain).replace(tzinfo=zone(last)), local)
        return _utc(parser.parse(text.strip(), tzinfos=named), local)
    except NoTime:
        raise
    except Exception:                                    # dateutil raises half a dozen kinds on odd text
        raise NoTime(f"{text.strip()[:60]!r} is no time: write it like 2026-03-05 23:59 Europe/Berlin") from None


def _utc(when: datetime, local: tzinfo) -> datetime:
    return (when if when.tzinfo is not None else when.replace(tzinfo=local)).astimezone(UTC).replace(tzinfo=None)


def parse_utc(when: datetime | str | None) -> datetime | None:
    """In place of nbgrader's own, which takes EDT, PST and MEZ for UTC without a word."""
    if when is None:
        return None
    return moment(when) if isinstance(when, str) else _utc(when, UTC)
