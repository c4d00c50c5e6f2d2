"""Whatever is sent can be read: no text raises, and a reading always holds together."""

from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.reading import KINDS, Danger, Intent, LexiconReader, Reading, read_address

READER = LexiconReader()
PIECES = st.sampled_from(
    [
        "3栋",
        "二单元",
        "1502",
        "幺五零二",
        "-",
        "#",
        "不是",
        "着火",
        "没",
        "昨天",
        "电梯",
        "漏水",
        "吗",
        "？",
        " ",
        "\n",
        "，",
        "煤气",
        "廿",
        "楼上",
        "building ",
        "unit 2",
        "fire",
        "not ",
        "０",
        "①",
        "😀",
        "他",
        "三",
        "号",
    ]
)
TEXTS = st.text(max_size=300) | st.lists(PIECES, max_size=30).map("".join)


def holds_together(reading: Reading) -> bool:
    """What must be so of every reading."""
    return (
        isinstance(reading.intent, Intent)
        and (reading.kind is None or reading.kind in KINDS)
        and 0.0 <= reading.confidence <= 1.0
        and reading.kind not in reading.others
        and (reading.danger is not Danger.YES or reading.kind == "danger")
    )


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_it_reads_any_text(text: str) -> None:
    assert holds_together(READER.read(text))


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_it_reads_the_same_text_the_same_way(text: str) -> None:
    assert READER.read(text) == READER.read(text)


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 99), st.integers(1, 9), st.integers(101, 3904))
def test_it_reads_every_dashed_address(building: int, unit: int, room: int) -> None:
    address = read_address(f"{building}-{unit}-{room}漏水")

    assert address is not None
    assert (address.building, address.unit, address.room) == (str(building), str(unit), str(room))


def test_it_reads_the_beginning_of_a_very_long_text() -> None:
    assert READER.read("着火了" + "啊" * 100_000).danger is Danger.YES
