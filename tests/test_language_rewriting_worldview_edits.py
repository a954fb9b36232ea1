"""Files edited in place: they say what was meant, and no other line moves."""

import random
import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cruxmap.errors import InvalidMap
from cruxmap.language.rewriting.in_place import said_by
from cruxmap.language.rewriting.layout import Layout
from cruxmap.language.rewriting.worldview_edits import Changes, differences, edited
from cruxmap.language.yaml_text import Entries, parse_text
from helpers import worldview_files as files
from helpers.commands import ROOT

SHIPPED = sorted((ROOT / "arguments").glob("*/worldviews/*.yaml"))
SECTIONS = ("judgements", "remarks", "claims", "questions", "arguments")
SIGNS = [*"{}[]:,-#'\"&*!|>%?\n\t\r ", "\ufeff", "\u2028"]
NAMES = ("rejects", "accepts")
LISTS = ("stated", "asked")


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
        if bare(old["value"]) == bare(value) and "fitted" not in old:
            after["judgements"][address] = old
        elif "tags" in old:
            after["judgements"][address] = {"tags": old["tags"], "value": value}
    for at, value in changes.judgements.items():
        for state in value if isinstance(value, dict) and "value" not in value else ():
            if changes.judgements.get(f"{at}.{state}") is None:
                after["judgements"].pop(f"{at}.{state}", None)
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
    after |= {key: getattr(changes, key) for key in LISTS if getattr(changes, key) is not None}
    rest = {key: value for key, value in before.items() if key not in after}
    full = {key: value for key, value in {**rest, **after}.items() if value}
    found: dict[str, Any] = bare(full | ({"asked": []} if changes.asked == [] else {}))
    return found


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
    stated=maybe | st.lists(files.statements, max_size=3),
    asked=maybe | st.lists(files.asked, max_size=3),
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
            shares = [f"{at}.{s}" for at, its in wanted.items() if isinstance(its, dict) for s in its]
            found |= {line for name in shares if name in inner for line in of(inner, name)}
    for key in ("text", "made_from", *LISTS):
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
        judgements={at: number_of(j) for at, j in judged.items() if "fitted" not in j} | {"nowhere": None},
        stated=before.get("stated"),
        asked=before.get("asked"),
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
    restored, before = said(edited(after, back)), said(text)
    for each in (before, restored):
        each["rejects"], each["accepts"] = (names_of(each.get(key, [])) for key in NAMES)
    for key in ("made_from", *LISTS):  # which another text need not say
        before.setdefault(key, restored.get(key, {}))
        restored.setdefault(key, {})
    assert bare(restored) == bare(before)


def names_of(names: str | list[str]) -> list[str]:
    return sorted([names] if isinstance(names, str) else names)


@pytest.mark.long
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
    """Return a section without what differences leave alone: sources of numbers, and the order of names."""
    if key in NAMES:
        return names_of(section or [])
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


