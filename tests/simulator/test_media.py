"""Files and the other things a message can hold, from people and from bots."""

import io
from typing import Any

import aiohttp
import pytest

from simulator import images, samples
from simulator.client import Sim
from simulator.phone import Phone
from tests.simulator.conftest import Api


@pytest.fixture
def rosa(sim: Sim) -> Phone:
    return sim.person("王阿姨", is_started=True)


async def newest(api: Api) -> Any:
    return (await api("getUpdates"))["result"][-1]["message"]


async def upload(sim: Sim, http: aiohttp.ClientSession, method: str, **parts: Any) -> Any:
    form = aiohttp.FormData()
    for name, value in parts.items():
        if isinstance(value, bytes):
            form.add_field(name, io.BytesIO(value), filename=f"{name}.jpg")
        else:
            form.add_field(name, str(value))
    async with http.post(f"{sim.base_url}{sim.token}/{method}", data=form) as response:
        return await response.json()


async def test_it_brings_a_photo_that_can_be_fetched(
    sim: Sim, api: Api, http: aiohttp.ClientSession, rosa: Phone
) -> None:
    await rosa.sends_photo("楼道的灯坏了")
    photo = (await newest(api))["photo"][-1]
    assert (photo["width"], photo["height"]) == (160, 120)
    path = (await api("getFile", file_id=photo["file_id"]))["result"]["file_path"]
    async with http.get(f"{sim.base_file_url}{sim.token}/{path}") as response:
        assert images.size_of(await response.read()) == (160, 120)


async def test_it_does_not_know_the_file_ids_of_another_bot(sim: Sim, api: Api, rosa: Phone) -> None:
    sim.add_bot("7000000002:other")
    await rosa.sends_photo()
    file_id = (await newest(api))["photo"][-1]["file_id"]
    answer = await api("getFile", token="7000000002:other", file_id=file_id)
    assert answer["description"] == "Bad Request: wrong file_id or the file is temporarily unavailable"


async def test_it_refuses_to_give_out_more_than_20_mb(api: Api, rosa: Phone) -> None:
    await rosa.sends_video("很长", size=21 * 2**20)
    answer = await api("getFile", file_id=(await newest(api))["video"]["file_id"])
    assert answer["description"] == "Bad Request: file is too big"


async def test_it_gives_out_20_mb(api: Api, rosa: Phone) -> None:
    await rosa.sends_video("就这么长", size=20 * 2**20)
    assert (await api("getFile", file_id=(await newest(api))["video"]["file_id"]))["ok"]
    unknown = await api("getFile", file_id="AgACAgUAAxkB")
    assert unknown["description"] == "Bad Request: invalid file_id"


@pytest.mark.parametrize(
    ("method", "size"), [("sendDocument", 50 * 2**20), ("sendPhoto", 10 * 2**20)], ids=["document", "photo"]
)
async def test_it_takes_uploads_up_to_a_size(
    sim: Sim, http: aiohttp.ClientSession, rosa: Phone, method: str, size: int
) -> None:
    name = method.removeprefix("send").lower()
    data = samples.photo().ljust(size, b"\0")
    assert (await upload(sim, http, method, chat_id=rosa.id, **{name: data}))["ok"]
    answer = await upload(sim, http, method, chat_id=rosa.id, **{name: data + b"\0"})
    assert answer == {"ok": False, "error_code": 413, "description": "Request Entity Too Large"}


async def test_it_fetches_no_file_of_another_bot_and_none_that_is_unknown(
    sim: Sim, api: Api, http: aiohttp.ClientSession, rosa: Phone
) -> None:
    sim.add_bot("7000000002:other")
    await rosa.sends_photo()
    path = (await api("getFile", file_id=(await newest(api))["photo"][-1]["file_id"]))["result"]["file_path"]
    for address in (f"7000000002:other/{path}", f"{sim.token}/photos/none.jpg"):
        async with http.get(f"{sim.base_file_url}{address}") as response:
            assert response.status == 404


async def test_it_sends_albums_of_two_to_ten_that_go_together(api: Api, rosa: Phone) -> None:
    await rosa.sends_photo()
    photo = {"type": "photo", "media": (await newest(api))["photo"][-1]["file_id"]}
    await rosa.sends_document("名单.pdf", b"%PDF-1.4")
    document = {"type": "document", "media": (await newest(api))["document"]["file_id"]}
    sizes = [(await api("sendMediaGroup", chat_id=rosa.id, media=[photo] * count))["ok"] for count in (1, 2, 10, 11)]
    assert sizes == [False, True, True, False]
    answer = await api("sendMediaGroup", chat_id=rosa.id, media=[photo, document])
    assert answer["description"] == "Bad Request: document can't be mixed with other media types"


async def test_it_sends_an_album_as_one_update_each(api: Api, rosa: Phone) -> None:
    await rosa.sends_album(3, "三张")
    messages = [each["message"] for each in (await api("getUpdates"))["result"]]
    assert len({each["media_group_id"] for each in messages}) == 1
    assert [each.get("caption") for each in messages] == ["三张", None, None]


