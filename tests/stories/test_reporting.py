"""Reporting: every way to begin, only what is missing is asked, one card with every edit."""

import pytest

from tests.town import Town

from .chat import go, person, reports, ticket, tickets

AT_BUILDING_3 = (30.2611, 120.0506)


async def test_it_takes_one_sentence_and_asks_nothing_more(town: Town) -> None:
    await go(town, town.rosa.says("3栋2单元楼道灯坏了"), town.rosa.presses("同意，继续"))
    assert "锦绣家园 3栋 2单元" in town.rosa.shows("请看看对不对").text
    await go(town, town.rosa.presses("报上去"))
    assert (await ticket(town))["kind"] == "public_facilities"
    assert town.wei.shows("楼道灯坏了")


@pytest.mark.parametrize("begin", ["/report", "📝 报个事"])
async def test_it_asks_for_the_words_after_the_command_or_the_button(town: Town, begin: str) -> None:
    await go(town, town.rosa.starts(), town.rosa.presses("同意，继续"), town.rosa.says(begin))
    assert town.rosa.shows("请说说是什么事")
    await go(town, town.rosa.says("3栋2单元楼道灯坏了"), town.rosa.presses("报上去"))
    assert (await ticket(town))["words"] == "3栋2单元楼道灯坏了"


async def test_it_asks_what_a_bare_picture_does_not_say(town: Town) -> None:
    rosa = town.rosa
    await go(town, rosa.sends_photo(), rosa.presses("没有危险"), rosa.presses("同意，继续"))
    await go(town, rosa.presses("环境卫生"), rosa.presses("锦绣家园"), rosa.presses("3栋"), rosa.presses("2单元"))
    await go(town, rosa.presses("报上去"))
    assert (await ticket(town))["kind"] == "environment"
    assert any("photo" in message.body for message in town.wei.received)


@pytest.mark.parametrize("has_caption", [True, False])
async def test_it_takes_an_album_as_one_report(town: Town, has_caption: bool) -> None:
    rosa = town.rosa
    await go(town, rosa.sends_album(3, "3栋2单元垃圾堆成山了" if has_caption else None))
    if not has_caption:
        await go(town, rosa.presses("没有危险"), rosa.says("3栋2单元垃圾堆成山了"))
    await go(town, rosa.presses("同意，继续"), rosa.presses("报上去"))
    assert (await ticket(town))["words"] == "3栋2单元垃圾堆成山了"
    assert town.wei.shows("3 个附件")


async def test_it_adds_the_rest_of_an_album_that_comes_after_the_danger_was_called(town: Town) -> None:
    await go(town, town.rosa.sends_album(3, "3栋2单元着火了，冒浓烟"))
    assert town.wei.shows("着火了")
    assert town.wei.shows("3 个附件")
    assert (await ticket(town))["is_danger"]


async def test_it_keeps_an_album_that_comes_while_consent_is_asked(town: Town) -> None:
    town.sim.hold_updates()
    await town.rosa.sends_album(2, "3栋2单元楼道灯坏了")
    town.sim.release(0)
    await town.settle()
    assert town.rosa.shows("您同意吗")
    town.sim.release()
    await town.settle()
    await go(town, town.rosa.presses("同意，继续"), town.rosa.presses("报上去"))
    assert town.wei.shows("2 个附件")


@pytest.mark.parametrize("deed", ["sends_voice", "sends_video"])
async def test_it_begins_with_a_voice_message_or_a_video(town: Town, deed: str) -> None:
    await go(town, getattr(town.rosa, deed)())
    assert town.rosa.shows("现在有人有危险吗")
    await go(town, town.rosa.presses("没有危险"), town.rosa.presses("同意，继续"))
    assert town.rosa.shows("这是哪一类的事")


async def test_it_begins_with_a_document(town: Town) -> None:
    await go(town, town.rosa.sends_document("通知.pdf", b"%PDF-1.4", "3栋2单元楼道灯坏了"))
    await go(town, town.rosa.presses("同意，继续"), town.rosa.presses("报上去"))
    assert town.wei.shows("1 个附件")


async def test_it_begins_with_a_position_and_finds_the_building(town: Town) -> None:
    await go(town, town.rosa.starts(), town.rosa.presses("同意，继续"), town.rosa.sends_location(*AT_BUILDING_3))
    assert town.rosa.shows("请说说是什么事")
    await go(town, town.rosa.says("路灯坏了"))
    assert "锦绣家园 3栋" in town.rosa.shows("请看看对不对").text
    await go(town, town.rosa.presses("报上去"))
    assert any("location" in message.body for message in town.wei.received)