@pytest.mark.parametrize("some", [8, pytest.param(None, marks=pytest.mark.long)], ids=["some", "all"])
@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parts[-3]}/{path.stem}")
def test_each_number_of_a_shipped_worldview_changes_on_its_own_lines(path: Path, some: int | None) -> None:
    text = path.read_bytes().decode("utf-8")
    before = said(text)
    judged_at = list(before.get("judgements", {}).items())
    for address, judged in judged_at if some is None else judged_at[:: len(judged_at) // some + 1]:
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


# --- how it looks ---------------------------------------------------------------------------------

HEAD = "worldview: m\ntext: t\n"


@pytest.mark.parametrize(
    ("before", "changes", "after"),
    [
        pytest.param(
            "judgements: {a: 5%, b: {value: 6%, source: s}}  # c\n",
            {"judgements": {"a": ">90%", "b": "7%", "c": "~5%"}},
            "judgements: {a: '>90%', b: 7%, c: ~5%}  # b was {value: 6%, source: s}  # c\n",
            id="one line in brackets",
        ),
        pytest.param(
            "judgements: # none yet\n  # a: 5%\n\nrejects:\n",
            {"judgements": {"a": "3:1"}, "rejects": {"x": True}},
            "judgements: # none yet\n  # a: 5%\n  a: 3:1\n\nrejects: [x]\n",
            id="sections of comments and of nothing",
        ),
        pytest.param(
            "judgements: {}\nrejects: []\nremarks: {}\n",
            {"judgements": {"a": "1 in 20"}, "rejects": {"x": True}},
            "judgements: {a: 1 in 20}\nrejects: [x]\nremarks: {}\n",
            id="empty brackets",
        ),
        pytest.param(
            "rejects: a # one\naccepts:\n- b # two\n- c\n",
            {"rejects": {"d": True}, "accepts": {"b": False, "e": True}},
            "rejects: [a, d] # one\naccepts:\n- c\n- e\n",
            id="names",
        ),
        pytest.param(
            "remarks:\n  a: 'It''s so.'\nclaims: {}",
            {
                "judgements": {"q": {"x": "5%", "y": "rest"}},
                "remarks": {"b": "As I said: no # sign."},
                "arguments": {"m-x": {"text": "No.", "against": "a", "premises": ["b", {"not": "c"}]}},
            },
            "judgements:\n  q: {x: 5%, y: rest}\n"
            "remarks:\n  a: 'It''s so.'\n  b: 'As I said: no # sign.'\nclaims: {}\n"
            "arguments:\n  m-x:\n    text: No.\n    against: a\n    premises: [b, {not: c}]",
            id="new sections in the language's order, no final line end",
        ),
        pytest.param(
            "judgements:\n  a:\n    # why so\n    value: 5%   # five\n    source:\n      - p#1\n"
            "    note: >-\n      one\n\n      two\n\n  b: 6%\n",
            {"judgements": {"a": "7%"}},
            "judgements:\n  a:\n    # why so\n    value: 7%  # was 5%   # five\n"
            "    # source:\n    #   - p#1\n    # note: >-\n    #   one\n\n    #   two\n\n  b: 6%\n",
            id="long form, one key below the other",
        ),
        pytest.param(
            "judgements:\n  a: {value: 5%,\n      source: [p, q], # two\n      note: n}\n  b: 6%\n",
            {"judgements": {"a": "7%"}},
            "judgements:\n  a: 7%\n    # was {value: 5%,\n    #   source: [p, q], # two\n    #   note: n}\n"
            "  b: 6%\n",
            id="long form in brackets over several lines",
        ),
        pytest.param(
            "judgements:\n  a:\n    value: 5%\n    source: p\n  b: {value: 6%, source: p, tags: [t]}\n",
            {"judgements": {"a": {"value": "7%", "note": "mine"}, "b": "8%"}},
            "judgements:\n  a: {value: 7%, note: mine}\n    # value: 5%\n    # source: p\n"
            "  b: {value: 8%, tags: [t]}  # was {value: 6%, source: p, tags: [t]}\n",
            id="long form by another, and tags",
        ),
        pytest.param(
            "judgements:\n  q:\n    value: {x: 5%, y: rest}\n    note: n\n"
            "  r:\n    x: {value: 5%, source: s}\n    y: rest\n",
            {"judgements": {"q": {"x": "6%", "y": "rest"}, "r": {"x": "7%", "y": "rest"}}},
            "judgements:\n  q:\n    value: {x: 6%, y: rest}  # was {x: 5%, y: rest}\n    # note: n\n"
            "  r:\n    x: 7%  # was {value: 5%, source: s}\n    y: rest\n",
            id="shares",
        ),
        pytest.param(
            'judgements: {a: {value: 5%, source: s}, b: "6%\n "}\n',
            {"judgements": {"a": "6%"}},
            '# a was {value: 5%, source: s}\njudgements: {a: 6%, b: "6%\n "}\n',
            id="no room for a comment on the line",
        ),
        pytest.param(
            "judgements:\r\n  'ä': \"5%\"\t# q\r\n  ? b\r\n  : '~'\r\n",
            {"judgements": {"ä": "7%", "b": "6%", "c": "1%"}},
            "judgements:\r\n  'ä': \"7%\"\t# q\r\n  ? b\r\n  : '6%'\r\n  c: 1%\r\n",
            id="quotes, a tab, letters, explicit keys, line ends",
        ),
        pytest.param(
            "judgements: {a: 5%,\n  b: 6%, # six\n  c: 7%  # seven\n}\n",
            {"judgements": {"b": None, "d": "8%"}},
            "judgements: {a: 5%,\n  c: 7%,  # seven\n  d: 8%\n}\n",
            id="brackets over several lines",
        ),
        pytest.param(
            "routes:\n  way:\n    - {id: r1, chance: 5%}  # first\n  other:\n  - id: r1\n    chance: 1%\n",
            {
                "routes": {
                    "way": {"r1": {"chance": "6%"}, "r2": {"when": ["a", "b"], "chance": "1%"}},
                    "other": {"r1": None},
                    "third": {"z": {"chance": "2%"}},
                }
            },
            "routes:\n  way:\n    - {id: r1, chance: 6%}  # first\n    - {id: r2, when: [a, b], chance: 1%}\n"
            "  third:\n    - {id: z, chance: 2%}\n",
            id="routes",
        ),
        pytest.param(
            "judgements:\n  a: {value: 5%, fitted: f}  # mine\n  b: {value: 6%, fitted: f}\n"
            "  c:\n    value: 7%  # seven\n    fitted: f\n  d: {value: 8%, fitted: f}\n  e: 9%\n",
            {
                "judgements": {
                    "a": "50%",
                    "b": {"value": "60%", "fitted": "f"},
                    "c": "7%",
                    "d": {"value": "8%", "source": "s"},
                    "e": {"value": "90%", "fitted": "f"},
                }
            },
            "judgements:\n  a: 50%  # mine\n  b: {value: 60%, fitted: f}\n"
            "  c:\n    value: 7%  # seven\n  d: {value: 8%, source: s}\n  e: {value: 90%, fitted: f}\n",
            id="numbers that were fitted, of which nothing is kept",
        ),
        pytest.param(
            "judgements:\n  a: {value: 5%, elicited: false}  # mine\n  b: {value: 6%, elicited: false}\n"
            "  c:\n    value: 7%  # seven\n    elicited: false\n  d: {value: 8%, elicited: false, tags: t}\n"
            "  q: {value: {x: 5%, y: 95%}, elicited: false}\n"
            "  r: {x: {value: 5%, elicited: false}, y: rest}\n",
            {
                "judgements": {
                    "a": "50%",
                    "b": "6%",
                    "c": "7%",
                    "d": "9%",
                    "q.x": "50%",
                    "r.x": "5%",
                }
            },
            "judgements:\n  a: 50%  # mine\n  b: 6%\n  c:\n    value: 7%  # seven\n"
            "  d: {value: 9%, tags: t}\n  q.x: 50%\n  r.x: 5%\n",
            id="numbers that nobody gave, which somebody gives",
        ),
        pytest.param(
            "judgements:\n  q: {value: {x: 5%, y: 95%}, fitted: f}  # row\n  r.x: 5%\n  r.y: 6%  # y\n"
            "  s: {value: {x: 5%, y: 95%}, fitted: f}\n  t: {x: 5%, y: 95%}\n",
            {
                "judgements": {
                    "q": {"value": {"x": "6%", "y": "94%"}, "fitted": "f"},
                    "r": {"x": "7%", "y": "rest"},
                    "s.x": "50%",
                    "t.x": "50%",
                }
            },
            "judgements:\n  q: {value: {x: 6%, y: 94%}, fitted: f}  # row\n  t: {x: 5%, y: 95%}\n"
            "  r: {x: 7%, y: rest}\n  s.x: 50%\n  t.x: 50%\n",
            id="shares all at once and one by one",
        ),
        pytest.param(
            "stated:\n  # first\n  - {of: a, credence: 5%, assuming: [b]}  # one\n"
            "  - of: c\n    credence: 6%  # six\n    source: s\n  - {of: d, credence: 7%}  # gone\n"
            "  # last\n  - {of: e, credence: 8%, source: s}  # eight\nasked: []\n",
            {
                "stated": [
                    {"of": "a", "credence": "50%", "assuming": ["b"]},
                    {"of": "c", "credence": "60%"},
                    {"of": "f", "credence": "1%"},
                    {"of": "e", "credence": "80%"},
                    {"of": {"q": "x"}, "credence": "2%"},
                ],
                "asked": ["g", {"of": "h"}],
            },
            "stated:\n  # first\n  - {of: a, credence: 50%, assuming: [b]}  # one\n"
            "  - of: c\n    credence: 60%  # was 6%  # six\n    # source: s\n  - {of: f, credence: 1%}\n"
            "  # last\n  - {of: e, credence: 80%}  # was {of: e, credence: 8%, source: s}  # eight\n"
            "  - {of: {q: x}, credence: 2%}\nasked: [g, {of: h}]\n",
            id="statements one by one",
        ),
        pytest.param(
            "asked: [a, b]  # so far\nremarks: {a: So.}\n",
            {"asked": [], "stated": [{"of": "a", "credence": "5%"}]},
            "stated:\n  - {of: a, credence: 5%}\nasked: []  # so far\nremarks: {a: So.}\n",
            id="an interview starts anew",
        ),
        pytest.param(
            "remarks:\n  a: >- # folded\n     One.\n\n  b: |\n    Two.\n\n# end\n",
            {"remarks": {"a": "Three words now.", "b": None}},
            "remarks:\n  a: >- # folded\n     Three words now.\n\n\n# end\n",
            id="texts under signs",
        ),
        pytest.param(
            "arguments:\n\n  x: {text: T., against: a}\n\n  y: {text: T., against: a}\n\nrejects: [x]\n",
            {"arguments": {"z": {"text": "T.", "for": "a"}}},
            "arguments:\n\n  x: {text: T., against: a}\n\n  y: {text: T., against: a}\n\n"
            "  z:\n    text: T.\n    for: a\n\nrejects: [x]\n",
            id="blank lines between entries",
        ),
        pytest.param(
            "judgements:\n\n  ## A.\n  # a: 5%\n\n  ## B.\n  # b: 6%\n\n# end\n",
            {"judgements": {"a": "7%"}, "rejects": {"x": True}},
            "judgements:\n  a: 7%\n\n  ## A.\n  # a: 5%\n\n  ## B.\n  # b: 6%\nrejects: [x]\n\n# end\n",
            id="a section of comments with blank lines",
        ),
        pytest.param(
            "judgements:\n  a: 7%\n\n  # a: 5%\n",
            {"judgements": {"a": None}, "rejects": {"x": True}},
            "judgements:\n\n  # a: 5%\nrejects: [x]\n",
            id="an entry above such comments is taken out",
        ),
    ],
)
def test_what_changes_looks_as_its_writer_would_have_it(
    before: str, changes: dict[str, Any], after: str
) -> None:
    head = HEAD.replace("\n", "\r\n") if "\r" in before else HEAD
    lines = edited(head + before, Changes(**changes)).splitlines(keepends=True)
    assert "".join(line for line in lines if line not in head.splitlines(keepends=True)) == after


def test_a_file_with_five_hundred_fitted_numbers_is_edited_in_a_moment() -> None:
    def fitted(number: int) -> dict[str, Any]:
        values = {f"claim-{k}": f"{(k + number) % 90 + 1}.25% to 95%" for k in range(500)}
        return {at: {"value": value, "fitted": "to what I answered"} for at, value in values.items()}

    text = edited("", Changes(worldview="mine", text="Mine.", judgements=fitted(1), asked=[]))
    start = time.process_time()
    after = edited(text, Changes(judgements={**fitted(2), "claim-7": "5%", "claim-8": None}))
    assert time.process_time() - start < 0.3
    expected_now = fitted(2) | {"claim-7": "5%"}
    del expected_now["claim-8"]
    assert said(after)["judgements"] == expected_now
    assert "# was" not in after


def test_a_new_file_is_written_as_people_write_them() -> None:
    sentence = " ".join([*["many"] * 22, "words."])  # 116 letters: as many as fit
    changes = Changes(
        worldview="mine",
        text="Mine.",
        extends="author",
        made_from={"map": "0123456789abcdef", "entries": {"a": "01234567"}},
        judgements={"a": "5%", "b.strength": "2x to 3x"},
        rejects={"x": True},
        remarks={"a": sentence + " " + sentence},
    )
    assert edited("", changes) == (
        "worldview: mine\ntext: Mine.\nextends: author\n"
        "made_from: {map: 0123456789abcdef, entries: {a: 01234567}}\n"
        "judgements:\n  a: 5%\n  b.strength: 2x to 3x\nrejects: [x]\n"
        f"remarks:\n  a: >-\n    {sentence}\n    {sentence}\n"
    )


# --- what cannot be -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "changes", "code"),
    [
        (HEAD + "judgements: {a: 5%", {"judgements": {"a": "6%"}}, "yaml-syntax"),
        (HEAD + "judgements: {a: 5%, a: 6%}", {"judgements": {"a": "7%"}}, "duplicate-key"),
        (HEAD + "judgments: {a: 5%}", {"judgements": {"a": "7%"}}, "unknown-key"),
        (HEAD + "rejects: &all [a]", {"rejects": {"b": True}}, "yaml-feature"),
        ("- a\n", {"text": "t"}, "wrong-shape"),
        (HEAD, {"claims": {"c": {"foo": "x"}}}, "unknown-key"),
        (HEAD, {"judgements": {"a": ["5%"]}}, "wrong-shape"),
        (HEAD, {"judgements": {"a": "5\0%"}}, "wrong-shape"),
        (HEAD, {"remarks": {"a\u2028": "so"}}, "wrong-shape"),
        (HEAD, {"remarks": {"a": "x" * (1 << 25)}}, "unreadable-file"),
        (
            HEAD + "arguments: {x: {text: t, for: [a: true]}}",
            {"arguments": {"x": {"text": "t", "for": [{"a": "true", "b": "true"}]}}},
            "cannot-write",
        ),
    ],
)
def test_what_cannot_be_written_is_a_problem(text: str, changes: dict[str, Any], code: str) -> None:
    with pytest.raises(InvalidMap) as caught:
        edited(text, Changes(**changes))
    assert [problem.code for problem in caught.value.problems] == [code]


def test_nothing_that_is_written_can_become_more_than_a_text() -> None:
    for text in (
        "a\njudgements: {b: 5%}",
        "x # y",
        "'",
        '"',
        "{",
        "---",
        "...",
        "%YAML",
        "- a",
        "? b",
        "\ta",
        "a\u00a0",
    ):
        after = edited(HEAD, Changes(remarks={"a": text}, rejects={text: True}, judgements={text: text}))
        assert said(after) == {
            **{"worldview": "m", "text": "t", "judgements": {text: text}},
            **{"rejects": [text], "remarks": {"a": text}},
        }
