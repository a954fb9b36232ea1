"""Changes to a worldview, put into its file in place.

`edited` returns the text of a worldview's file with `Changes` in it. Only the lines of what changes differ,
and reading it gives what the file said with the changes, or nothing is returned. `differences` gives the
changes that make one text say what another does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from cruxmap.errors import Code, InvalidMap, Problem, Span
from cruxmap.language.files import MAX_BYTES, fit
from cruxmap.language.findings import Findings
from cruxmap.language.names import BROUGHT
from cruxmap.language.rewriting.in_place import is_long, is_nobodys, is_said, rewritten, said_by, says
from cruxmap.language.schema import WorldviewFile
from cruxmap.language.yaml_text import Entries, Node, Parsed, node_of, parse_text
from cruxmap.language.yaml_writing import Plain, without_places

ORDER = (
    *("worldview", "language", "voice", "text", "source", "note", "tags", "extends", "made_from"),
    *("judgements", "rejects", "accepts", "stated", "read_as", "remarks", "asked"),
    *(*BROUGHT, "routes"),
)
"""The keys of a worldview's file, in the order in which they are written."""

_SAID_OF_OLD = frozenset({"source", "note", "elicited", "fitted"})
_HEAD = ("worldview", "voice", "extends", "text", "made_from")
_NAMES = ("rejects", "accepts")
_WHOLE = ("stated", "read_as", "asked")

type Form = Plain
"""What stands in a file, as the values of a program: texts, lists and mappings."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be different in a worldview's file; what is left out stays as it is.

    `judgements` maps addresses to what is judged there: a number in the language's notation, shares by
    state, the long form of either, or None for nothing. Shares of a row take its single shares away.
    `rejects` and `accepts` map names to whether they are listed. `remarks` maps entries to a sentence or
    None, and `claims`, `questions` and `arguments` ids to an entry as in the file or None. `routes` maps
    claims to all routes that the file brings to them, or to a mapping of some by their id. `stated`,
    `read_as` and `asked` are whole lists; what is the same in them stays as it is written. An empty `asked`
    is written, as it says that an interview made the file. An empty text for `voice` or `extends` takes these
    away.
    """

    judgements: Mapping[str, Form | None] = field(default_factory=dict)
    rejects: Mapping[str, bool] = field(default_factory=dict)
    accepts: Mapping[str, bool] = field(default_factory=dict)
    remarks: Mapping[str, str | None] = field(default_factory=dict)
    claims: Mapping[str, Form | None] = field(default_factory=dict)
    questions: Mapping[str, Form | None] = field(default_factory=dict)
    arguments: Mapping[str, Form | None] = field(default_factory=dict)
    routes: Mapping[str, Sequence[Form] | Mapping[str, Form | None]] = field(default_factory=dict)
    stated: Sequence[Form] | None = None
    read_as: Sequence[Form] | None = None
    asked: Sequence[Form] | None = None
    text: str | None = None
    made_from: Form | None = None
    worldview: str | None = None
    voice: str | None = None
    extends: str | None = None

    def __bool__(self) -> bool:
        return any(getattr(self, each.name) not in (None, {}) for each in fields(self))


def edited(text: str, changes: Changes, name: str = "worldview.yaml") -> str:
    """Return the text of a worldview's file with changes in it; an empty text becomes a new file.

    The line ends and the byte order mark of the text stay: decode it by `data.decode("utf-8")`, so that they
    are still there. `name` is the file's name in problems.

    Raises InvalidMap where the text has problems, where the changes would make some, and (`CannotWrite`)
    where the file cannot be edited in place.
    """
    parsed = _parsed(text, name)
    after = changed(_said(parsed), changes)
    _check_size(_size(after), name)
    result = rewritten(parsed, after, ORDER)
    if result is parsed:
        return text
    _check_size(len(result.file.text.encode("utf-8", "surrogatepass")), name)
    _check(result)
    mark = text[: len(text) - len(parsed.file.text)]
    return f"{mark}{result.file.text}"


def said_in(text: str, name: str = "worldview.yaml") -> dict[str, Form]:
    """Return what a worldview's file says, by key. Raises InvalidMap with its problems."""
    return _said(_parsed(text, name))


