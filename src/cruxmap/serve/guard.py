"""Who is answered: this machine, by the address that was printed, and to ask or to save, the page itself.

A page of another site can send requests here, and can have its own name lead here. So the name that was asked
for (Host) has to be the address, and whoever asks for more than the page has to be of the same origin and to
show the token that stands in the page. No answer may be read by others, kept, or shown in their frames.
"""

import asyncio
import hmac
import json
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cruxmap.errors import Code

TOKEN = "x-cruxmap-token"
"""The header in which the page shows its token: no form, no link and no other site can send it unasked."""

PAGE = "/"
"""Where the page is; everything else asks for the token."""

MOST_BYTES = 4 << 20
"""The most that anybody may send."""

SECONDS_TO_SEND = 10.0
"""How long anybody may take to send it."""

HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "content-security-policy": "frame-ancestors 'none'",
    "x-frame-options": "DENY",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}
"""What every answer says. What the page itself may do is in its own policy."""


@dataclass(frozen=True, slots=True)
class Refused(Exception):  # noqa: N818 - it is an answer
    """Raised with what is wrong with a request, and whatever else its sender is told."""

    status: int
    code: Code
    message: str
    hint: str = ""
    more: Any = None

    def to_json(self) -> dict[str, Any]:
        """Return what is sent."""
        return {"code": self.code, "message": self.message, "hint": self.hint, **(self.more or {})}


@dataclass(frozen=True, slots=True)
class Address:
    """Where the page is served, and the token that stands in it."""

    host: str
    port: int
    token: str

    @property
    def origin(self) -> str:
        """The address as a browser says it."""
        return f"http://{self.host}:{self.port}" if self.port != 80 else f"http://{self.host}"

    def check(self, scope: Scope) -> None:
        """Raise `Refused` for whoever may not have an answer."""
        headers = Headers(scope=scope)
        if headers.getlist("host") != [self.origin.removeprefix("http://")]:
            hint = f"open {self.origin}/"
            raise Refused(421, Code.WRONG_HOST, "this is served under another address", hint)
        is_page = scope["path"] == PAGE
        if not _is_of_same_site(headers, navigates=is_page):
            raise Refused(
                403, Code.WRONG_ORIGIN, "another site has asked for this", f"open {self.origin}/"
            )
        if is_page:
            return
        origins = headers.getlist("origin")
        if origins != [self.origin] and (origins or scope["method"] not in ("GET", "HEAD")):
            raise Refused(
                403, Code.WRONG_ORIGIN, "another page has asked for this", f"open {self.origin}/"
            )
        shown = headers.getlist(TOKEN)
        if len(shown) != 1 or not hmac.compare_digest(shown[0].encode(), self.token.encode()):
            hint = "load the page again: the program was started anew since"
            raise Refused(403, Code.WRONG_TOKEN, "this is not from the page as it is served now", hint)


def _is_of_same_site(headers: Headers, *, navigates: bool) -> bool:
    """Tell whether a browser that says who asks says that it is the page, or somebody who goes to it."""
    site = headers.get("sec-fetch-site", "same-origin")
    if site in ("same-origin", "none"):
        return True
    mode, target = headers.get("sec-fetch-mode"), headers.get("sec-fetch-dest")
    return navigates and (mode, target) == ("navigate", "document")


@dataclass(frozen=True, slots=True)
class Guard:
    """Lets through to an application what its address allows, and puts the headers on every answer."""

    app: ASGIApp
    address: Address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            return  # the server closes it

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
                message["headers"] = [*message.get("headers", ()), *own]
            await send(message)

        try:
            self.address.check(scope)
        except Refused as refused:
            await answer(refused)(scope, receive, guarded)
            return
        await self.app(scope, receive, guarded)


def answer(refused: Refused) -> Response:
    """Return the answer that says why a request is refused; what else was being sent is not read."""
    headers = {"connection": "close"}
    return JSONResponse(refused.to_json(), refused.status, headers)


# --- what is sent --------------------------------------------------------------------------------


async def sent(request: Request) -> Any:
    """Return the JSON that somebody sent. Raises `Refused`: for what is too large before it is read."""
    kind, _, charset = request.headers.get("content-type", "").partition(";")
    if kind.strip().lower() != "application/json" or charset.strip().lower() not in ("", "charset=utf-8"):
        raise Refused(415, Code.WRONG_REQUEST, "what is sent must be JSON", "send `application/json`")
    length = request.headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > MOST_BYTES:
        raise _too_large()
    return _read(await _body(request))


def _too_large() -> Refused:
    message = f"this is larger than {MOST_BYTES:,} bytes"
    return Refused(413, Code.TOO_LARGE, message, "download the worldview, and put it into the folder")


async def _body(request: Request) -> bytes:
    body = bytearray()
    try:
        async with asyncio.timeout(SECONDS_TO_SEND):
            async for piece in request.stream():
                body += piece
                if len(body) > MOST_BYTES:
                    raise _too_large()
    except TimeoutError:
        message = f"it took longer than {SECONDS_TO_SEND:g} seconds to send this"
        raise Refused(408, Code.TOO_SLOW, message, "save again") from None
    return bytes(body)


def _read(body: bytes) -> Any:
    try:
        return json.loads(body.decode(), parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise Refused(400, Code.WRONG_REQUEST, "what is sent is no JSON in UTF-8") from None


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)
