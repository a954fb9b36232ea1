"""Files edited in place: they say what was meant, and no other line moves."""

import random
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cruxmap.errors import InvalidMap
from cruxmap.language.editing import Changes, differences, edited
from cruxmap.language.in_place import said_by
from cruxmap.language.layout import Layout
from cruxmap.language.yaml_text import Entries, parse_text
from helpers import worldview_files as files
from helpers.commands import ROOT

SHIPPED = sorted((ROOT / "arguments").glob("*/worldviews/*.yaml"))
SECTIONS = ("judgements", "remarks", "claims", "questions", "arguments")
SIGNS = [*"{}[]:,-#'\"&*!|>%?\n\t\r ", "\ufeff", "\u2028"]
NAMES = ("rejects", "accepts")


def said(text: str) -> dict[str, Any]:
    root = parse_text(text, "mine.yaml").root
    assert isinstance(root, Entries)
    return said_by(root)


def bare(value: Any) -> Any:
    """Return a value with every long form that has only its number as that number."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return [bare(part) for part in value]
    if value.keys() == {"value"}:
        return bare(value["value"])
    return {key: bare(part) for key, part in value.items()}


def expected(before: dict[str, Any], changes: Changes) -> dict[str, Any]:
    """Say what a file should say after changes, in the plainest way."""
    after: dict[str, Any] = {key: before.get(key, {}) for key in SECTIONS}
    for section in SECTIONS:
        after[section] = dict(after[section])
        for key, value in getattr(changes, section).items():
            after[section].pop(key, None) if value is None else after[section].update({key: value})
    for address, value in changes.judgements.items():
        old = before.get("judgements", {}).get(address)
        is_long = isinstance(old, dict) and "value" in old
        if value is None or not is_long or (isinstance(value, dict) and "value" in value):
            continue
        if bare(old["value"]) == bare(value):
            after["judgements"][address] = old
        elif "tags" in old:
            after["judgements"][address] = {"tags": old["tags"], "value": value}
    for key in NAMES:
        names = before.get(key, [])
        names = [names] if isinstance(names, str) else names
        kept = [name for name in names if getattr(changes, key).get(name, True)]
        after[key] = kept + [n for n, wanted in getattr(changes, key).items() if wanted and n not in kept]
        if before.get(key) == "".join(after[key]) and len(after[key]) == 1:
            after[key] = before[key]
    routes = {claim: {r["id"]: r for r in listed} for claim, listed in before.get("routes", {}).items()}
    for claim, by_id in changes.routes.items():
        for id_, route in by_id.items():
            if route is None:
                routes.get(claim, {}).pop(id_, None)
            else:
                routes.setdefault(claim, {})[id_] = {"id": id_, **route}
    after["routes"] = {claim: list(by_id.values()) for claim, by_id in routes.items() if by_id}
    after["text"] = before["text"] if changes.text is None else changes.text
    after["made_from"] = changes.made_from or before.get("made_from", {})
    rest = {key: value for key, value in before.items() if key not in after}
    return bare({key: value for key, value in {**rest, **after}.items() if value})


maybe = st.none()
some_changes = st.builds(
    Changes,
    judgements=st.dictionaries(
        st.sampled_from(files.ADDRESSES), files.numbers | maybe, max_size=3
    ).flatmap(
        lambda found: st.dictionaries(
            st.sampled_from(files.QUESTIONS), files.shares | maybe, max_size=1
        ).map(lambda more: found | more)
    ),
    rejects=st.dictionaries(st.sampled_from(files.ENTRIES), st.booleans(), max_size=2),
    accepts=st.dictionaries(st.sampled_from(files.ENTRIES), st.booleans(), max_size=1),
    remarks=st.dictionaries(st.sampled_from(files.ENTRIES), files.sentences | maybe, max_size=1),
    claims=st.dictionaries(st.sampled_from(["c1", "c2"]), files.claims | maybe, max_size=1),
    arguments=st.dictionaries(st.sampled_from(["x1", "x2", "x3"]), files.arguments | maybe, max_size=1),
    routes=st.dictionaries(
        st.sampled_from(["way", "other-way"]),
        st.dictionaries(files.route_ids, files.routes | maybe, max_size=1),
        max_size=1,
    ),
    text=maybe | files.sentences,
    made_from=maybe | st.just({"map": "fedcba9876543210"}),
)


def lines_of(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def touched(text: str, changes: Changes) -> set[int]:
    """Return the lines, counted from 0, that are about what changes."""
    parsed = parse_text(text, "mine.yaml")
    root = parsed.root
    assert isinstance(root, Entries)
    layout = Layout(parsed.file, root)

    def between(start: int, end: int) -> set[int]:
        return set(range(parsed.file.span(start, start).line - 1, parsed.file.span(end, end).line))

    def of(entries: Entries, name: str) -> set[int]:
        key = entries.key(name)
        end = layout.end_of_entry(key, entries[key])
        below = layout.below(end, layout.column(key.start))
        return between(key.start, end) | between(key.start, max(end, below - 1))

    found: set[int] = set()
    if layout.is_flow(root):
        return set(range(len(lines_of(text))))
    for section in (*SECTIONS, *NAMES, "routes"):
        wanted: Mapping[str, Any] = getattr(changes, section)
        if section not in root or not wanted:
            continue
        inner = root[root.key(section)]
        whole = not isinstance(inner, Entries) or layout.is_flow(inner) or inner.keys() <= wanted.keys()
        if whole:  # brackets are shared, and a section goes with its last entry
            found |= of(root, section)
        else:
            found |= {line for name in wanted if name in inner for line in of(inner, name)}
    for key in ("text", "made_from"):
        if getattr(changes, key) is not None and key in root:
            found |= of(root, key)
    return found


def is_within(few: list[str], many: list[str]) -> bool:
    """Whether lines are there in the same order."""
    rest = iter(many)
    return all(line in rest for line in few)


@given(files.contents(), st.randoms(use_true_random=False), some_changes)
def test_a_file_says_what_it_said_with_the_changes_and_no_other_line_moves(
    content: dict[str, Any], chance: random.Random, changes: Changes
) -> None:
    text = files.Writer(chance).file(content)
    before = said(text)
    assert before == {key: value for key, value in content.items() if value}
    after = edited(text, changes)
    assert bare(said(after)) == expected(before, changes)
    changed = touched(text.removeprefix("\ufeff"), changes)
    same = [line for n, line in enumerate(lines_of(text)) if n not in changed]
    assert is_within([line for line in same if line], lines_of(after))
    assert after.startswith("\ufeff") == text.startswith("\ufeff")
    assert after.endswith(("\n", "\r")) == text.endswith(("\n", "\r"))


@given(files.contents(), st.randoms(use_true_random=False))
def test_where_nothing_changes_not_a_byte_does(content: dict[str, Any], chance: random.Random) -> None:
    text = files.Writer(chance).file(content)
    assert edited(text, Changes()) is text
    before = said(text)
    judged = before.get("judgements", {})
    same = Changes(
        judgements={at: number_of(j) for at, j in judged.items()} | {"nowhere": None},
        remarks=before.get("remarks", {}) | {"nobody": None},
        arguments=before.get("arguments", {}),
        rejects={"nobody": False},
        text=before["text"],
    )
    assert edited(text, same) == text


@given(files.contents(), st.randoms(use_true_random=False), some_changes)
def test_editing_back_gives_what_was_said(
    content: dict[str, Any], chance: random.Random, changes: Changes
) -> None:
    """Sources of numbers that changed are comments since, so that numbers are compared."""
    text = files.Writer(chance).file(content)
    after = edited(text, changes)
    back = differences(after, text)
    restored = said(edited(after, back))
    for said_of in (before := said(text), restored):
        said_of["rejects"], said_of["accepts"] = (names_of(said_of.get(key, [])) for key in NAMES)
        said_of["routes"] = {
            claim: {route["id"]: route for route in routes}
            for claim, routes in said_of.get("routes", {}).items()
        }
        said_of.pop("made_from", None)  # which another text need not say
    assert bare(restored) == bare({"made_from": {}, **before}) or bare(restored) == bare(before)


def names_of(names: str | list[str]) -> list[str]:
    return sorted([names] if isinstance(names, str) else names)


@given(files.contents(), files.contents(), st.randoms(use_true_random=False))
def test_differences_make_one_file_say_what_another_does(
    content: dict[str, Any], other: dict[str, Any], chance: random.Random
) -> None:
    writer = files.Writer(chance)
    text, wanted = writer.file(content), writer.file(other)
    after = edited(text, differences(text, wanted))
    for key in (*SECTIONS, *NAMES, "routes"):
        found, meant = (comparable(key, said(each).get(key, {})) for each in (after, wanted))
        assert found == meant
    assert said(after)["text"] == said(wanted)["text"]
    assert not differences(after, wanted)


def number_of(judged: Any) -> Any:
    return bare(judged["value"] if isinstance(judged, dict) and "value" in judged else judged)


def comparable(key: str, section: Any) -> Any:
    """Return a section without what differences leave alone: the order of names, and sources of numbers."""
    if key in NAMES:
        return names_of(section or [])
    if key == "routes":
        return {claim: {route["id"]: bare(route) for route in routes} for claim, routes in section.items()}
    if key == "judgements":
        return {at: number_of(judged) for at, judged in section.items()}
    return bare(section)


@given(
    files.contents(),
    st.randoms(use_true_random=False),
    some_changes,
    st.lists(st.tuples(st.integers(0, 10**6), st.sampled_from(SIGNS))),
)
def test_whatever_the_text_it_is_edited_or_a_problem(
    content: dict[str, Any], chance: random.Random, changes: Changes, signs: list[tuple[int, str]]
) -> None:
    text = files.Writer(chance).file(content)
    for at, sign in signs:
        text = text[: at % (len(text) + 1)] + sign + text[at % (len(text) + 1) :]
    try:
        before = said(text)
        after = edited(text, changes)
    except (InvalidMap, AssertionError):
        return
    assert bare(said(after)) == expected(before, changes)


# --- the shipped worldviews -----------------------------------------------------------------------


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parts[-3]}/{path.stem}")
def test_each_number_of_a_shipped_worldview_changes_on_its_own_lines(path: Path) -> None:
    text = path.read_bytes().decode("utf-8")
    before = said(text)
    for address, judged in before.get("judgements", {}).items():
        old = number_of(judged)
        new = {**old, next(iter(old)): "12.5%"} if isinstance(old, dict) else "12.5%"
        changes = Changes(judgements={address: new})
        after = edited(text, changes)
        changed = touched(text, changes)
        was, now = lines_of(text), lines_of(after)
        assert len(was) == len(now)
        assert {n for n, (a, b) in enumerate(zip(was, now, strict=True)) if a != b} <= changed
        assert bare(said(after)) == expected(before, changes)
        own_lines = "\n".join(now[n] for n in sorted(changed))
        for word in ("source", "note") if isinstance(judged, dict) else ():
            assert word not in judged or re.search(rf"#.*\b{word}: ", own_lines)
        taken = edited(text, Changes(judgements={address: None}))
        assert lines_of(taken) == [line for n, line in enumerate(was) if n not in changed]
        back = edited(after, Changes(judgements={address: old}))
        assert comparable("judgements", said(back)["judgements"]) == comparable(
            "judgements", before["judgements"]
        )
