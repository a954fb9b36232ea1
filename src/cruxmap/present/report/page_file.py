"""The page as one file: a policy, a style, blocks of data, a script, and the document.

The policy lets nothing run but the page's own scripts and style, whose hashes it names, and lets nothing be
fetched. The script that does the work travels deflated, as the data do, and a small one runs it. Everything
is in an order that depends on nothing but what it says, so that the same model gives the same bytes.
"""

import base64
import hashlib
import json
import zlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, reduce
from importlib.metadata import version
from pathlib import Path
from typing import Any

from cruxmap.insight.findings import Findings
from cruxmap.insight.travelling_model import travelling_model
from cruxmap.language.digest import digest_of_question
from cruxmap.language.model_spec import ModelSpec
from cruxmap.present.report.contents import contents_of
from cruxmap.present.report.document import body
from cruxmap.present.report.markup import Html, cleaned, tag
from cruxmap.present.report.packaging import LOADER, MAIN, WORKER, page_sources, page_style, script

MARKED_WITHIN = 4096
"""Bytes at the start of a page in which its mark stands."""

FILE = "report.html"
"""What the page of a model is called in its folder."""

ICON = "data:,"
"""No icon: without one, browsers ask a server for it."""


@dataclass(frozen=True, slots=True)
class Shown:
    """How a page shows its model: `blind`, without numbers first; `anonymous`, with letters for reviewers."""

    blind: bool = False
    anonymous: bool = False


AS_IT_IS = Shown()


def report_of(found: Findings, how: Shown = AS_IT_IS) -> str:
    """Return the page of a model; whoever is to be anonymous is so in the findings already.

    Raises `WrongUsage` where nothing is installed that lays out the map.
    """
    contents = contents_of(found, blind=how.blind, anonymous=how.anonymous)
    return report_page(contents, travelling_model(found.model), mark_of(found.model, how))


def mark_of(model: ModelSpec, how: Shown) -> str:
    """Return what a page is marked by: it changes with the model and the scripts."""
    parts = [version("cruxmap"), digest_of_question(model), *model.worldviews, str(how), *_scripts()]
    parts += [f"{v.worldview} {v.name} {hashlib.sha256(v.data).hexdigest()}" for v in model.visitors]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def is_marked(path: Path, mark: str) -> bool:
    """Tell whether there is a page with a mark at a path."""
    with suppress(OSError), path.open("rb") as file:
        return mark.encode() in file.read(MARKED_WITHIN)
    return False


def report_page(
    contents: Mapping[str, Any], model: Mapping[str, Any], mark: str = "", *, live: bool = False
) -> str:
    """Return the page for what people read, and the data of a model to compute with.

    A `live` page has a block for what its server tells it, which `with_news` fills, and may ask that server.
    """
    shown: dict[str, Any] = cleaned(contents)
    probabilities = shown.pop("probabilities")
    if not model["exact"]:
        shown["probabilities"] = probabilities  # the page cannot compute them
    other = {key: part for key, part in model.items() if key != "network"}
    if shown["anonymous"]:
        del other["made_from"]  # states of this map are none of the one with names
    loader, main, worker, style = _scripts()
    why_not = None if model["exact"] else str(model["why_not_exact"])
    blocks = [
        _block("model", packed({**cleaned(other), "network": model["network"]})),
        _block("contents", packed(shown)),
        _block("worker", _deflated(worker.encode())),
        _block("script", _deflated(main.encode())),
        *([_block("news", "")] if live else []),
        Html(f"<script>{loader}</script>"),
    ]
    return whole_page(
        str(shown["title"]),
        style,
        Html("\n".join((*blocks, body(shown, probabilities, why_not)))),
        scripts=(loader, main),
        mark=mark,
        live=live,
    )


def with_news(page: str, news: Mapping[str, Any]) -> str:
    """Return a live page with what its server tells it at first."""
    empty, told = _block("news", ""), _block("news", packed(news))
    return page.replace(empty, told, 1)


def whole_page(
    title: str,
    style: str,
    within: Html,
    *,
    scripts: Iterable[str] = (),
    mark: str = "",
    live: bool = False,
) -> str:
    """Return a page with a policy that lets nothing run but its own style and scripts.

    It fetches nothing, unless it is `live`: then from where it came from.
    """
    head = [
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy(style, scripts, live=live)),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("meta", name="mark", content=mark) if mark else None,
        tag("link", rel="icon", href=ICON),
        tag("title", title),
        Html(f"<style>{style}</style>"),
    ]
    return "\n".join(
        (
            "<!DOCTYPE html>",
            '<html lang="en">',
            tag("head", "\n", *head),
            "<body>",
            within,
            "</body>",
            "</html>",
            "",
        )
    )


def policy(style: str, scripts: Iterable[str], *, live: bool = False) -> str:
    """Return the policy for a page with this style and these scripts; a `live` one may ask its server."""
    asks = "'self'" if live else "'none'"
    hashes = " ".join(map(_hash, scripts))
    runs = f"{hashes} 'wasm-unsafe-eval'; worker-src blob:" if hashes else "'none'"
    return (
        f"default-src 'none'; script-src {runs}; style-src {_hash(style)}; img-src data:; "
        f"connect-src {asks}; object-src 'none'; base-uri 'none'; form-action 'none'"
    )


def packed(data: Mapping[str, Any]) -> str:
    """Return plain data as base64 of deflated JSON, without head or checksum.

    Long lists of numbers, which are base64 already, would deflate badly as such. They follow the JSON as
    bytes, after a zero byte; its key `bytes` has the way to each, and where it begins and ends.
    """
    lists: list[tuple[list[str], int, int]] = []
    behind = bytearray()

    def without_lists(value: Any, way: list[str]) -> Any:
        if isinstance(value, Mapping):
            return {key: without_lists(part, [*way, key]) for key, part in value.items()}
        if isinstance(value, str) and way[:1] == ["network"]:
            begin = len(behind)
            behind.extend(base64.b64decode(value))
            lists.append((way, begin, len(behind)))
            return None
        return value

    shown = without_lists(data, [])
    whole = _json(shown) if not lists else _json(shown | {"bytes": lists}) + b"\0" + behind
    return _deflated(whole)


def _deflated(whole: bytes) -> str:
    deflater = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS, 9)
    return base64.b64encode(deflater.compress(whole) + deflater.flush()).decode()


def unpacked(text: str) -> Any:
    """Return the data that `packed` was given."""
    written, _, behind = zlib.decompress(base64.b64decode(text), -zlib.MAX_WBITS).partition(b"\0")
    data = json.loads(written)
    for (*way, last), begin, end in data.pop("bytes", ()):
        reduce(lambda place, name: place[name], way, data)[last] = base64.b64encode(
            behind[begin:end]
        ).decode()
    return data


def _json(data: Any) -> bytes:
    return json.dumps(
        data, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
    ).encode()


def _block(name: str, text: str) -> Html:
    return Html(f'<script type="text/plain" id="{name}">{text}</script>')


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@cache
def _scripts() -> tuple[str, str, str, str]:
    """Return the scripts of the file, of the page in it and of its workers, and its style."""
    sources = page_sources()
    loader, main, worker = (script(sources, entry) for entry in (LOADER, MAIN, WORKER))
    return loader, main, worker, page_style()
