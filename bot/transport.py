"""Calls to the Bot API over aiohttp: a lean `call` for the hot path, and the same session under python-telegram-bot.

PTB's own transport (httpx) costs two to three times the processor time per call, which decides the throughput of a
bot; see docs/decisions. Errors are told apart by what may be done about them.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import aiohttp
import orjson
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

from .silence import Silence

CONNECT_SECONDS = 5.0
READ_SECONDS = 15.0
POOL = 64


class ApiError(Exception):
    """The Bot API said no."""

    def __init__(self, code: int, description: str, parameters: Mapping[str, Any]) -> None:
        super().__init__(f"{code} {description}")
        self.code = code
        self.description = description
        self.retry_after: float | None = parameters.get("retry_after")
        self.migrate_to_chat_id: int | None = parameters.get("migrate_to_chat_id")


class NotSent(Exception):
    """The call never reached the server; it may be made again."""


class Ambiguous(Exception):
    """The connection broke after the call was sent: it may have been carried out or not."""


class Caller(Protocol):
    """Whatever calls the Bot API as `Transport` does."""

    async def call(self, method: str, params: Mapping[str, Any]) -> Any:
        """Call a method and give back its result."""

    async def upload(self, method: str, params: Mapping[str, Any], files: Mapping[str, tuple[str, bytes]]) -> Any:
        """Call a method with files."""


class Permitted:
    """A caller who asks before each call whether it may still be made; what may not raises NotSent."""

    def __init__(self, caller: Caller, may_call: Callable[[], bool]) -> None:
        self._caller = caller
        self._may_call = may_call

    async def call(self, method: str, params: Mapping[str, Any]) -> Any:
        """Call a method, if it may be called."""
        self._check()
        return await self._caller.call(method, params)

    async def upload(self, method: str, params: Mapping[str, Any], files: Mapping[str, tuple[str, bytes]]) -> Any:
        """Call a method with files, if it may be called."""
        self._check()
        return await self._caller.upload(method, params, files)

    def _check(self) -> None:
        if not self._may_call():
            raise NotSent("it is another's to say")


class Transport:
    """One HTTP session to one Bot API server."""

    def __init__(self, api_url: str, token: str) -> None:
        self._base = f"{api_url.rstrip('/')}/bot{token}/"
        self._file_base = f"{api_url.rstrip('/')}/file/bot{token}/"
        self._session: aiohttp.ClientSession | None = None
        self.silence = Silence()

    async def open(self) -> None:
        """Be ready to call."""
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=POOL, keepalive_timeout=60)
            self._session = aiohttp.ClientSession(connector=connector)

    async def close(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    @property
    def session(self) -> aiohttp.ClientSession:
        """The open session. Raises RuntimeError before `open`."""
        if self._session is None:
            raise RuntimeError("the transport is closed")
        return self._session

    async def call(self, method: str, params: Mapping[str, Any], *, seconds: float = READ_SECONDS) -> Any:
        """Call a method and give back its result.

        Raises ApiError, NotSent (safe to repeat) or Ambiguous (may have been carried out).
        """
        timeout = aiohttp.ClientTimeout(total=2 * seconds, sock_connect=CONNECT_SECONDS, sock_read=seconds)
        headers = {"Content-Type": "application/json"}
        try:
            async with self.session.post(
                self._base + method, data=orjson.dumps(params), headers=headers, timeout=timeout
            ) as response:
                body = await response.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            self.silence.goes_on()
            raise NotSent(type(error).__name__) from None
        except (aiohttp.ClientError, TimeoutError, ConnectionError) as error:
            self.silence.goes_on()
            raise Ambiguous(type(error).__name__) from None
        if response.status >= 500:
            self.silence.goes_on()
        else:
            self.silence.broken()
        return _result(response.status, body)

    async def upload(self, method: str, params: Mapping[str, Any], files: Mapping[str, tuple[str, bytes]]) -> Any:
        """Call a method with files, as a form. Raises as `call` does."""
        form = aiohttp.FormData()
        for name, value in params.items():
            form.add_field(name, value if isinstance(value, str) else orjson.dumps(value).decode())
        for name, (file_name, content) in files.items():
            form.add_field(name, content, filename=file_name)
        try:
            async with self.session.post(self._base + method, data=form) as response:
                return _result(response.status, await response.read())
        except aiohttp.ClientConnectorError as error:
            raise NotSent(type(error).__name__) from None
        except (aiohttp.ClientError, TimeoutError, ConnectionError) as error:
            raise Ambiguous(type(error).__name__) from None

    async def download(self, file_path: str, limit: int) -> bytes:
        """Fetch a file, at most `limit` bytes.

        Raises ApiError when the server will not give it, NotSent when it is out of reach, ValueError for a larger one.
        """
        try:
            async with self.session.get(self._file_base + file_path) as response:
                if response.status != 200:
                    raise ApiError(response.status, "the file is not given", {})
                content = await response.content.read(limit + 1)
                while len(content) <= limit and (more := await response.content.read(limit + 1 - len(content))):
                    content += more
        except (aiohttp.ClientError, TimeoutError, ConnectionError) as error:
            raise NotSent(type(error).__name__) from None
        if len(content) > limit:
            raise ValueError("the file is too large")
        return content


def _result(status: int, body: bytes) -> Any:
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError:
        data = None
    if not isinstance(data, dict):
        # The page of a gateway or of a captive network: the server may or may not have seen the call.
        raise ApiError(status, "no JSON", {}) if 400 <= status < 500 else Ambiguous(f"status {status}, no JSON")
    if data.get("ok"):
        return data["result"]
    code = int(data.get("error_code") or status)
    raise ApiError(code, str(data.get("description") or ""), data.get("parameters") or {})


class AiohttpRequest(BaseRequest):
    """python-telegram-bot's request interface on the same session."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    @property
    def read_timeout(self) -> float | None:
        """Seconds to wait for an answer."""
        return READ_SECONDS

    async def initialize(self) -> None:
        """Open the session."""
        await self._transport.open()

    async def shutdown(self) -> None:
        """The transport is closed by whoever opened it."""

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Make one request. Raises telegram.error.TimedOut or NetworkError."""
        del write_timeout, connect_timeout, pool_timeout
        seconds = read_timeout if isinstance(read_timeout, int | float) else READ_SECONDS
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS, sock_read=seconds)
        try:
            async with self._transport.session.request(
                method, url, data=_body(request_data), timeout=timeout
            ) as response:
                return response.status, await response.read()
        except TimeoutError as error:
            raise TimedOut from error
        except aiohttp.ClientError as error:
            raise NetworkError(type(error).__name__) from error


def _body(request_data: RequestData | None) -> aiohttp.FormData | dict[str, str] | None:
    if request_data is None:
        return None
    if not request_data.contains_files:
        return dict(request_data.json_parameters)
    form = aiohttp.FormData(request_data.json_parameters)
    for name, (file_name, content, content_type) in (request_data.multipart_data or {}).items():
        form.add_field(name, content, filename=file_name, content_type=content_type)
    return form
