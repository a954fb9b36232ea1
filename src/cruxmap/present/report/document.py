"""What the page says without its scripts, and on paper: the same sections under the same ids.

The page's scripts put their live sections in the place of these.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import batched
from typing import Any

from cruxmap.insight.sentences import mean_and_central
from cruxmap.language.argument_map import MAP_WORLDVIEW
from cruxmap.language.inheritance import NOBODY
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

WITH_A_NUMBER_EACH = frozenset({"routes", "table", "shares", "emerges"})
"""Bases whose parts have numbers that say what they are of."""

_TOLD_ELSEWHERE = {HANGING: "hangs-on", PARTING: "parting", TAKING: "takes"}
"""The chapters that are sections of their own."""

HOW = {
    "target": "what is asked",
    "defined by": "part of the definition",
    "route": "in a cause",
    "case": "in a case",
    "phase": "in a phase",
    "premise": "a premise",
    "for": "for it",
    "against": "against it",
    "undercuts": "undercuts it",
    "assumed": "assumed",
    "observed": "observed",
    "besides": "besides",
}
"""What an entry is to the one above it in the outline."""

WITHOUT_SCRIPTS = (
    "Scripts are off, so no numbers can be moved here. What follows was found when this page was made."
)
NOTHING_SAID = "There is no reviewer who says something about this."
READ_ONLY = "Numbers cannot be moved in this page. "
BLIND = (
    "Give your own numbers first: until then this page shows nobody's. They are in the file all the same, "
    "for whoever looks there. Without scripts they are not shown at all."
)
FITTED_THERE = " (fitted)"
OF_NOBODY = f" ({NOBODY})"
RECONCILED = "Each worldview is fitted to what its reviewer stated."
ANONYMOUS = "Reviewers are shown by letter."
NOT_YET = "not found yet"
_WITH = "With worldviews from files that are not in the project: "


def body(contents: Plain, probabilities: Mapping[str, Mapping[str, float]], why_not: str | None) -> Html:
    """Return the page as a document. `why_not` says why no numbers can be moved here, if that is so.

    `probabilities` are central, by worldview and address.
    """
    blind = bool(contents["blind"])
    notices = [
        tag("p", BLIND, class_="warning") if blind else None,
        tag("p", ANONYMOUS, class_="note") if contents["anonymous"] else None,
        tag(
            "noscript",
            tag("p", WITHOUT_SCRIPTS if why_not is None else [READ_ONLY, said(why_not)], class_="warning"),
        ),
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
    brought_in = _WITH + ", ".join(f"{one['id']} ({one['name']})" for one in contents["with"]) + "."
    return tag(
        "footer",
        tag("p", said(f"{contents['made_from']}."), class_="note"),
        tag("p", said(brought_in), class_="note") if contents["with"] else None,
    )


# --- what was found ----------------------------------------------------------------------------------


def _answer(contents: Plain, blind: bool) -> Html:
    given = [
        tag("p", f"{how} ", said(", ".join(contents[key])), ".", class_="quiet")
        for how, key in (("Assuming", "assuming"), ("Having observed", "observed"))
        if contents[key]
    ]
    fitted = tag("p", RECONCILED, class_="quiet") if contents["reconcile"] else None
    chapters = [c for c in contents["chapters"] if c["question"] not in _TOLD_ELSEWHERE]
    told = [] if blind else [_chapter(c, told_above=i == 0) for i, c in enumerate(chapters)]
    return _section("answer", tag("p", said(contents["question"]), class_="question"), given, fitted, told)


def _chapter(chapter: Plain, *, told_above: bool = False, title: bool = True) -> list[Html]:
    """Return a chapter, without its sentences where what stands above it says the same."""
    if not chapter["sentences"] or (told_above and not chapter["points"]):
        return []
    heading = [tag("h3", chapter["question"])] if title else []
    sentences = [tag("p", said(sentence)) for sentence in chapter["sentences"] if not told_above]
    points = [tag("li", said(point)) for point in chapter["points"]]
    return [tag("div", *heading, sentences, tag("ul", points) if points else None, class_="chapter")]


def _sections_of_numbers(contents: Plain) -> Iterator[Html]:
    yield _section("worldviews", _worldviews(contents))
    for chapter in contents["chapters"]:
        if (name := _TOLD_ELSEWHERE.get(chapter["question"])) is not None:
            yield _section(name, _chapter(chapter, title=False) or tag("p", NOTHING_SAID))


def _worldviews(contents: Plain) -> Html:
    return tag(
        "ul", [_worldview(name, one) for name, one in contents["worldviews"].items()], class_="bare"
    )


def _worldview(name: str, worldview: Plain) -> Html:
    """Return a worldview's estimate, its text, and what was said."""
    estimate = worldview["estimate"] or {}
    spread = estimate.get("interval_90")
    number = mean_and_central(estimate["mean"], estimate["central"]) if estimate else NOT_YET
    within = "" if spread is None else f", 90% of the draws {interval(tuple(spread))}"
    reason = estimate.get("reason")
    return tag(
        "li",
        tag("p", tag("strong", said(_name(name))), f": {number}{within}"),
        tag("p", said(reason)) if reason else None,
        tag("p", fitted_text(count)) if (count := _fitted(estimate)) else None,
        tag("p", said(worldview["text"])) if worldview["text"] else None,
        tag("ul", map(_stated, worldview["said"])) if worldview["said"] else None,
        class_="entry",
    )


