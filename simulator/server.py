"""The HTTP server: `/bot<token>/<method>` for bots, everything else for `site`.

A call is read (JSON, form or multipart), checked against the published schema, done, checked again and
answered. The low-level server of aiohttp is used without its router: this path is the busy one.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Any

import orjson
from aiohttp import web

from simulator.errors import ApiError, MismatchError, bad_request
from simulator.faults import ConnectionCutError
from simulator.methods import METHODS, Call
from simulator.methods.media import KINDS
from simulator.posting import World
from simulator.record import Call as Recorded
from simulator.spec import Json, Upload, spec
from simulator.state import Bot
from simulator.town import TOKEN

FILE_PARAMETERS = frozenset({*KINDS.values(), "thumbnail", "certificate"})
NOT_SIMULATED = frozenset(
    {
        "business_connection_id",
        "direct_messages_topic_id",
        "ephemeral_message_parameters",
        "inline_message_id",
        "suggested_post_parameters",
        "rich_message",
    }
)
LARGEST_REQUEST = 60 * 2**20
JSON_HEADERS = {"Content-Type": "application/json"}
NOT_FOUND = ApiError(404, "Not Found")
SPECIAL = {
    "chat_id is required": "chat_id is empty",
    "text is required": "message text is empty",
    "secret_token must have 1-256 characters": "secret token is too long",
    "media must have 2-10 items": "wrong number of messages in the album: must be 2-10",
}

Site = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


def explained(mismatch: MismatchError) -> ApiError:
    """Turn a value that does not fit the schema into the 400 that comes nearest to Telegram's."""
    words = str(mismatch)
    if mismatch.path and mismatch.path[-1] == "callback_data":
        return bad_request("BUTTON_DATA_INVALID")
    return bad_request(SPECIAL.get(words, f"parameter {words}"))


class Server:
    """Answers bots. `start` binds, `stop` ends all waiting requests."""

    def __init__(self, world: World, site: Site) -> None:
        self.world = world
        self.accepts_any_token = False
        self._site = site
        self._runner: web.ServerRunner | None = None
        self.port = 0

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Bind; port 0 takes a free one, `port` says which."""
        self._runner = web.ServerRunner(
            web.Server(self._handle, request_factory=_factory()), access_log=None, shutdown_timeout=0.2
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Stop serving."""
        self.world.events.close()
        for queue in self.world.queues.values():
            queue.end_poll()
        for hook in list(self.world.webhooks.values()):
            await hook.stop()
        if self._runner is not None:
            await self._runner.cleanup()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        path = request.path
        if path.startswith("/bot"):
            token, _, name = path[4:].partition("/")
            return await self._call(request, token, name)
        if path.startswith("/file/bot"):
            token, _, name = path[9:].partition("/")
            return self._file(token, name)
        return await self._site(request)

    async def _call(self, request: web.BaseRequest, token: str, name: str) -> web.Response:
        bot = self._bot(token)
        if bot is None:
            return _answer(ApiError(401, "Unauthorized").answer(), 401)
        call = Call(self.world, bot, {}, invoke=partial(self.invoke, bot))
        try:
            raw = await self._read(request, call)
        except web.HTTPRequestEntityTooLarge:
            return _answer(ApiError(413, "Request Entity Too Large").answer(), 413)
        except ApiError as error:
            return _answer(error.answer(), error.code)
        try:
            code, body = await self.perform(call, name, raw)
        except ConnectionCutError:
            if request.transport is not None:
                request.transport.abort()
            return _answer({}, 502)
        return _answer(body, code)

    def _file(self, token: str, path: str) -> web.Response:
        bot = self.world.town.bot_of(token)
        file = self.world.files.at(path, bot.id) if bot else None
        if file is None:
            return _answer(NOT_FOUND.answer(), 404)
        return web.Response(body=file.data, content_type="application/octet-stream")

    async def invoke(self, bot: Bot, raw: Json) -> None:
        """Do a call that came as the answer of a webhook; nobody hears how it went."""
        name = str(raw.pop("method"))
        with suppress(ConnectionCutError):
            await self.perform(Call(self.world, bot, {}), name, raw)

    async def perform(self, call: Call, name: str, raw: Json) -> tuple[int, Json]:
        """Do a call, faults and flood control included; return the status and the body, and record it."""
        published = spec().by_lower_name.get(name.lower())
        method = published.name if published else name
        fault = self.world.faults.pick(method, raw.get("chat_id")) if self.world.faults.active else None
        code, answer, body = 0, None, Json()
        try:
            if fault is not None:
                await fault.before()
            if published is None or method not in METHODS:
                raise NOT_FOUND
            call.args = published.read(raw)
            for parameter in NOT_SIMULATED & call.args.keys():
                raise bad_request(f"{parameter} is not simulated")
            self.world.flood.check(call.bot.id, method, call.args.get("chat_id"))
            answer = await METHODS[method](call)
            code, body = 200, {"ok": True, "result": answer}
            if fault is not None:
                await fault.after()
        except (MismatchError, ApiError) as error:
            refusal = explained(error) if isinstance(error, MismatchError) else error
            code, answer, body = refusal.code, refusal.description, refusal.answer()
        finally:
            self.world.record.add(
                Recorded(
                    at=self.world.clock.now(),
                    bot_id=call.bot.id,
                    method=method,
                    args=call.args or raw,
                    code=code,
                    answer=answer,
                    fault=fault.kind if fault else None,
                )
            )
        return code, body

    def _bot(self, token: str) -> Bot | None:
        bot = self.world.town.bot_of(token)
        if bot is None and self.accepts_any_token and TOKEN.fullmatch(token):
            number = token.partition(":")[0]
            bot = self.world.add_bot(token, first_name=f"Bot {number}", username=f"bot{number}_bot")
            self.world.events.publish("commands", bot=bot.id)
            for chat in bot.private.values():
                self.world.publish("chat", chat, title=bot.first_name)
        return bot

    async def _read(self, request: web.BaseRequest, call: Call) -> Json:
        """Return the raw parameters: the query's, and the body's in any of its three forms."""
        raw: Json = dict(request.query) if request.query_string else {}
        if request.method != "POST" or not request.body_exists:
            return raw
        if request.content_type == "application/json":
            try:
                body: Any = orjson.loads(await request.read())
            except orjson.JSONDecodeError:
                raise bad_request("can't parse JSON object") from None
            return {**raw, **body}
        uploads: dict[str, Upload] = {}
        for key, value in (await request.post()).items():
            if isinstance(value, web.FileField):
                uploads[key] = Upload(value.filename, value.file.read(), value.content_type)
            elif isinstance(value, bytes | bytearray):
                uploads[key] = Upload(key, bytes(value), "application/octet-stream")
            else:
                raw[key] = value
        call.uploads = uploads
        return raw | {key: upload for key, upload in uploads.items() if key in FILE_PARAMETERS}


def _factory() -> Callable[..., web.BaseRequest]:
    """Return a maker of requests that may be as large as Telegram takes them."""
    return partial(web.BaseRequest, loop=asyncio.get_running_loop(), client_max_size=LARGEST_REQUEST)


def _answer(body: Json, code: int) -> web.Response:
    return web.Response(body=orjson.dumps(body), status=code, headers=JSON_HEADERS)
