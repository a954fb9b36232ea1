"""What the page says without its scripts, and on paper: the same sections under the same ids.

The page's scripts put their live sections in the place of these.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cruxmap.insight.sentences import MEAN
from cruxmap.language.argument_map import MAP_WORLDVIEW
from cruxmap.present.main_points_text import HANGING, PARTING, TAKING
from cruxmap.present.phrases import interval, percent
from cruxmap.present.report.markup import Html, said, tag

type Plain = Mapping[str, Any]

SECTIONS = {
    "answer": "The question and the answer",
    "worldviews": "The worldviews",
    "hangs-on": "What it hangs on",
    "parting": "Where two of them part",
    "takes": "What would it take?",
    "argument": "The argument",
}
"""The sections of the page in their order, with their titles."""

_TOLD_ELSEWHERE = {HANGING: "hangs-on", PARTING: "parting", TAKING: "takes"}
"""The chapters that are sections of their own."""

HOW = {
    "target": "the question",
    "defined by": "part of the definition",
    "route": "a cause",
    "case": "its case",
    "phase": "its phases",
    "premise": "a premise",
    "for": "for it",
    "against": "against it",
    "undercuts": "undercuts it",
    "besides": "besides",
}
"""What an entry is to the one above it in the outline."""

WITHOUT_SCRIPTS = (
    "Scripts are off, so no numbers can be moved here. What follows was found when this page was made."
)
BLIND = (
    "Give your own numbers first: until then this page shows nobody's. They are in the file all the same, "
    "for whoever looks there. Without scripts they are not shown at all."
)
ANONYMOUS = "Reviewers are shown by letter."


def body(contents: Plain, probabilities: Mapping[str, Mapping[str, float]], why_not: str | None) -> Html:
    """Return the page as a document. `why_not` says why no numbers can be moved here, if that is so.

    `probabilities` are central, by worldview and address.
    """
    blind = bool(contents["blind"])
    notices = [
        tag("p", BLIND, class_="warning") if blind else None,
        tag("p", ANONYMOUS, class_="note") if contents["anonymous"] else None,
        tag("noscript", tag("p", WITHOUT_SCRIPTS, class_="warning")) if why_not is None else None,
    ]
    return Html(
        "\n".join(
            (
                tag("a", "Skip to the answer", class_="skip", href="#answer"),
                _header(contents),
                tag(
                    "main",
                    "\n",
                    notices,
                    _answer(contents, blind),
                    [] if blind else _sections_of_numbers(contents),
                    _section("argument", _argument(contents, {} if blind else probabilities)),
                    "\n",
                    id="page",
                    tabindex="-1",
                ),
                _footer(contents),
            )
        )
    )


def _header(contents: Plain) -> Html:
    links = [tag("li", tag("a", title, href=f"#{name}")) for name, title in SECTIONS.items()]
    return tag(
        "header",
        tag("h1", said(contents["title"])),
        tag("p", said(contents["text"]), class_="abstract") if contents["text"] else None,
        tag("nav", tag("ul", links), aria_label="Sections"),
    )


def _section(name: str, *children: Any) -> Html:
    title = tag("h2", SECTIONS[name], id=f"{name}-title")
    return Html(
        "\n" + tag("section", title, *children, id=name, aria_labelledby=f"{name}-title", tabindex="-1")
    )


def _footer(contents: Plain) -> Html:
    return tag("footer", tag("p", said(f"{contents['made_from']}."), class_="note"))


# --- what was found ----------------------------------------------------------------------------------


def _answer(contents: Plain, blind: bool) -> Html:
    given = [
        tag("p", f"{how} ", said(", ".join(contents[key])), ".", class_="quiet")
        for how, key in (("Assuming", "assuming"), ("Having observed", "observed"))
        if contents[key]
    ]
    chapters = [c for c in contents["chapters"] if c["question"] not in _TOLD_ELSEWHERE]
    told = [] if blind else [_chapter(c, 1 if i == 0 else 0) for i, c in enumerate(chapters)]
    return _section("answer", tag("p", said(contents["question"]), class_="question"), given, told)


def _chapter(chapter: Plain, skip: int = 0, *, title: bool = True) -> list[Html]:
    """Return a chapter without the first sentences, which are said already."""
    if not chapter["sentences"]:
        return []
    heading = [tag("h3", chapter["question"])] if title else []
    sentences = [tag("p", said(sentence)) for sentence in chapter["sentences"][skip:]]
    points = [tag("li", said(point)) for point in chapter["points"]]
    return [tag("div", *heading, sentences, tag("ul", points) if points else None, class_="chapter")]


def _sections_of_numbers(contents: Plain) -> Iterator[Html]:
    yield _section("worldviews", _worldviews(contents))
    for chapter in contents["chapters"]:
        if (name := _TOLD_ELSEWHERE.get(chapter["question"])) is not None:
            yield _section(name, _chapter(chapter, title=False))


def _worldviews(contents: Plain) -> Html:
    heads = [
        tag("th", head, scope="col") for head in ("worldview", MEAN, "90% interval", "central", "in words")
    ]
    rows = [
        tag(
            "tr",
            tag("th", said(_name(name)), scope="row"),
            [tag("td", cell) for cell in _cells(worldview)],
        )
        for name, worldview in contents["worldviews"].items()
    ]
    return tag("div", tag("table", tag("thead", tag("tr", heads)), tag("tbody", rows)), class_="scrolls")


def _name(worldview: str) -> str:
    return "the map's own numbers" if worldview == MAP_WORLDVIEW else worldview


def _cells(worldview: Plain) -> list[Any]:
    estimate = worldview["estimate"]
    spread = estimate["interval_90"]
    words = [said(worldview["text"]), *(_stated(one) for one in worldview["said"])]
    return [
        "-" if estimate["mean"] is None else percent(estimate["mean"]),
        interval(None if spread is None else tuple(spread)),
        "-" if estimate["central"] is None else percent(estimate["central"]),
        [*words, estimate.get("reason")],
    ]


def _stated(one: Plain) -> Html:
    given = f", assuming {', '.join(one['assuming'])}" if one["assuming"] else ""
    return tag(
        "p", "Says of ", said(f"{one['words']}{given}"), ": ", said(one["credence"]), ".", class_="small"
    )


# --- the argument ------------------------------------------------------------------------------------


def _argument(contents: Plain, probabilities: Mapping[str, Mapping[str, float]]) -> list[Html]:
    told = list(_entries(contents, probabilities))
    return [tag("p", "What it rests on, and under each entry what speaks for and against it."), *told]


def _entries(contents: Plain, probabilities: Mapping[str, Mapping[str, float]]) -> Iterator[Html]:
    """Yield every entry, in the order of the outline; how deep each is stands in a class."""
    stack = [(node, 0) for node in reversed(contents["outline"])]
    while stack:
        node, depth = stack.pop()
        if not node.get("again"):
            yield _entry(contents, node, depth, probabilities)
            stack += [(child, depth + 1) for child in reversed(node["children"])]


def _entry(
    contents: Plain, node: Plain, depth: int, probabilities: Mapping[str, Mapping[str, float]]
) -> Html:
    name, entry = node["id"], contents["entries"][node["id"]]
    how = HOW[node["as"]] if depth else None
    above = [entry["type"], how, f"brought by {entry['brought_by']}" if entry["brought_by"] else None]
    return Html(
        "\n"
        + tag(
            "article",
            tag(
                "p",
                tag("a", name, href=f"#entry-{name}"),
                " ",
                said(", ".join(filter(None, above))),
                class_="id",
            ),
            tag("h3", said(entry["text"] or name)),
            _basis(entry),
            _sources(entry["sources"]),
            tag("p", said(entry["note"]), class_="note") if entry["note"] else None,
            _chances(name, probabilities),
            [] if contents["blind"] else _numbers(contents, entry),
            [] if contents["blind"] else _remarks(entry),
            id=f"entry-{name}",
            class_=f"entry {entry['type']} depth-{min(depth, 8)}",
        )
    )


def _basis(entry: Plain) -> list[Html]:
    first, *others = entry["basis_words"]
    points = tag("ul", [tag("li", said(words)) for words in others]) if others else None
    return [tag("p", said(first), class_="small"), *([points] if points else [])]


def _sources(sources: Iterable[Plain]) -> Html | None:
    links = [
        tag("a", said(one["text"]), href=one["url"], rel="noopener noreferrer")
        if one["url"]
        else said(one["text"])
        for one in sources
    ]
    separated = [part for link in links for part in (", ", link)][1:]
    return tag("p", "Source: ", separated, class_="small") if links else None


def _chances(name: str, probabilities: Mapping[str, Mapping[str, float]]) -> Html | None:
    """Say how probable an entry is in each worldview, those alike together."""
    by_number: dict[str, list[str]] = {}
    for worldview, known in probabilities.items():
        if name in known:
            by_number.setdefault(percent(known[name]), []).append(_name(worldview))
    said_by = [f"{number}: {', '.join(names)}" for number, names in by_number.items()]
    return tag("p", "Central probability: ", said("; ".join(said_by)), class_="small") if said_by else None


def _numbers(contents: Plain, entry: Plain) -> list[Html]:
    """Return the numbers of an entry with who gives them."""
    items = []
    for address in entry["numbers"]:
        place = contents["judgements"][address]
        if place["is_default"] and not place["by"]:
            continue
        own = [f"{_name(name)}: {one['text']}" for name, one in place["by"].items()]
        given = "; ".join((f"the map: {place['map']}", *own))
        items.append(tag("li", said(place["words"]), ": ", said(given)))
    return [tag("ul", items, class_="small")] if items else []


def _remarks(entry: Plain) -> list[Html]:
    return [
        tag("p", said(f"{one['worldview']}: {one['text']}"), class_="small") for one in entry["remarks"]
    ]
