"""The figures of docs/city.md: a city of 20 million, reckoned from what was measured, with the arithmetic shown.

What is assumed stands here, what was measured in bench/results, how long things are kept in `storage.rules.retention`
and how fast the bot speaks in `bot.pace`. No measured figure is typed into the page.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from bot.pace import Rates
from storage.rules.retention import RULES, Does

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "bench" / "results"

PEOPLE = 20_000_000
MATTERS_A_DAY = 60_000
PEAK_MATTERS = 10
"""A second, at the worst moment: a burst pipe in a cold night, a power cut."""
MESSAGES_OF_A_REPORT = 6
"""What bench.api lets a resident say and press: the unit in which a conversation is measured."""
SPLITS: Mapping[str, int] = {"one for the city": 1, "one a district": 16, "one a street (街道)": 330}
REPLICAS = 2
PHOTO_BYTES = 150_000
"""A photo as Telegram gives it to a bot; assumed, the simulator's are tiny."""
DATABASE_SPARE = 1.5
"""Room for rows that were changed and not swept yet: assumed, usual for tables that change much."""

SPLIT_HEAD = (
    "bots",
    "how many",
    "people each",
    "matters a day",
    "calls a second, peak",
    "a notice to all its people",
    "database",
)
SIZING_HEAD = (
    "people",
    "matters a day",
    "updates a day",
    "database after a year, MB",
    "photos a year, GB",
    "a notice to all, minutes",
)
SIZING_HEAD_ZH = ("人数", "每天的事", "每天的消息", "一年后的数据库，MB", "一年的照片，GB", "通知到所有人，分钟")
SIZES = (1_000, 15_000, 60_000)
STORAGE_HEAD = ("table", "rows a matter", "bytes a matter", "kept", "the city, a day", "the city")

Row = Sequence[str]


@cache
def footprint() -> Mapping[str, Any]:
    """What one matter leaves behind (bench.footprint)."""
    found: Mapping[str, Any] = json.loads((RESULTS / "footprint.json").read_text(encoding="utf-8"))
    return found


@cache
def latest() -> Mapping[str, Any]:
    """The newest figures of `make bench`."""
    found: Mapping[str, Any] = json.loads((RESULTS / "latest.json").read_text(encoding="utf-8"))
    return found


def processor_ms() -> float:
    """Processor milliseconds an update costs at full load."""
    run = latest()["runs"]["linli_sqlite"]
    if "cpu_ms_per_update" in run:
        return float(run["cpu_ms_per_update"]["median"])
    return float(run["cpu_ms_per_conversation"]["median"]) / MESSAGES_OF_A_REPORT


def a_second() -> float:
    """Messages a second that one token lets out."""
    return Rates().overall.per_second


def load() -> Iterator[Row]:
    """What comes in and goes out."""
    updates, calls = footprint()["updates"], footprint()["calls"]
    cost = processor_ms()
    peak_in, peak_out = PEAK_MATTERS * updates, PEAK_MATTERS * calls
    yield "updates a day", f"{MATTERS_A_DAY:,} matters × {updates:g}", f"{MATTERS_A_DAY * updates:,.0f}"
    yield "updates a second, mean", "÷ 86,400", f"{MATTERS_A_DAY * updates / 86_400:.1f}"
    yield "updates a second, peak", f"{PEAK_MATTERS} matters × {updates:g}", f"{peak_in:.0f}"
    yield "processor at the peak", f"{peak_in:.0f} × {cost:.2f} ms", f"{peak_in * cost / 10:.0f} % of one core"
    yield "calls to Telegram a day", f"{MATTERS_A_DAY:,} × {calls:g}", f"{MATTERS_A_DAY * calls:,.0f}"
    yield "calls a second, peak", f"{PEAK_MATTERS} × {calls:g}", f"{peak_out:.0f}"
    tokens = math.ceil(peak_out / a_second())
    yield "tokens that the peak needs", f"{peak_out:.0f} ÷ {a_second():g}", f"{tokens}"


def broadcasts() -> Iterator[Row]:
    """How long one message to everybody takes."""
    for tokens in (1, 16, 330, 1_000):
        seconds = PEOPLE / (tokens * a_second())
        yield f"{tokens:,}", f"{PEOPLE:,} ÷ ({tokens:,} × {a_second():g}/s)", lasting(seconds)


