"""Addresses as residents say and type them."""

import pytest

from handlers.reading import Address, read_address
from handlers.reading.numerals import to_arabic

from .messages import place_of


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("三栋二单元", "3/2/"),
        ("3-2-1502停水了", "3/2/1502"),
        ("3#2单元15楼", "3/2/"),
        ("3号楼2门", "3/2/"),
        ("三栋二单元幺五零二", "3/2/1502"),
        ("廿二栋", "22//"),
        ("二十三栋", "23//"),
        ("3栋2单元1502室", "3/2/1502"),
        ("３栋２单元", "3/2/"),
        ("三棟二單元", "3/2/"),
        ("3 栋 2 单元 1502", "3/2/1502"),
        ("2单元", "/2/"),
        ("第三栋第二单元", "3/2/"),
        ("3号2单元", "3/2/"),
        ("3楼2单元", "3/2/"),
        ("三懂二单元", "3/2/"),
        ("三杠二杠一五零二", "3/2/1502"),
        ("12/3/1502", "12/3/1502"),
        ("3号楼-2-1502", "3/2/1502"),
        ("3栋2-1502", "3/2/1502"),
        ("3-1502", "3//1502"),
        ("5#502", "5//502"),
        ("A栋", "A//"),
        ("八栋八零八", "8//808"),
        ("十二栋一零零二", "12//1002"),
        ("3栋2单元5楼502", "3/2/502"),
        ("3栋15楼02室", "3//1502"),
        ("一百零二室", "//102"),
        ("我家住在1502", "//1502"),
        ("402厨房下水管返水", "//402"),
        ("我们小区3号楼", "3//"),
    ],
)
def test_it_reads_an_address(text: str, place: str) -> None:
    assert place_of(read_address(text)) == place


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("building 3 unit 2 room 1502", "3/2/1502"),
        ("Bldg 3, Unit 2, 1502", "3/2/1502"),
        ("building three unit two", "3/2/"),
        ("Block B room 302", "B//302"),
        ("Flat 1502", "//1502"),
        ("unit 1502", "//1502"),
    ],
)
def test_it_reads_an_english_address(text: str, place: str) -> None:
    assert place_of(read_address(text)) == place


@pytest.mark.parametrize(
    "text",
    [
        "3月2日停水",
        "15号停水",
        "2024-03-15",
        "2024年3月",
        "5点半来",
        "15:02",
        "13800001502",
        "0571-88881234",
        "花了1502元",
        "三千块钱",
        "3天没水",
        "2个人",
        "编号1023",
        "已经报了3次",
        "有3栋楼停电",
        "两栋楼都停了",
        "119打了没人接",
        "12345打过了",
        "3号门进来",
        "2楼有3个人",
        "一滴水都没有",
    ],
)
def test_it_is_not_fooled_by_other_numbers(text: str) -> None:
    assert read_address(text) is None


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("不是3栋，是5栋", "5//"),
        ("是5栋不是3栋", "5//"),
        ("3栋，哦不对，5栋", "5//"),
        ("9栋,错了,6栋", "6//"),
        ("3栋2单元，不对，3单元", "3/3/"),
        ("not building 3, building 5", "5//"),
        ("building 3, sorry, I mean building 5", "5//"),
    ],
)
def test_it_takes_the_correction(text: str, place: str) -> None:
    assert place_of(read_address(text)) == place


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("我住3栋201，楼上301漏水", "3//301"),
        ("我是3栋2单元的，5栋门口灯坏了", "5//"),
        ("我住5栋，我妈在3栋2单元摔倒了", "3/2/"),
        ("I live in building 3, the leak is from building 5", "5//"),
        ("我住3栋201 楼上一直漏", "3//201"),
    ],
)
def test_it_goes_to_the_source_first(text: str, place: str) -> None:
    assert place_of(read_address(text)) == place


def test_it_reads_the_name_of_an_estate() -> None:
    assert read_address("我家在阳光花园12栋1单元502") == Address("阳光花园", "12", "1", "502")
    assert read_address("我们小区停水") is None


@pytest.mark.parametrize(
    ("words", "number"),
    [("十五", "15"), ("廿二", "22"), ("幺五零二", "1502"), ("三百零二", "302"), ("一千五百零二", "1502"), ("02", "2")],
)
def test_it_turns_numerals_into_digits(words: str, number: str) -> None:
    assert to_arabic(words) == number