async def test_it_begins_with_a_venue(town: Town) -> None:
    await go(town, town.rosa.sends_venue("北门垃圾站", "垃圾满了没人清"), town.rosa.presses("同意，继续"))
    assert town.rosa.shows("请看看对不对")


async def test_it_asks_which_of_two_buildings_is_meant(town: Town) -> None:
    await go(town, town.rosa.says("5栋楼道灯坏了"), town.rosa.presses("同意，继续"))
    assert town.rosa.shows("是哪一处")
    await go(town, town.rosa.presses("槐荫里 5栋"))
    assert "槐荫里 5栋" in town.rosa.shows("请看看对不对").text


async def test_it_takes_a_typed_place(town: Town) -> None:
    await go(town, town.rosa.says("楼道灯坏了"), town.rosa.presses("同意，继续"), town.rosa.says("三栋二单元"))
    assert "锦绣家园 3栋 2单元" in town.rosa.shows("请看看对不对").text


async def test_it_takes_back_one_tap_among_the_places(town: Town) -> None:
    rosa = town.rosa
    await go(town, rosa.says("楼道灯坏了"), rosa.presses("同意，继续"), rosa.presses("春风苑"), rosa.presses("返回"))
    await go(town, rosa.presses("锦绣家园"), rosa.presses("4栋"), rosa.presses("返回"), rosa.presses("3栋"))
    await go(town, rosa.presses("就是3栋"))
    assert "锦绣家园 3栋" in rosa.shows("请看看对不对").text


async def test_it_changes_each_thing_on_the_card(town: Town) -> None:
    rosa = town.rosa
    await go(town, rosa.says("3栋2单元楼道灯坏了"), rosa.presses("同意，继续"))
    await go(town, rosa.presses("改地点"), rosa.says("4栋1单元"), rosa.presses("改类别"), rosa.presses("环境卫生"))
    await go(town, rosa.presses("匿名"), rosa.presses("替别人报"), rosa.presses("邻居"), rosa.presses("报上去"))
    made = await ticket(town)
    assert (made["kind"], made["is_anonymous"], made["for_whom"]) == ("environment", True, "neighbour")
    assert town.zhao.shows("居民要求匿名")
    assert not town.zhao.sees("王阿姨")


async def test_it_leads_back_from_an_edit_to_the_card_as_it_was(town: Town) -> None:
    rosa = town.rosa
    await go(town, rosa.says("3栋2单元楼道灯坏了"), rosa.presses("同意，继续"))
    for edit in ("改地点", "改类别", "替别人报"):
        await go(town, rosa.presses(edit), rosa.presses("返回"))
        assert "锦绣家园 3栋 2单元" in rosa.shows("请看看对不对").text
    await go(town, rosa.presses("报上去"))
    assert (await ticket(town))["for_whom"] is None


async def test_it_reads_a_correction_in_words_on_the_card(town: Town) -> None:
    await go(town, town.rosa.says("3栋2单元楼道灯坏了"), town.rosa.presses("同意，继续"))
    await go(town, town.rosa.says("不是3栋，是4栋1单元"), town.rosa.says("好的"))
    assert town.zhao.shows("4栋 1单元")


async def test_it_looks_for_a_spot_outdoors_in_the_estate_not_at_home(town: Town) -> None:
    await go(town, town.chen.says("小区北门口的路灯不亮"), town.chen.presses("同意，继续"))
    card = town.chen.shows("请看看对不对").text
    assert "锦绣家园，小区北门口" in card
    assert "3栋" not in card


async def test_it_adds_no_room_to_what_is_in_nobodys_room(town: Town) -> None:
    await reports(town, town.chen, "楼道灯坏了")
    assert (await ticket(town))["room"] is None
    await reports(town, town.chen, "厨房水管漏水了")
    assert (await tickets(town))[-1]["room"] == "1501"


@pytest.mark.parametrize("words", ["谢谢你", "你好"])
async def test_it_takes_no_courtesy_for_a_place_or_for_more_words(town: Town, words: str) -> None:
    rosa = town.rosa
    await go(town, rosa.says("楼道灯坏了"), rosa.presses("同意，继续"), rosa.says(words), rosa.says("3栋2单元"))
    await go(town, rosa.says(words), rosa.says("报上去"))
    assert (await ticket(town))["words"] == "楼道灯坏了"


async def test_it_shows_a_matter_by_its_number_in_the_middle_of_a_report(town: Town) -> None:
    rosa = town.rosa
    await reports(town, rosa, "3栋2单元楼道灯坏了")
    number = (await ticket(town))["number"]
    await go(town, rosa.says("4栋1单元垃圾堆成山了"), rosa.says(f"{number}怎么样了"))
    assert "楼道灯坏了" in rosa.last.text
    await go(town, rosa.presses("报上去"))
    assert [row["words"] for row in await tickets(town)] == ["3栋2单元楼道灯坏了", "4栋1单元垃圾堆成山了"]


