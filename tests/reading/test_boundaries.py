"""Where one kind ends and the next begins, as the community agreed on it."""

import pytest

from handlers.reading import Danger, Intent, LexiconReader


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("对门张奶奶一个人住 没人照顾", "care"),  # a hardship without a request
        ("我失业了 家里揭不开锅", "care"),
        ("厨房下水道堵了", "utilities"),  # drains inside a flat
        ("卫生间地漏返水", "utilities"),
        ("楼道里的水管漏水", "utilities"),  # water on pipes anywhere
        ("下水井往外冒污水 臭死了", "environment"),  # sewage and stench outdoors
        ("楼道里堆满了杂物", "environment"),  # clutter
        ("楼上漏水泡了我家 他不肯赔钱", "dispute"),  # money, blame or peace between people
        ("跟邻居为了停车吵起来了", "dispute"),
        ("井盖丢了", "public_facilities"),
        ("有人飞线充电", "order_noise"),
        ("有人从五楼拉电线给电动车充电", "order_noise"),
        ("消防通道被车堵了", "order_noise"),
        ("The manhole cover is missing", "public_facilities"),
    ],
)
def test_it_keeps_the_boundaries_of_the_kinds(reader: LexiconReader, text: str, kind: str) -> None:
    reading = reader.read(text)

    assert (reading.intent, reading.kind, reading.danger) == (Intent.REPORT, kind, Danger.NO)


@pytest.mark.parametrize(
    "text",
    ["消防车进不来 消防通道被车堵了", "有人掉进没盖的井里了", "飞线充电那边冒火花了", "救护车被一辆白车堵在门口"],
)
def test_it_is_danger_as_soon_as_somebody_is_at_risk(reader: LexiconReader, text: str) -> None:
    reading = reader.read(text)

    assert (reading.kind, reading.danger) == ("danger", Danger.YES)


def test_it_counts_the_most_urgent_problem_and_keeps_the_others(reader: LexiconReader) -> None:
    reading = reader.read("楼道里有煤气味，垃圾也没人清，路灯还不亮")

    assert reading.kind == "danger"
    assert reading.others == ("environment", "public_facilities")


@pytest.mark.parametrize("text", ["儿媳跟我吵架 闹着要分家", "我腿残疾了 下不了楼", "我不想活了", "老公打我 我好怕"])
def test_it_keeps_confidential_what_is_confidential(reader: LexiconReader, text: str) -> None:
    assert reader.read(text).is_confidential


def test_it_hears_the_wish_for_anonymity(reader: LexiconReader) -> None:
    reading = reader.read("楼上打麻将太吵 别说是我报的")

    assert reading.wants_anonymity
    assert reading.is_confidential
    assert not reader.read("楼上打麻将太吵").wants_anonymity


@pytest.mark.parametrize("text", ["我妈摔倒了起不来", "帮我爸约个上门理发", "隔壁李奶奶一个人住 没人照顾"])
def test_it_notices_that_it_is_for_somebody_else(reader: LexiconReader, text: str) -> None:
    assert reader.read(text).is_for_other


def test_it_is_not_for_somebody_else_when_it_is_my_own(reader: LexiconReader) -> None:
    assert not reader.read("我家停水了").is_for_other


@pytest.mark.parametrize("text", ["", "  ", "asdf qwer", "😀", "那边的事情你们晓得的"])
def test_it_is_unsure_rather_than_guessing(reader: LexiconReader, text: str) -> None:
    reading = reader.read(text)

    assert not (reading.intent_sure and reading.kind_sure)