def splits() -> Iterator[Row]:
    """What one bot has to do when the city is divided."""
    calls = footprint()["calls"]
    for name, bots in SPLITS.items():
        peak = PEAK_MATTERS * calls / bots
        yield (
            name,
            f"{bots}",
            f"{PEOPLE / bots:,.0f}",
            f"{MATTERS_A_DAY / bots:,.0f}",
            f"{peak:.1f} ({peak / a_second():.0%})",
            lasting(PEOPLE / (bots * a_second())),
            size(living() * MATTERS_A_DAY / bots),
        )


def storage() -> Iterator[Row]:
    """What stays where, and for how long."""
    for name, table in sorted(footprint()["tables"].items(), key=lambda one: -one[1]["bytes"]):
        days = kept_days(name)
        grown = table["bytes"] * MATTERS_A_DAY
        yield (
            f"`{name}`",
            f"{table['rows']:g}",
            f"{table['bytes']:,}",
            "with its matter" if days is None else f"{days} days",
            size(grown),
            f"{size(grown * 365)} a year" if days is None else f"{size(grown * days)} in all",
        )


def kept_days(table: str) -> int | None:
    """After how many days the rows of a table are deleted by rule; None for what stays with its matter."""
    periods = [one.after for one in RULES.values() if one.table == table and one.does is Does.DELETED]
    stays = table == "reminder"  # those of matters stay; the rule is for the others
    return None if stays or not periods else min(periods).days


def lasting_bytes() -> float:
    """Bytes a matter leaves for good."""
    tables: Mapping[str, Mapping[str, float]] = footprint()["tables"]
    return sum(table["bytes"] for name, table in tables.items() if kept_days(name) is None)


def living() -> float:
    """Bytes that stand for each matter a day after one year: what passes, and a year of what stays."""
    tables: Mapping[str, Mapping[str, float]] = footprint()["tables"]
    return sum(table["bytes"] * (kept_days(name) or 365) for name, table in tables.items()) * DATABASE_SPARE


def sizing() -> Iterator[Row]:
    """What a village, a community and a street need, as busy as the city is on the average."""
    for people in SIZES:
        matters = MATTERS_A_DAY * people / PEOPLE
        photos = matters * 365 * footprint()["tables"]["attachment"]["rows"] * PHOTO_BYTES
        yield (
            f"{people:,}",
            f"{matters:,.0f}",
            f"{matters * footprint()['updates']:,.0f}",
            f"{living() * matters / 1e6:,.0f}",
            f"{photos / 1e9:,.1f}",
            f"{people / a_second() / 60:,.1f}",
        )


def totals() -> Iterator[Row]:
    """Disks and memory of the whole city."""
    stays, all_bytes = lasting_bytes(), sum(one["bytes"] for one in footprint()["tables"].values())
    photos = footprint()["tables"]["attachment"]["rows"] * PHOTO_BYTES
    yield "a matter, at first", "sum of the bytes above", size(all_bytes)
    yield "a matter, for good", "what stays with it", size(stays)
    yield "databases after a year", f"kept as above × {DATABASE_SPARE:g} for room", size(living() * MATTERS_A_DAY)
    yield "each further year", f"{MATTERS_A_DAY:,} × 365 × {size(stays)}", size(stays * MATTERS_A_DAY * 365)
    yield "photos a year", f"{MATTERS_A_DAY:,} × 365 × {size(photos)}", size(photos * MATTERS_A_DAY * 365)
    rss = latest()["figures"].get("idle_rss_mib")
    if rss is not None:
        bots = SPLITS["one a street (街道)"]
        memory = f"{bots} bots × {REPLICAS} replicas × {rss:.0f} MiB"
        yield "memory, a bot a street", memory, f"{bots * REPLICAS * rss / 1024:.0f} GiB"


def lasting(seconds: float) -> str:
    """A duration for people."""
    for unit, length in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= length * 1.5:
            return f"{seconds / length:.1f} {unit}"
    return f"{seconds:.0f} seconds"


def size(count: float) -> str:
    """Bytes for people, in powers of ten, as disks are sold."""
    for unit, length in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= length:
            return f"{count / length:.1f} {unit}"
    return f"{count:.0f} B"


def statements(name: str) -> str:
    """A file of SQL as a block of the page."""
    text = (ROOT / "ops" / "postgresql" / name).read_text(encoding="utf-8")
    return f"```sql\n{text}```"
