"""The figures of the speed budget: what each is, what it must reach, and how it is measured, in plain words."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One line of the table. `is_most`: the bounds are upper ones."""

    key: str
    what: str
    must: float
    aim: float
    unit: str
    how: str
    is_most: bool = False

    def meets(self, bound: float, value: float) -> bool:
        """Whether a value is within a bound."""
        return value <= bound if self.is_most else value >= bound

    def shown(self, value: float) -> str:
        """A value with its unit."""
        return f"{value:.3g}{'' if self.unit == '×' else ' '}{self.unit}".strip()

    def bound(self, value: float) -> str:
        """A bound with its direction."""
        return f"{'≤' if self.is_most else '≥'} {self.shown(value)}"


FIGURES: tuple[Figure, ...] = (
    Figure(
        "throughput_vs_ptb",
        "Updates a second at full load, each durable, against a bare echo bot that stores nothing",
        1.3,
        2.2,
        "×",
        "400 residents hold the six-message conversation of a report at once, each saying the next thing when the bot "
        "has answered the last. Every conversation ends with a ticket offered to a grid worker. The database is a "
        "SQLite file on the disk, `synchronous=FULL`. The floor answers the same six messages with “OK”.",
    ),
    Figure(
        "throughput_50ms_vs_ptb",
        "The same when every call to Telegram takes 50 ms",
        12,
        16,
        "×",
        "As above, with a Bot API that answers after 50 ms, as one far away does. The floor works one update after the "
        "other, which is python-telegram-bot's default; Linli has many chats under way at once.",
    ),
    Figure(
        "latency_p50_vs_ptb",
        "Reply latency at 100 updates a second, half of all answers",
        1.8,
        1.1,
        "×",
        "Updates come by the clock, a hundred a second, whether the bot is done or not; from the update to the first "
        "message that answers it. Linli has written the update, its effect and the answer to the disk by then; the "
        "floor stores nothing. A disk that stalls is part of what is measured: below stands how long the disk alone "
        "took in the same seconds, and what Linli does with its files in memory.",
        is_most=True,
    ),
    Figure(
        "latency_p99_vs_ptb",
        "The same, 99 of 100 answers",
        3,
        2,
        "×",
        "As above.",
        is_most=True,
    ),
    Figure(
        "cpu_conversation_vs_ptb",
        "Processor time of a whole conversation at full load, against the same calls without any storage",
        1.0,
        0.5,
        "×",
        "Linli is watched during one report, call by call. A bot on python-telegram-bot's defaults then makes the very "
        "same calls at each message, and stores nothing. Processor time of each process during the run of the first "
        "figure, divided by the conversations.",
        is_most=True,
    ),
    Figure(
        "interactive_p99_during_broadcast_s",
        "Wait for an answer while a notice goes out to 10,000 people, 99 of 100",
        1,
        0.3,
        "s",
        "A notice for 10,000 residents goes out at Telegram's pace, about 30 messages a second. Meanwhile a resident "
        "writes every half second; from the update to the first answer. Measured for 60 seconds, twice.",
        is_most=True,
    ),
    Figure(
        "alarm_p99_during_broadcast_s",
        "Meanwhile, from a report of danger to the grid worker's alarm, 99 of 100",
        0.5,
        0.2,
        "s",
        "During the same minute somebody reports a danger every three seconds; until the alarm is sent.",
        is_most=True,
    ),
    Figure(
        "growth_p50_1m_vs_10k",
        "Routing, claiming, lists, search and due reminders with 1,000,000 tickets against 10,000, the worst of them",
        1.5,
        1.1,
        "×",
        "Two SQLite files of one community are filled with tickets, their history, reminders, offers, cards and what "
        "remains of inbox and outbox; of the tickets one in fifty is still open, so the backlog grows a hundredfold "
        "too. The bot's own functions are timed on both in turn, the median of each; the worst ratio counts.",
        is_most=True,
    ),
    Figure(
        "api_calls_per_ticket",
        "Calls to Telegram for one ticket, from the first word to the rating",
        14,
        10,
        "",
        "Counted, not timed: a resident who has used the bot before reports in one sentence and sends it, a grid "
        "worker accepts, finishes with a photo, the resident confirms and rates. Every call of the bot counts.",
        is_most=True,
    ),
    Figure(
        "idle_rss_mib",
        "Memory of an idle bot",
        130,
        90,
        "MiB",
        "Resident memory of `linli run` with the database of 1,000,000 tickets, after its first polls.",
        is_most=True,
    ),
    Figure(
        "startup_s",
        "From start to the first poll, with 1,000,000 tickets",
        2,
        1,
        "s",
        "From starting the process `linli run` to its first `getUpdates`.",
        is_most=True,
    ),
    Figure(
        "replicas_2_vs_1",
        "Two replicas on one PostgreSQL against one, inbound",
        1.6,
        1.9,
        "×",
        "The same load comes by webhook to one process, to two, to two once more and to one again. On two cores, which "
        "the database and the load share, the clock cannot tell; so it is counted in processor time: twice what an "
        "update costs one replica alone, divided by what it costs two together.",
    ),
)


def by_key() -> dict[str, Figure]:
    """The figures by their keys."""
    return {figure.key: figure for figure in FIGURES}