async def test_it_asks_again_for_whom_when_the_answer_names_nobody(town: Town) -> None:
    rosa = town.rosa
    await go(town, rosa.says("我妈家漏水了"), rosa.presses("同意，继续"), rosa.says("好的"), rosa.says("我外婆"))
    await go(town, rosa.says("3栋2单元1502"), rosa.presses("报上去"))
    assert (await ticket(town))["for_whom"] == "我外婆"


async def test_it_raises_the_draft_to_a_danger_from_every_question(town: Town) -> None:
    await go(town, town.rosa.says("楼道灯坏了"), town.rosa.presses("现在有危险"))
    assert town.rosa.shows("火警 119")
    assert (await ticket(town))["is_danger"]


async def test_it_turns_the_card_into_the_live_card_with_a_number_to_copy(town: Town) -> None:
    await reports(town, town.rosa, "3栋2单元楼道灯坏了")
    number = (await ticket(town))["number"]
    assert not town.rosa.sees("请看看对不对")
    await go(town, town.rosa.presses("复制编号"))
    assert town.rosa.person.clipboard == str(number)


@pytest.mark.parametrize("way", ["/cancel", "算了", "✖ 取消"])
async def test_it_sends_nothing_after_a_cancel(town: Town, way: str) -> None:
    await go(town, town.rosa.says("3栋2单元楼道灯坏了"), town.rosa.presses("同意，继续"))
    await go(town, town.rosa.presses(way) if way == "✖ 取消" else town.rosa.says(way))
    assert town.rosa.shows("先不弄了")
    assert await tickets(town) == []


async def test_it_makes_one_report_of_a_double_tap(town: Town) -> None:
    await go(town, town.rosa.says("3栋2单元楼道灯坏了"), town.rosa.presses("同意，继续"))
    card = town.rosa.shows("请看看对不对")
    await town.rosa.presses("报上去", on=card)
    await go(town, town.rosa.presses("报上去", on=card))
    await ticket(town)


async def test_it_does_not_let_an_old_card_send_a_new_draft(town: Town) -> None:
    rosa = town.rosa
    await go(town, rosa.says("3栋2单元楼道灯坏了"), rosa.presses("同意，继续"))
    old = rosa.shows("请看看对不对")
    data = old.inline_rows[0][0]["callback_data"]
    await go(town, rosa.presses("取消"), rosa.says("4栋1单元垃圾堆成山了"), rosa.forges(data, old.id))
    assert await tickets(town) == []
    assert rosa.alerts[-1].text


async def test_it_does_not_throw_a_draft_away_when_the_button_is_pressed_again(town: Town) -> None:
    rosa = town.rosa
    await go(town, rosa.says("楼道灯坏了"), rosa.presses("同意，继续"), rosa.presses("报个事"))
    assert "楼道灯坏了" in rosa.shows("还有一件没报完").text
    await go(town, rosa.presses("接着报"), rosa.says("3栋2单元"), rosa.presses("报上去"))
    assert (await ticket(town))["words"] == "楼道灯坏了"


async def test_it_takes_words_of_hours_later_for_something_new(town: Town) -> None:
    rosa = town.rosa
    await go(town, rosa.says("楼道灯坏了"), rosa.presses("同意，继续"))
    await town.advance(hours=4)
    await go(town, rosa.says("4栋1单元垃圾堆成山了"))
    assert rosa.shows("先放一边了")
    await go(town, rosa.presses("报上去"))
    assert (await ticket(town))["words"] == "4栋1单元垃圾堆成山了"


async def test_it_survives_a_restart_at_every_question(town: Town) -> None:
    rosa = town.rosa
    for deed in (
        rosa.says("楼道灯坏了"),
        rosa.presses("同意，继续"),
        rosa.presses("锦绣家园"),
        rosa.presses("3栋"),
        rosa.presses("2单元"),
        rosa.presses("报上去"),
    ):
        await go(town, deed)
        await town.restart()
    assert (await ticket(town))["kind"] == "public_facilities"


async def odd_input(town: Town, odd: str) -> None:
    """Something that answers no question."""
    match odd:
        case "sticker":
            await go(town, town.rosa.sends_sticker())
        case "contact":
            await go(town, town.rosa.shares_contact(own=False))
        case _:
            await go(town, town.rosa.says("？"))


