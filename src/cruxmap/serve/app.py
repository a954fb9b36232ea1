"""The answers: the page, news for it, and saving what was changed in it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from cruxmap.errors import Code
from cruxmap.present.report.markup import Html, said, tag
from cruxmap.present.report.packaging import page_style
from cruxmap.present.report.page_file import whole_page
from cruxmap.serve.guard import PAGE, Address, Guard, Refused, answer, sent
from cruxmap.serve.live import Live
from cruxmap.serve.saving import save

NEWS, SAVE = "/news", "/save"

PATIENCE = 20.0
"""Seconds after which whoever waits for news is told that there are none."""


def app_of(live: Live, address: Address) -> ASGIApp:
    """Return what answers for a served model."""

    async def page(request: Request) -> Response:
        shown = live.page()
        return HTMLResponse(shown) if shown is not None else _not_yet(live)

    async def news(request: Request) -> Response:
        after = request.query_params.get("after", "")
        known = int(after) if after.isdecimal() and len(after) < 20 else -1
        return JSONResponse(await live.news_after(known, PATIENCE))

    writing = asyncio.Lock()

    async def saved(request: Request) -> Response:
        asked = await sent(request)
        async with writing:  # one after another, and none while another is being checked
            done = await asyncio.to_thread(save, live.path, live.folder, asked)
        live.look()
        return JSONResponse(done)

    @asynccontextmanager
    async def running(app: Starlette) -> AsyncIterator[None]:
        loop = asyncio.create_task(live.run())
        try:
            yield
        finally:
            loop.cancel()
            with suppress(asyncio.CancelledError):
                await loop

    routes = [
        Route(PAGE, page, methods=["GET"]),
        Route(NEWS, news, methods=["GET"]),
        Route(SAVE, saved, methods=["POST"]),
    ]
    handlers: dict[Any, Callable[[Request, Any], Awaitable[Response]]] = {
        Refused: _refused,
        HTTPException: _unknown,
        ClientDisconnect: _gone,
        Exception: _faulty,
    }
    app = Starlette(routes=routes, exception_handlers=handlers, lifespan=running)
    app.router.redirect_slashes = False
    return Guard(app, address)


async def _refused(request: Request, refused: Any) -> Response:
    return answer(refused)


async def _unknown(request: Request, exception: Any) -> Response:
    message = f"there is nothing here that answers {request.method} {request.url.path[:100]}"
    return answer(Refused(exception.status_code, Code.WRONG_REQUEST, message))


async def _gone(request: Request, exception: Any) -> Response:
    return answer(Refused(400, Code.WRONG_REQUEST, "not all of it was sent"))


async def _faulty(request: Request, exception: Any) -> Response:
    message = f"a fault in cruxmap: {type(exception).__name__}: {exception}"
    return answer(Refused(500, Code.CANNOT_USE, message, "please report it; nothing was written"))


WAITING = "The page is being made"

AGAIN = "setTimeout(() => location.reload(), 1000);"
"""Asks again, for the same place in the page, which a refresh by a header would take for a way within it."""


def _not_yet(live: Live) -> Response:
    """Say what is being done before there is a page; the browser asks again each second."""
    doing = live.doing
    problems = [
        tag("li", said(f"{p['file']}:{p['line']}: {p['message']}"), tag("br"), said(p["hint"]))
        for p in live.news()["problems"]
    ]
    within = tag(
        "main",
        tag("h1", WAITING),
        tag("p", said(f"Now: {doing.what}" if doing else "It is about to begin."), role="status"),
        tag("ul", problems) if problems else None,
        id="page",
    )
    script = Html(f"<script>{AGAIN}</script>")
    return HTMLResponse(whole_page(WAITING, page_style(), Html(f"{within}{script}"), scripts=(AGAIN,)))