def _fitted(estimate: Plain) -> int:
    return int(estimate.get("whose", {}).get("fitted_judgements", 0))


def fitted_text(count: int) -> str:
    """Say how many numbers of a worldview are not its own, but follow from what it states."""
    one = count == 1
    return f"{count} of its numbers {'was' if one else 'were'} fitted to what it states."


def _name(worldview: str) -> str:
    return "the map's own numbers" if worldview == MAP_WORLDVIEW else worldview


def _stated(one: Plain) -> Html:
    given = f", assuming {', '.join(one['given'])}" if one["given"] else ""
    return tag("li", "says of ", said(f"{one['words']}{given}"), ": ", said(one["credence"]))


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
    how = HOW[node["as"]]
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
            _basis(entry, told_by_numbers=not contents["blind"]),
            _sources(entry["sources"]),
            tag("p", said(entry["note"]), class_="note") if entry["note"] else None,
            _chances(name, probabilities),
            None if contents["blind"] else _numbers(contents, entry),
            [] if contents["blind"] else _remarks(entry),
            id=f"entry-{name}",
            class_=f"entry {entry['type']} depth-{min(depth, 8)}",
        )
    )


def _basis(entry: Plain, *, told_by_numbers: bool) -> list[Html]:
    """Return what an entry rests on; its cases are not told where the numbers tell them anyway."""
    first, *others = entry["basis_words"]
    if told_by_numbers and entry["basis"] in WITH_A_NUMBER_EACH:
        others = []
    points = tag("ul", [tag("li", said(words)) for words in others]) if others else None
    return [tag("p", said(first)), *([points] if points else [])]


def _sources(sources: Iterable[Plain]) -> Html | None:
    links = [
        tag("a", said(one["text"]), href=one["url"]) if one["url"] else said(one["text"])
        for one in sources
    ]
    separated = [part for link in links for part in (", ", link)][1:]
    return tag("p", "Source: ", separated) if links else None


def _chances(name: str, probabilities: Mapping[str, Mapping[str, float]]) -> Html | None:
    """Say how probable an entry is in each worldview, those alike together."""
    by_number: dict[str, list[str]] = {}
    for worldview, known in probabilities.items():
        if name in known:
            by_number.setdefault(percent(known[name]), []).append(_name(worldview))
    said_by = [f"{number}: {', '.join(names)}" for number, names in by_number.items()]
    return tag("p", "Central probability: ", said("; ".join(said_by))) if said_by else None


def _numbers(contents: Plain, entry: Plain) -> Html | None:
    """Return the numbers of an entry with who gives them; those that nobody wrote are left out."""
    places = {address: contents["judgements"][address] for address in entry["numbers"]}
    if entry["basis"] == "shares":
        rows = [_row(entry["states"], row) for row in batched(places.values(), len(entry["states"]))]
    else:
        told = [place for place in places.values() if place["by"] or not place["is_default"]]
        rows = [
            (
                place["words"],
                [(MAP_WORLDVIEW, _of_map(place)), *((w, _text(one)) for w, one in place["by"].items())],
            )
            for place in told
        ]
    items = [tag("li", said(_given(words, numbers))) for words, numbers in rows]
    return tag("ul", items) if items else None


def _text(given: Plain) -> str:
    older = f" (given before a change: {given['stale']})" if "stale" in given else ""
    return f"{given['text']}{FITTED_THERE if given['fitted'] else ''}{older}"


def _of_map(place: Plain) -> str:
    return f"{place['map']}{'' if place.get('elicited', True) else OF_NOBODY}"


def _row(states: Sequence[Plain], row: Sequence[Plain]) -> tuple[str, list[tuple[str, str]]]:
    """Return the case of a row of shares, and the shares that the map and whoever else gives some there."""
    first, *_ = names = [state["shown"] for state in states]
    case = row[0]["words"].removeprefix(f"share of {first}").strip()
    by = dict.fromkeys(name for place in row for name in place["by"])
    shares = _shares(names, [place["map"] for place in row])
    nobodys = all(not place.get("elicited", True) for place in row)
    numbers = [(MAP_WORLDVIEW, shares + (OF_NOBODY if nobodys else ""))]
    for worldview in by:
        own = [place["by"].get(worldview, {}) for place in row]
        shares = _shares(names, [one.get("text") for one in own])
        whole = next((one for one in own if one.get("fitted") or "stale" in one), own[0])
        numbers.append((worldview, _text({"fitted": None, **whole, "text": shares})))
    return case or "shares", numbers


def _shares(states: Iterable[str], texts: Iterable[str | None]) -> str:
    shown = [(state, text) for state, text in zip(states, texts, strict=True) if text not in (None, "0%")]
    certain = [state for state, text in shown if text == "100%"]
    return certain[0] if certain else ", ".join(f"{state} {text}" for state, text in shown)


def _given(words: str, numbers: Iterable[tuple[str, str]]) -> str:
    """Say what a number is of, and what each gives: the map's own without a name."""
    given = "; ".join(text if name == MAP_WORLDVIEW else f"{name} {text}" for name, text in numbers)
    return f"{words}: {given}"


def _remarks(entry: Plain) -> list[Html]:
    return [
        tag("p", said(f"{one['worldview']}: {one['text']}"), class_="small") for one in entry["remarks"]
    ]