async def test_it_brings_every_kind_of_message(api: Api, rosa: Phone) -> None:
    await rosa.sends_voice(2)
    await rosa.sends_document("名单.pdf", b"%PDF-1.4")
    await rosa.sends_sticker()
    await rosa.sends_location(39.9, 116.4)
    await rosa.sends_venue("北门", "幸福路1号")
    await rosa.shares_contact()
    await rosa.shares_contact(own=False)
    got = [each["message"] for each in (await api("getUpdates"))["result"]]
    kinds = ["voice", "document", "sticker", "location", "venue", "contact", "contact"]
    assert all(kind in message for kind, message in zip(kinds, got, strict=True))
    assert got[5]["contact"]["user_id"] == rosa.id
    assert "user_id" not in got[6]["contact"]


async def test_it_forwards_with_the_origin(sim: Sim, api: Api, rosa: Phone) -> None:
    said = await rosa.says("电梯坏了")
    wei = sim.person("小魏")
    await wei.forwards(said)
    assert (await newest(api))["forward_origin"]["sender_user"]["id"] == rosa.id


async def test_it_takes_an_upload_and_sends_it_again_by_id(
    sim: Sim, api: Api, http: aiohttp.ClientSession, rosa: Phone
) -> None:
    sent = await upload(sim, http, "sendPhoto", chat_id=rosa.id, caption="图", photo=samples.photo())
    file_id = sent["result"]["photo"][-1]["file_id"]
    assert (await api("sendPhoto", chat_id=rosa.id, photo=file_id))["ok"]
    assert [message.text for message in rosa.received] == ["图", ""]
    refused = await api("sendVideo", chat_id=rosa.id, video=file_id)
    assert refused["description"] == "Bad Request: can't use file of type Photo as Video"


async def test_it_refuses_a_picture_that_is_none(sim: Sim, http: aiohttp.ClientSession, rosa: Phone) -> None:
    answer = await upload(sim, http, "sendPhoto", chat_id=rosa.id, photo=b"not a picture")
    assert answer["description"] == "Bad Request: IMAGE_PROCESS_FAILED"


async def test_it_sends_an_album_of_uploads(sim: Sim, http: aiohttp.ClientSession, rosa: Phone) -> None:
    media = '[{"type":"photo","media":"attach://a","caption":"<b>一</b>","parse_mode":"HTML"},{"type":"photo","media":"attach://b"}]'
    answer = await upload(
        sim, http, "sendMediaGroup", chat_id=rosa.id, media=media, a=samples.photo(), b=samples.photo()
    )
    assert len(answer["result"]) == 2
    assert answer["result"][0]["caption_entities"][0]["type"] == "bold"
    one = await upload(sim, http, "sendMediaGroup", chat_id=rosa.id, media="[]")
    assert not one["ok"]


async def test_it_measures_captions_after_the_markup(api: Api, rosa: Phone) -> None:
    await rosa.sends_photo()
    file_id = (await newest(api))["photo"][-1]["file_id"]
    send = {"chat_id": rosa.id, "photo": file_id, "parse_mode": "HTML"}
    assert (await api("sendPhoto", **send, caption=f"<b>{'字' * 1024}</b>"))["ok"]
    answer = await api("sendPhoto", **send, caption="字" * 1025)
    assert answer["description"] == "Bad Request: message caption is too long"


@pytest.mark.parametrize(
    ("method", "kind", "about"),
    [
        ("sendVoice", "voice", {"duration": 3}),
        ("sendAudio", "audio", {"duration": 3}),
        ("sendVideo", "video", {"duration": 3}),
        ("sendAnimation", "animation", {}),
        ("sendVideoNote", "video_note", {}),
        ("sendSticker", "sticker", {}),
        ("sendDocument", "document", {"caption": "名单"}),
    ],
)
async def test_it_sends_every_kind_of_file(
    sim: Sim, api: Api, http: aiohttp.ClientSession, rosa: Phone, method: str, kind: str, about: Any
) -> None:
    sent = (await upload(sim, http, method, chat_id=rosa.id, **{kind: b"sample"}, **about))["result"]
    assert {key: value for key, value in {**sent, **sent[kind]}.items() if key in about} == about
    again = (await api(method, chat_id=rosa.id, **{kind: sent[kind]["file_id"]}))["result"]
    assert again[kind] == sent[kind]
    empty = await upload(sim, http, method, chat_id=rosa.id, **{kind: b""})
    assert empty["description"] == "Bad Request: file must be non-empty"
    assert (await api(method, chat_id=rosa.id, **{kind: "https://a.cn/x"}))["error_code"] == 400


async def test_it_sends_places_and_numbers(api: Api, rosa: Phone) -> None:
    place = {"latitude": 39.9, "longitude": 116.4}
    assert (await api("sendLocation", chat_id=rosa.id, **place))["result"]["location"] == place
    venue = (await api("sendVenue", chat_id=rosa.id, **place, title="北门", address="幸福路1号"))["result"]["venue"]
    assert venue == {"location": place, "title": "北门", "address": "幸福路1号"}
    contact = (await api("sendContact", chat_id=rosa.id, phone_number="12345", first_name="值班"))["result"]["contact"]
    assert contact == {"phone_number": "12345", "first_name": "值班"}


def test_it_makes_voice_that_is_true_ogg() -> None:
    data = samples.voice(1)
    assert data.startswith(b"OggS")
    assert data.count(b"OggS") == 3
    assert b"OpusHead" in data
