"""Services are found by what people call them: everyday words, sentences, sounds, initials and misspellings."""

import csv
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from storage.rules.catalogue import Catalogue, Category, Fee, Service
from storage.rules.finding import find

SAMPLE = Path(__file__).parents[2] / "sample"


def _rows(sheet: str) -> list[dict[str, str]]:
    with open(SAMPLE / f"{sheet}.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _cells(number: int, row: dict[str, str]) -> dict[str, Any]:
    plain = {name: row[name] for name in ("code", "name", "name_en")}
    return {**plain, "id": number, "position": number, "aliases": tuple(row["aliases"].split()), "fee": Fee.FREE}


def _sample() -> Catalogue:
    shelves = {row["code"]: number for number, row in enumerate(_rows("categories"), 1)}
    names = {row["code"]: row for row in _rows("categories")}
    categories = [
        Category(number, code, names[code]["name"], names[code]["name_en"], "", number)
        for code, number in shelves.items()
    ]
    blank: dict[str, Any] = dict.fromkeys(Service.__slots__)
    services = [
        Service(**blank | _cells(number, row) | {"category_id": shelves[row["category"]]})
        for number, row in enumerate(_rows("services"), 1)
    ]
    return Catalogue(categories, services)


CATALOGUE = _sample()

FIRST = [
    # everyday words
    ("老年证", "senior-card"),
    ("优待证", "senior-card"),
    ("打针", "injection"),
    ("量血压", "blood-pressure"),
    ("测血糖", "blood-sugar"),
    ("抽血", "blood-sample"),
    ("换药", "dressing"),
    ("尿管", "catheter"),
    ("褥疮", "pressure-sore"),
    ("修锁", "locksmith"),
    ("配钥匙", "locksmith"),
    ("洗澡", "bath"),
    ("陪诊", "hospital"),
    ("借轮椅", "wheelchair"),
    ("送饭", "meal-home"),
    ("食堂", "lunch"),
    ("低保", "low-income"),
    ("公租房", "public-housing"),
    ("暂住证", "residence-permit"),
    ("报销", "medical-refund"),
    ("刷脸", "pension-check"),
    ("准生证", "birth-register"),
    ("下棋", "room-chess"),
    ("会议室", "room-meeting"),
    ("跳舞", "room-dance"),
    ("马桶堵了", "drains"),
    ("收废品", "recycling"),
    ("老花镜", "optician"),
    ("牙疼", "dentist"),
    ("锁", "locksmith"),
    # sentences
    ("我想给我妈办老年证", "senior-card"),
    ("家里老人要换尿管怎么办", "catheter"),
    ("老母亲想洗个澡", "bath"),
    ("想打个针", "injection"),
    ("能不能来量一下血压", "blood-pressure"),
    ("我家电视坏了找谁修", "appliances"),
    ("明天想预约议事厅开会", "room-meeting"),
    ("陪我妈去医院看病", "hospital"),
    # by sound: typed, initials, homophones, what is easily confused
    ("liangxueya", "blood-pressure"),
    ("liang xue ya", "blood-pressure"),
    ("laonianzheng", "senior-card"),
    ("laonian", "senior-card"),
    ("dazhen", "injection"),
    ("xiusuo", "locksmith"),
    ("lnz", "senior-card"),
    ("lxy", "blood-pressure"),
    ("jzz", "residence-permit"),
    ("老年正", "senior-card"),
    ("老年證", "senior-card"),
    ("量雪压", "blood-pressure"),
    ("量血鸭", "blood-pressure"),
    ("我想办老年正", "senior-card"),
    ("修所", "locksmith"),
    ("laolianzheng", "senior-card"),
    ("lainianzheng", "senior-card"),
    ("liangxeuya", "blood-pressure"),
    ("laonianzhen", "senior-card"),
    # English
    ("senior card", "senior-card"),
    ("Senior Card", "senior-card"),
    ("blood pressure", "blood-pressure"),
    ("I need a senior card for my mother", "senior-card"),
    ("locksmith", "locksmith"),
    ("my key is lost", "locksmith"),
    ("wheelchair", "wheelchair"),
    ("wheelchair for my father", "wheelchair"),
    ("dentist", "dentist"),
    ("washing machine", "appliances"),
    ("senoir card", "senior-card"),
    ("blood presure", "blood-pressure"),
    ("wheelchiar", "wheelchair"),
    ("locksmit", "locksmith"),
    ("residence permit", "residence-permit"),
    ("rezidence permit", "residence-permit"),
    # written otherwise
    ("  量 血 压 ", "blood-pressure"),
    ("老年证！！", "senior-card"),
    ("ＬＮＺ", "senior-card"),
]


@pytest.mark.parametrize(("words", "code"), FIRST)
def test_it_finds_what_people_mean(words: str, code: str) -> None:
    language = "en" if words.isascii() and " " in words else "zh-CN"
    assert [one.code for one in find(CATALOGUE, words, language, 8)][:1] == [code]


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ("血", {"blood-pressure", "blood-sugar", "blood-sample"}),
        ("护理", {"catheter", "stoma", "sputum"}),
        ("社保", {"social-card", "pension-check"}),
        ("理发", {"barber", "haircut-home"}),
        ("haircut", {"barber", "haircut-home"}),
    ],
)
def test_it_shows_several_where_several_are_meant(words: str, codes: set[str]) -> None:
    assert codes <= {one.code for one in find(CATALOGUE, words, "zh-CN", 30)}


@pytest.mark.parametrize(
    "words", ["", "  ", "！？", "你好", "谢谢", "hello", "qqqq", "7", "在吗", "thanks a lot", "王阿姨"]
)
def test_it_finds_nothing_where_nothing_is_meant(words: str) -> None:
    assert find(CATALOGUE, words, "zh-CN", 8) == []


def test_it_finds_nothing_that_is_off() -> None:
    services = [replace(one, is_off=one.code == "locksmith") for one in CATALOGUE.services.values()]
    less = Catalogue(CATALOGUE.categories.values(), services)
    assert "locksmith" not in {one.code for one in find(less, "修锁", "zh-CN", 8)}


def test_it_gives_no_more_than_it_is_asked_for() -> None:
    assert len(find(CATALOGUE, "护理", "zh-CN", 3)) == 3


def test_it_is_quick() -> None:
    queries = [words for words, _ in FIRST]
    find(CATALOGUE, "热身", "zh-CN", 8)
    begins = time.process_time()
    for words in queries:
        find(CATALOGUE, words, "zh-CN", 8)
    assert (time.process_time() - begins) / len(queries) < 0.005


def test_it_survives_any_length() -> None:
    assert find(CATALOGUE, "我想给我妈办老年证" * 500, "zh-CN", 8)[0].code == "senior-card"
