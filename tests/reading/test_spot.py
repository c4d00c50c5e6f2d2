"""Free words for a spot, kept beside the address."""

import pytest

from handlers.reading import LexiconReader


@pytest.mark.parametrize(
    ("text", "spot"),
    [
        ("地库负二漏水", "地库负二"),
        ("北门进来右手边的路灯不亮", "北门进来右手边"),
        ("小区门口的灯坏了", "小区门口"),
        ("电梯里有股味", "电梯里"),
        ("楼道灯坏了", "楼道"),
        ("3楼楼道堆满了东西", "3楼楼道"),
        ("3#2单元15楼水管爆了", "15楼"),
        ("near the north gate there is garbage", "near the north gate"),
        ("你好", None),
    ],
)
def test_it_reads_a_spot(reader: LexiconReader, text: str, spot: str | None) -> None:
    assert reader.read(text).spot == spot


def test_it_reads_address_and_spot_of_one_message(reader: LexiconReader) -> None:
    reading = reader.read("三栋二单元3楼楼到灯不亮")

    assert reading.address is not None
    assert (reading.address.building, reading.address.unit, reading.spot) == ("3", "2", "3楼楼道")
