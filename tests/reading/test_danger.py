"""Danger said, implied, denied, over, hypothetical, or only a figure of speech."""

import pytest

from handlers.reading import Danger, Intent, LexiconReader

from .messages import load_alarms


@pytest.mark.parametrize(
    "text",
    [
        "电梯困人了",
        "3栋2单元电梯停了，里面有人",
        "楼道里有煤气味",
        "电线掉下来了",
        "厨房着火了",
        "厨房著火了",
        "插座冒火花",
        "墙要倒了",
        "有人要跳楼",
        "有个小孩掉河里了",
        "狗咬人了",
        "There is a fire on the third floor",
        "I smell gas",
        "救命",
    ],
)
def test_it_hears_danger(reader: LexiconReader, text: str) -> None:
    assert reader.read(text).danger is Danger.YES


@pytest.mark.parametrize(
    "text",
    [
        "隔壁独居的陈爷爷牛奶三天没拿了",
        "楼上大爷好几天没见着了 敲门不应",
        "停电了 我老伴靠呼吸机的",
        "我爸倒在地上叫不醒",
        "门反锁了孩子一个人在里面哭",
        "漏水流到插座下面了",
        "My old neighbour hasn't been seen for three days",
        "The power is out and my father is on a ventilator",
    ],
)
def test_it_understands_danger_that_is_implied(reader: LexiconReader, text: str) -> None:
    assert reader.read(text).danger is Danger.YES


@pytest.mark.parametrize(
    "text",
    [
        "不是煤气 就是停水",
        "没有煤气味 灶打不着",
        "电梯里没人 就是停了",
        "昨天隔壁小区着火了",
        "去年这里着过火",
        "昨天电梯困人已经救出来了",
        "火已经扑灭了",
        "误报 没着火",
        "万一着火怎么办",
        "飞线充电 早晚要着火",
        "想报名消防演习 学怎么逃生",
        "饿死我了",
        "笑死人了",
        "隔壁装修吵得我想跳楼",
        "晚上吃火锅",
        "I'm starving",
        "False alarm, it was just burnt toast",
    ],
)
def test_it_is_not_alarmed_by_what_is_not_danger(reader: LexiconReader, text: str) -> None:
    assert reader.read(text).danger is Danger.NO


@pytest.mark.parametrize(
    "text",
    ["昨天就闻到煤气味 今天更浓了", "昨晚刮风 电线断了垂在路中间", "火还没扑灭", "前天孩子走丢了 还没找到"],
)
def test_it_stays_alarmed_by_what_is_not_over(reader: LexiconReader, text: str) -> None:
    assert reader.read(text).danger is Danger.YES


@pytest.mark.parametrize("text", ["好大的烟", "老人摔了一跤", "快来", "闻着有股怪味"])
def test_it_asks_when_it_may_be_danger(reader: LexiconReader, text: str) -> None:
    assert reader.read(text).danger in {Danger.MAYBE, Danger.YES}


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("我妈叫不醒", Intent.SOS),
        ("救命", Intent.SOS),
        ("电梯困人了", Intent.REPORT),
        ("路边有人晕倒了", Intent.REPORT),
    ],
)
def test_it_tells_a_call_for_help_from_a_report(reader: LexiconReader, text: str, intent: Intent) -> None:
    reading = reader.read(text)

    assert (reading.intent, reading.kind) == (intent, "danger")


def test_it_misses_no_alarm_it_was_taught(reader: LexiconReader) -> None:
    missed = [text for text, is_danger in load_alarms() if is_danger and reader.read(text).danger is Danger.NO]

    assert missed == []


def test_it_asks_seldom_for_nothing(reader: LexiconReader) -> None:
    calm = [text for text, is_danger in load_alarms() if not is_danger]
    alarmed = [text for text in calm if reader.read(text).danger is not Danger.NO]

    assert len(alarmed) <= len(calm) * 0.15, alarmed