@pytest.mark.parametrize("odd", ["sticker", "contact", "mark"])
async def test_it_answers_odd_input_at_every_question_and_asks_again(town: Town, odd: str) -> None:
    rosa = town.rosa
    await go(town, rosa.says("坏了"), rosa.presses("同意，继续"))
    for answer in (rosa.presses("公共设施"), rosa.says("3栋2单元"), rosa.says("好的")):
        await odd_input(town, odd)
        await go(town, answer)
    assert (await ticket(town))["kind"] == "public_facilities"


@pytest.mark.parametrize(
    ("words", "warm"),
    [
        ("我想预约拍全家福", "值班员帮您安排"),
        ("网格员态度太差了，我要投诉他", "让您受委屈了"),
    ],
)
async def test_it_gives_what_has_no_flow_yet_to_the_duty_secretary(town: Town, words: str, warm: str) -> None:
    await reports(town, town.rosa, words)
    assert town.rosa.shows(warm)
    assert town.dan.shows(words)
    assert not town.wei.sees(words)


@pytest.mark.parametrize(("words", "kind"), [("社保怎么转到外地", "question"), ("建议小区加装一些车位", "suggestion")])
async def test_it_takes_questions_and_suggestions(town: Town, words: str, kind: str) -> None:
    await reports(town, town.rosa, words)
    assert (await ticket(town))["kind"] == kind
    assert town.dan.shows(words)


async def test_it_answers_a_greeting(town: Town) -> None:
    await go(town, town.rosa.says("你好"))
    assert town.rosa.shows("您好")
    assert await tickets(town) == []


async def test_it_refuses_a_huge_file_and_keeps_the_words(town: Town) -> None:
    await go(town, town.rosa.says("楼道灯坏了"), town.rosa.presses("同意，继续"))
    await go(town, town.rosa.sends_video(size=30_000_000))
    assert town.rosa.shows("太大，收不下")
    await go(town, town.rosa.says("3栋2单元"), town.rosa.presses("报上去"))
    assert not town.sim.record.calls("getFile")
    assert (await ticket(town))["words"] == "楼道灯坏了"


async def test_it_takes_a_story_longer_than_a_message(town: Town) -> None:
    story = "3栋2单元楼道灯坏了。" + "我跟您慢慢说这个事情。" * 500
    await go(town, town.rosa.says(story), town.rosa.presses("同意，继续"), town.rosa.presses("报上去"))
    assert len((await ticket(town))["words"]) > 5000
    assert town.wei.shows("楼道灯坏了")


async def test_it_escapes_a_name_and_turns_no_screen_upside_down(town: Town) -> None:
    odd = town.sim.person("<b>王\u202e\u0000</b>&" + "长" * 100, user_id=7001, is_started=True)
    await reports(town, odd, "3栋2单元楼道灯坏了")
    name = (await person(town, odd))["name"]
    assert name.startswith("<b>王")
    assert len(name) <= 64
    assert not {"\u202e", "\u0000"} & set(name)
    await go(town, town.wei.presses("接单"))
    assert town.wei.shows("<b>王")


async def test_it_speaks_english_from_the_first_word(town: Town) -> None:
    anna = town.sim.person("Anna", user_id=7002, language="en", is_started=True)
    await go(town, anna.says("The stairwell lamp in building 3 unit 2 is out"), anna.presses("I agree"))
    assert "Jinxiu Garden Building 3 Unit 2" in anna.shows("Is this right?").text
    await go(town, anna.presses("Send"))
    assert anna.shows("passed to")
    await go(town, town.wei.presses("接单"))
    assert anna.shows("has taken it")


async def test_it_draws_everything_again_in_the_language_that_was_chosen(town: Town) -> None:
    rosa = town.rosa
    await reports(town, rosa, "3栋2单元楼道灯坏了")
    await go(town, rosa.says("4栋1单元垃圾堆成山了"), rosa.says("/lang"), rosa.presses("English"))
    assert rosa.shows("Is this right?")
    assert rosa.shows("Number 10")
    assert "📝 Report" in [one["text"] for row in (rosa.keyboard or {})["keyboard"] for one in row]
    await go(town, rosa.presses("My matters"))
    assert rosa.shows("Under way")


async def test_it_takes_the_kind_of_the_answer_when_all_words_together_are_unclear(town: Town) -> None:
    rosa = town.rosa
    await go(town, rosa.says("太吵了没人管"), rosa.presses("同意，继续"))
    assert rosa.shows("这是哪一类的事")
    await go(town, rosa.says("3栋2单元垃圾没人清"))
    card = rosa.shows("请看看对不对").text
    assert "环境卫生" in card
    assert "太吵了没人管" in card
