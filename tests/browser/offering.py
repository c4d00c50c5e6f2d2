"""A bot's control end point as a test wants it: what it offers, and what was asked of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

ROSA, WEI = 1001, 2001
TOUR: dict[str, Any] = {
    "id": "first",
    "anew": "anew",
    "about": {"zh-CN": "第一次来？", "en": "New here?"},
    "steps": [
        {
            "id": "greet",
            "phone": ROSA,
            "text": {"zh-CN": "王阿姨打个招呼。", "en": "She greets."},
            "do": [{"says": {"zh-CN": "你好", "en": "Hello"}}],
            "until": {"phone": ROSA, "words": {"zh-CN": "收到", "en": "Got it"}},
        },
        {
            "id": "take",
            "phone": WEI,
            "text": {"zh-CN": "小魏接单。", "en": "He takes it."},
            "do": [{"presses": {"zh-CN": "接单", "en": "Accept"}}],
            "until": {"phone": ROSA, "words": {"zh-CN": "有人管了", "en": "Taken"}},
            "needs": ["greet"],
        },
    ],
    "end": {"text": {"zh-CN": "走完了"}, "answers": [{"question": "怎么打招呼？", "answer": "说一句就行。"}]},
}
OFFER: dict[str, Any] = {
    "now": "2030-01-07T01:00:00+00:00",
    "timezone": "Asia/Shanghai",
    "actions": [
        {"id": "hour", "label": {"zh-CN": "+1 小时", "en": "+1 h"}, "params": []},
        {"id": "to", "label": {"zh-CN": "到这个时间", "en": "To this time"}, "params": ["at"]},
        {"id": "kill", "label": {"zh-CN": "杀掉", "en": "Kill"}, "style": "danger"},
    ],
    "links": [{"label": "3栋2单元", "start": "p-32"}],
    "joins": [
        {"label": {"zh-CN": "居民，扫码", "en": "Resident, by a code"}, "start": "p-32"},
        {"label": {"zh-CN": "志愿者", "en": "Volunteer"}, "action": "invite", "params": {"role": "volunteer"}},
    ],
    "upcoming": [{"at": "2030-01-07T03:00:00+00:00", "what": {"zh-CN": "提醒小魏 10 248", "en": "nudge"}}],
}
Asked = list[tuple[str, Any]]


@asynccontextmanager
async def offering(offer: dict[str, Any]) -> AsyncIterator[tuple[str, Asked]]:
    """Serve an offer; gives its address, and the list of what is asked: path and parameters."""
    asked: Asked = []

    async def answer(request: web.BaseRequest) -> web.Response:
        if request.method == "GET":
            return web.json_response(offer)
        asked.append((request.path, await request.json()))
        return web.json_response({"start": "s-7"} if request.path.endswith("/invite") else offer)

    runner = web.ServerRunner(web.Server(answer), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/control", asked
    finally:
        await runner.cleanup()
