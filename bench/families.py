"""Which measurements there are, and which figures each gives."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from .broadcast import broadcast
from .calls import calls
from .growth import growth
from .latency import latency
from .load import full_load, full_load_far_away
from .replicas import replicas
from .resting import resting
from .sample import Sample, Stage


@dataclass(frozen=True)
class Family:
    """One measurement; `most` bounds how often it is repeated, where one repetition takes minutes or never varies."""

    keys: tuple[str, ...]
    measure: Callable[[Stage], Awaitable[Sample]]
    most: int | None = None


FAMILIES: Sequence[Family] = (
    Family(("throughput_vs_ptb", "cpu_conversation_vs_ptb"), full_load),
    Family(("throughput_50ms_vs_ptb",), full_load_far_away),
    Family(("latency_p50_vs_ptb", "latency_p99_vs_ptb"), latency),
    Family(("interactive_p99_during_broadcast_s", "alarm_p99_during_broadcast_s"), broadcast, most=2),
    Family(("growth_p50_1m_vs_10k",), growth),
    Family(("api_calls_per_ticket",), calls, most=1),
    Family(("idle_rss_mib", "startup_s"), resting),
    Family(("replicas_2_vs_1",), replicas),
)


def chosen(keys: Sequence[str]) -> list[Family]:
    """The families that give these figures; all for none. Raises ValueError for a figure that nobody measures."""
    unknown = set(keys) - {key for family in FAMILIES for key in family.keys}
    if unknown:
        raise ValueError(f"no such figure: {', '.join(sorted(unknown))}")
    return [family for family in FAMILIES if not keys or set(keys) & set(family.keys)]
