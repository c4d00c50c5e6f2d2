"""Who has a telephone in the demo, by their numbers, and what each is called in the language that is played."""

from dataclasses import replace
from typing import Any

from storage.structure import Plan

ROSA, CHEN, LI, WEI, LAO_LI, YE, TIAN, NURSE, DAN = 1001, 1002, 1005, 2001, 2003, 2004, 2005, 2006, 3001
VERA, DU, SU, ADA = 5001, 5002, 5003, 9001
PEOPLE = (  # Telegram id, name in Chinese, name in English
    (ROSA, "王阿姨", "Rosa"),
    (WEI, "小魏", "Wei"),
    (DAN, "丹姐", "Dan"),
    (CHEN, "陈叔", "Chen"),
    (1003, "小王", "Xiao Wang"),
    (LI, "李奶奶", "Granny Li"),
    (2002, "小赵", "Zhao"),
    (LAO_LI, "老李", "Lao Li"),
    (YE, "小叶", "Ye"),
    (TIAN, "小田", "Tian"),
    (NURSE, "江护士", "Nurse Jiang"),
    (3002, "周书记", "Secretary Zhou"),
    (4001, "方联络员", "Fang"),
    (VERA, "薇拉", "Vera"),
    (DU, "小杜", "Xiao Du"),
    (SU, "苏老师", "Teacher Su"),
    (6001, "奥托", "Otto"),
    (ADA, "艾达", "Ada"),
)
FOUND = {"vol-2": DU, "vol-3": SU}
"""Who of the sample has a telephone here besides, by their code."""
NEWCOMER = ROSA
"""She joins by the code on her door."""


def telephones(language: str) -> list[dict[str, Any]]:
    """The people of the simulator, as its file of people wants them."""
    code = "en" if language == "en" else "zh-hans"
    return [
        {
            "user_id": user_id,
            "first_name": english if language == "en" else chinese,
            "language": code,
            "is_started": user_id != NEWCOMER,
        }
        for user_id, chinese, english in PEOPLE
    ]


def speaking(plan: Plan, language: str) -> Plan:
    """The community with everybody reading one language; those with a telephone are called as there."""
    names = {row["user_id"]: row["first_name"] for row in telephones(language)}
    people = []
    for one in plan.lines["people"]:
        telephone = FOUND.get(one.line.code, one.line.telegram_id)
        name = names.get(telephone or 0, one.line.name)
        about = {"language": language, "telegram_id": telephone, "name": name}
        people.append(replace(one, line=one.line.model_copy(update=about)))
    return replace(plan, lines={**plan.lines, "people": tuple(people)})