def changed(before: Mapping[str, Form], changes: Changes) -> dict[str, Form]:
    """Return what a worldview's file says, with changes. Raises InvalidMap for what no file can say."""
    after: dict[str, Any] = {**before}
    for key in (*_HEAD, *_WHOLE):
        value = getattr(changes, key)
        if value is not None:
            after[key] = _form(key, value)
    judgements = after["judgements"] = {**after.get("judgements", {})}
    for address, value in changes.judgements.items():
        _put(judgements, address, value, _judged(judgements.get(address), value))
    for address in _in_place_of_others(judgements, changes.judgements):
        judgements.pop(address)
    for key in _NAMES:
        after[key] = _with_names(after.get(key, []), getattr(changes, key))
    for key in ("remarks", *BROUGHT):
        section = after[key] = {**after.get(key, {})}
        for id_, value in getattr(changes, key).items():
            _put(section, id_, value, value)
    routes = after["routes"] = {**after.get("routes", {})}
    for claim, new in changes.routes.items():
        before_it = routes.pop(claim, [])
        listed = _with_routes(before_it, new) if isinstance(new, Mapping) else _form(claim, new)
        if listed:
            routes[claim] = before_it if says(before_it, listed) else listed
    return {key: value for key, value in after.items() if is_said(key, value)}


def _put(section: dict[str, Form], key: str, value: Form | None, form: Form | None) -> None:
    if value is None:
        section.pop(key, None)
    elif key not in section or not says(section[key], value):
        section[key] = _form(key, form)


def _judged(before: Form | None, value: Form | None) -> Form | None:
    """Return what stands at an address: only its tags stay of what was said beside the number before.

    The number that was fitted, or that nobody gave, is another one than the same that somebody gives.
    """
    if value is None or before is None or not is_long(before) or is_long(value):
        return value
    if says(before["value"], value) and not is_nobodys(before):
        return before
    beside = {key: part for key, part in before.items() if key not in _SAID_OF_OLD}
    return {**beside, "value": value} if len(beside) > 1 else value


def _in_place_of_others(judgements: Mapping[str, Form], changed: Mapping[str, Form | None]) -> list[str]:
    """Return what cannot stand beside what changed: single shares of a row that is given all at once.

    Of a row that was fitted, or that nobody gave, nothing is left where one of its shares is given.
    """
    gone = []
    for address, value in changed.items():
        row, _, state = address.rpartition(".")
        shares = _shares(value)
        gone += [f"{address}.{part}" for part in shares]
        whole = judgements.get(row, "")
        if value is not None and not shares and is_nobodys(whole):
            gone += [row] if state in _shares(whole) else []
    return [at for at in dict.fromkeys(gone) if at in judgements and changed.get(at) is None]


def _shares(value: Form | None) -> Mapping[str, Form]:
    """Return shares by state; none where there is one number or nothing."""
    shares = _number(value) if value is not None else ""
    return shares if isinstance(shares, Mapping) else {}


def _with_names(names: Form, listed: Mapping[str, bool]) -> Form:
    before = [names] if isinstance(names, str) else list(names)
    after = [name for name in before if listed.get(str(name), True)]
    after += [_form(name, name) for name, is_listed in listed.items() if is_listed and name not in before]
    return names if after == before else after


def _with_routes(routes: Sequence[Form], by_id: Mapping[str, Form | None]) -> list[Form]:
    after: list[Form] = []
    for route in routes:
        id_ = _id_of(route)
        new = by_id.get(id_, route) if id_ else route
        if new is not None:
            after.append(_form(id_, _with_id(id_, new)))
    known = set(map(_id_of, routes))
    return after + [
        _form(id_, _with_id(id_, new))
        for id_, new in by_id.items()
        if new is not None and (not id_ or id_ not in known)
    ]


def _id_of(route: Form) -> str:
    return str(route.get("id", "")) if isinstance(route, Mapping) else ""


def _with_id(id_: str, route: Form) -> Form:
    if not id_ or not isinstance(route, Mapping):
        return route
    return {"id": id_, **{key: part for key, part in route.items() if key != "id"}}


def _form(key: str, value: object) -> Form:
    """Return what somebody wants to have written, as texts. Raises InvalidMap where it is no such thing."""
    try:
        node_of(key)
        return without_places(node_of(value))
    except TypeError as error:
        hint = "texts, lists and mappings can be written, without characters that nobody sees"
        problem = Problem(Code.WRONG_SHAPE, f"`{key}` cannot be written: {error}", Span(f"<{key}>"), hint)
        raise InvalidMap((problem,)) from None


def differences(text: str, other: str, name: str = "worldview.yaml", other_name: str = "") -> Changes:
    """Return the changes with which one worldview's file says what another says.

    A number is the same where only one of them has a source, unless the first is nobody's own. What is said
    of the worldview as a whole (its text, voice, `extends`, `made_from`, `stated`, `read_as` and `asked`)
    stays where the other does not say it. Raises InvalidMap where one of the two has problems.
    """
    before, after = said_in(text, name), said_in(other, other_name or name)
    head: dict[str, Any] = {
        key: after[key]
        for key in (*_HEAD, *_WHOLE)
        if key in after and not says(before.get(key, ""), after[key])
    }
    judgements = _between(_section(before, "judgements"), _section(after, "judgements"))
    for address, value in list(judgements.items()):
        was = _section(before, "judgements").get(address)
        if value is None or was is None or is_long(value) or not says(_number(was), value):
            continue
        if not is_nobodys(was):
            del judgements[address]
    names = {key: _names_between(before.get(key, []), after.get(key, [])) for key in _NAMES}
    sections = {
        key: _between(_section(before, key), _section(after, key)) for key in ("remarks", *BROUGHT)
    }
    listed = _between(_section(before, "routes"), _section(after, "routes"))
    routes = {claim: [] if new is None else new for claim, new in listed.items()}
    return Changes(judgements=judgements, routes=routes, **names, **sections, **head)  # type: ignore[arg-type]


def _section(file: Mapping[str, Form], key: str) -> dict[str, Form]:
    section = file.get(key, {})
    return dict(section) if isinstance(section, Mapping) else {}


def _number(value: Form) -> Form:
    return value["value"] if is_long(value) else value


def _between(before: Mapping[str, Form], after: Mapping[str, Form]) -> dict[str, Form | None]:
    gone: dict[str, Form | None] = {key: None for key in before if key not in after}
    new = {key: form for key, form in after.items() if key not in before or not says(before[key], form)}
    return gone | new


def _names_between(before: Form, after: Form) -> dict[str, bool]:
    old, new = (_names(names) for names in (before, after))
    return {name: False for name in old if name not in new} | {
        name: True for name in new if name not in old
    }


def _names(names: Form) -> list[str]:
    return [names] if isinstance(names, str) else [str(name) for name in names]


def _parsed(text: str, name: str) -> Parsed:
    """Read a worldview's file. Raises InvalidMap with its problems."""
    _check_size(len(text.encode("utf-8", "surrogatepass")), name)
    parsed = parse_text(text, name)
    _check(parsed)
    return parsed


def _check(parsed: Parsed) -> None:
    findings = Findings()
    findings.take(parsed)
    root = parsed.root
    if root is not None:
        fit(WorldviewFile, replace(parsed, root=_copy(root)), findings, 0)
    findings.raise_if_any()


def _copy(root: Node) -> Node:
    """Return a node of which keys may be left out."""
    if not isinstance(root, Entries):
        return root
    copy = Entries(root)
    copy.file, copy.start, copy.end = root.file, root.start, root.end
    return copy


def _said(parsed: Parsed) -> dict[str, Form]:
    return said_by(parsed.root) if isinstance(parsed.root, Entries) else {}


def _check_size(size: int, name: str) -> None:
    if size > MAX_BYTES:
        message = f"cannot be read: it would have {size:,} bytes, and {MAX_BYTES:,} are the most"
        raise InvalidMap((Problem(Code.UNREADABLE_FILE, message, Span(name)),))


def _size(value: Form) -> int:
    """Return how many characters a value has at least."""
    match value:
        case str():
            return len(value)
        case Mapping():
            return sum(len(key) + _size(part) for key, part in value.items())
        case _:
            return sum(map(_size, value))
