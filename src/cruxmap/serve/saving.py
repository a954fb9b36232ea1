"""What was changed in the page, put into a worldview's file of the map.

In: what a page sends: the id of a worldview, the version of its file that the page was made from, and changes
as data. Out: the file in the folder `worldviews` of the map with these changes, or why it is as it was.

No path comes from a page, and no link is followed. The whole map is checked with the new file before that is
moved into place, and a file that has changed meanwhile stays.
"""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from cruxmap.errors import Code, InvalidMap, Problem
from cruxmap.ground import CannotWrite, OtherVersion, folders_of, replace_version, version_of
from cruxmap.insight.checked import problem_json
from cruxmap.language.argument_map import MAP_WORLDVIEW
from cruxmap.language.context import check_id
from cruxmap.language.digest import state_of
from cruxmap.language.files import ARGUMENTS, MAX_BYTES, WORLDVIEWS, overlaid
from cruxmap.language.findings import Findings
from cruxmap.language.for_editors.editor_files import first_line
from cruxmap.language.inheritance import lay
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.names import BROUGHT
from cruxmap.language.reading import check
from cruxmap.language.rewriting.worldview_edits import Changes, edited, said_in
from cruxmap.language.watching import Reading, read
from cruxmap.language.yaml_text import Text, node_of
from cruxmap.serve.guard import Refused

_BROUGHT = (*BROUGHT, "routes")


@dataclass(frozen=True, slots=True)
class Sent:
    """What a page sends, as far as its shape goes; `version` is None for a worldview that is to be new.

    `fitted` says of some of the judgements what they were fitted to, and `nobodys` are those that nobody
    gave. `asked` is None without an interview.
    """

    id: str
    version: str | None
    start: str
    text: str
    judgements: Mapping[str, Any]
    rejects: tuple[str, ...]
    accepts: tuple[str, ...]
    remarks: Mapping[str, str]
    brings: Mapping[str, Mapping[str, Any]]
    fitted: Mapping[str, str]
    nobodys: frozenset[str]
    stated: tuple[Mapping[str, Any], ...]
    asked: tuple[Any, ...] | None

    @property
    def entries(self) -> frozenset[str]:
        """The ids of the map's entries that it speaks of."""
        names = (*self.judgements, *self.rejects, *self.accepts, *self.remarks, *self.brings["routes"])
        return frozenset(name.partition(".")[0] for name in names)


def save(model: Path, folder: Path, sent: Any) -> dict[str, Any]:
    """Write what a page of a model sent into the folder of its map; return the id and the version there now.

    Raises `Refused`.
    """
    asked, reading = read_sent(sent), read(model)
    try:
        path = Path(os.path.abspath(reading.folder or folder)) / WORLDVIEWS / f"{asked.id}.yaml"
        try:
            return _save(reading, path, asked)
        except OtherVersion as other:
            raise _conflict(reading, path, asked) from other
        except OSError as error:  # as where folders are moved meanwhile
            raise CannotWrite(path.as_posix(), error, "nothing was written") from error
    except OSError as error:
        raise Refused(
            409, Code.CANNOT_WRITE, f"the map's folder is gone: {error.strerror}", "start the program anew"
        ) from error
    except CannotWrite as cannot:
        [problem] = cannot.problems
        raise Refused(409, problem.code, problem.message, problem.hint) from cannot
    except InvalidMap as invalid:
        raise _with_problems(invalid.problems) from invalid


def _save(reading: Reading, path: Path, asked: Sent) -> dict[str, Any]:
    present = _present(path)
    if (None if present is None else version_of(present)) != asked.version:
        raise _conflict(reading, path, asked)
    data = _with_changes(reading, path, present, asked)
    with overlaid({path: data}):
        problems, _ = check(reading.path)
    if problems:
        raise _with_problems(problems)
    with folders_of([path]):
        return {"id": asked.id, "version": replace_version(path, data, asked.version)}


def _present(path: Path) -> bytes | None:
    """Return what is in a file that nobody else may stand for. Raises `CannotWrite`."""
    folder = path.parent.parent
    around = [folder.parent] if folder.parent.name == ARGUMENTS else []
    for place in (*around, folder, path.parent, path):
        if place.is_symlink():
            raise CannotWrite(place.as_posix(), OSError("it is a symbolic link"), "nothing was written")
    if not os.path.lexists(path):
        return None
    if not path.is_file():
        raise CannotWrite(path.as_posix(), OSError("it is not an ordinary file"), "nothing was written")
    if path.stat().st_size > MAX_BYTES:
        error = OSError(f"it has more than {MAX_BYTES:,} bytes")
        raise CannotWrite(path.as_posix(), error, "nothing was written")
    return path.read_bytes()


def _conflict(reading: Reading, path: Path, asked: Sent) -> Refused:
    """Return the answer that shows what is there now, and what the changes would make of it."""
    present = _present(path)
    text = None if present is None else present.decode("utf-8", "replace")
    version = None if present is None else version_of(present)
    mine = None
    with suppress(InvalidMap, Refused):  # where it cannot be edited any more
        mine = _with_changes(reading, path, present, asked).decode()
    more = {"id": asked.id, "on_disk": text, "mine": mine, "version": version}
    if asked.version is None:
        message, hint = f"there is a worldview `{asked.id}` already", "save under another name"
        return Refused(409, Code.ALREADY_THERE, message, hint, more)
    why = "is not there any more" if present is None else "has changed on disk since this page was made"
    return Refused(409, Code.CHANGED_MEANWHILE, f"`{asked.id}` {why}", "look at both, and choose", more)


def _with_problems(problems: tuple[Problem, ...]) -> Refused:
    message = "the map would have problems with this, so nothing was written"
    more = {"problems": [*map(problem_json, problems)]}
    return Refused(422, Code.CANNOT_SAVE, message, "mend them, or take the change back", more)


# --- what changes make of a file -----------------------------------------------------------------


def _with_changes(reading: Reading, path: Path, present: bytes | None, asked: Sent) -> bytes:
    """Return the content of a file with changes. Raises `InvalidMap`; `Refused` while files are broken."""
    model = reading.model
    if model is None:
        raise _with_problems(reading.problems)
    text = "" if present is None else present.decode("utf-8")
    changes = _changes(model, text, asked)
    return edited(text or first_line(path), changes, path.name).encode("utf-8")


def _changes(model: ModelSpec, text: str, asked: Sent) -> Changes:
    rejects, accepts = _verdicts(model, text, asked)
    new: dict[str, Any] = {}
    if not text:
        new = {"worldview": asked.id, "text": asked.text or _sentence(asked)}
        if asked.start != MAP_WORLDVIEW:
            new["extends"] = asked.start
    brings = asked.brings
    return Changes(
        judgements=_judgements(model, asked),
        rejects=rejects,
        accepts=accepts,
        remarks=asked.remarks,
        **_said(text, asked),
        claims=brings["claims"],
        questions=brings["questions"],
        arguments=brings["arguments"],
        routes=brings["routes"],
        made_from=_made_from(model, asked, is_new=not text),
        **new,
    )


def _sentence(asked: Sent) -> str:
    whose = "The map's own numbers" if asked.start == MAP_WORLDVIEW else f"The numbers of {asked.start}"
    return f"{whose}, changed in the page."


def _judgements(model: ModelSpec, asked: Sent) -> dict[str, Any]:
    """Return what is judged; shares that a file gives one by one go where all of a row are given."""
    found: dict[str, Any] = {}
    for address, value in asked.judgements.items():
        if isinstance(value, Mapping):
            found |= {share.address: None for share in model.map.shares.get(address, ())}
        why = asked.fitted.get(address)
        long = (
            {"elicited": "false"} if address in asked.nobodys else {} if why is None else {"fitted": why}
        )
        found[address] = {"value": value, **long} if long else value
    return found


def _said(text: str, asked: Sent) -> dict[str, Any]:
    """Return all that a file is to state, and what an interview has put and still has no number.

    What is stated of the same under the same conditions stands in the place of what the file states.
    """
    before = said_in(text) if text and (asked.stated or asked.asked is not None) else {}
    found: dict[str, Any] = {}
    if asked.stated:
        stated = {_about(one): one for one in (*before.get("stated", ()), *asked.stated)}
        found["stated"] = list(stated.values())
    if asked.asked is not None:
        known = [*before.get("asked", ())]
        answered: list[Any] = [*(asked.judgements.keys() - asked.fitted.keys() - asked.nobodys)]
        answered += [{"of": one.get("of")} for one in asked.stated]
        new = [one for one in asked.asked if one not in known]
        found["asked"] = [one for one in (*known, *new) if one in asked.asked or one not in answered]
    return found


def _about(stated: Mapping[str, Any]) -> str:
    """Return what tells what is stated of something from what is stated of other things."""
    assuming = stated.get("assuming") or []
    return json.dumps([stated.get("of"), assuming if isinstance(assuming, list) else [assuming]])


def _verdicts(model: ModelSpec, text: str, asked: Sent) -> tuple[dict[str, bool], dict[str, bool]]:
    """Return which names are to be listed, and which not, under `rejects` and `accepts`.

    A name that a file lists on the other side is taken out there, and put in here only if that is not enough.
    """
    known = model.map.worldview.get(asked.id) if text else None
    rejected, accepted = (known.rejects, known.accepts) if known else ((), ())
    below = known.extends if known else asked.start
    base = below if below and below in model.map.worldview else MAP_WORLDVIEW  # the check tells of others
    without = lay(model.map, base, model.settings).rejected
    brought = model.map.brought
    rejects = {name: False for name in asked.accepts if name in rejected}
    accepts = {name: False for name in asked.rejects if name in accepted}
    for name in asked.rejects:
        if name not in accepts or name not in without:
            rejects[name] = True
    for name in asked.accepts:
        if name not in rejects or (name in without and brought.get(name) != asked.id):
            accepts[name] = True
    return rejects, accepts


def _made_from(model: ModelSpec, asked: Sent, *, is_new: bool) -> dict[str, Any] | None:
    """Return from which state of the map a file is made: what it speaks of now, from the present one."""
    state = state_of(model.map)
    touched = {name: digest for name, digest in state.entries if name in asked.entries}
    known = model.map.worldview.get(asked.id)
    before = None if known is None else known.made_from
    if is_new:
        return _as_written(state.map, touched)
    return None if before is None else _as_written(before.map, {**dict(before.entries), **touched})


def _as_written(digest: str, entries: Mapping[str, str]) -> dict[str, Any]:
    return {"map": digest, **({"entries": dict(entries)} if entries else {})}


# --- the shape of what is sent ---------------------------------------------------------------------


def read_sent(sent: Any) -> Sent:
    """Return what a page sent. Raises `Refused` where it has not the shape of that, or the id is none."""
    keys = {"id", "version", "from", "text", "judgements", "rejects", "accepts", "remarks", "brings"}
    keys |= {"fitted", "nobodys", "stated", "asked"}
    whole = {"nobodys": [], **_mapping(sent, "what is sent")}
    if whole.keys() != keys:
        _misfit("what is sent", f"a mapping with {', '.join(sorted(keys))}")
    version = whole["version"]
    brings = _mapping(whole["brings"], "`brings`")
    if not brings.keys() <= set(_BROUGHT):
        _misfit("`brings`", f"a mapping with {', '.join(_BROUGHT)}")
    return Sent(
        id=_id(whole["id"]),
        version=None if version is None else _text(version, "`version`"),
        start=_text(whole["from"], "`from`"),
        text=_text(whole["text"], "`text`"),
        judgements={
            at: _judgement(value) for at, value in _mapping(whole["judgements"], "`judgements`").items()
        },
        rejects=_names(whole["rejects"], "`rejects`"),
        accepts=_names(whole["accepts"], "`accepts`"),
        remarks={
            at: _text(words, "a remark") for at, words in _mapping(whole["remarks"], "`remarks`").items()
        },
        brings={key: _entries(key, brings.get(key, {})) for key in _BROUGHT},
        fitted={at: _text(why, "a reason") for at, why in _mapping(whole["fitted"], "`fitted`").items()},
        nobodys=frozenset(_text(at, "an address") for at in _list(whole["nobodys"], "`nobodys`")),
        stated=tuple(_mapping(one, "what is stated") for one in _list(whole["stated"], "`stated`")),
        asked=None if whole["asked"] is None else tuple(map(_asked, _list(whole["asked"], "`asked`"))),
    )


def _id(value: Any) -> str:
    text = _text(value, "`id`")
    findings = Findings()
    check_id(findings, text)
    for problem in findings.problems:
        raise Refused(422, problem.code, problem.message, problem.hint)
    return text


def _judgement(value: Any) -> Any:
    if isinstance(value, str):
        return _text(value, "a number")
    return {state: _text(share, "a share") for state, share in _mapping(value, "a judgement").items()}


def _asked(value: Any) -> Any:
    return _mapping(value, "what was asked") if isinstance(value, dict) else _text(value, "what was asked")


def _entries(key: str, value: Any) -> dict[str, Any]:
    """Return entries by id, in their file's form; routes by claim, and then by id."""
    entries = _mapping(value, f"`{key}`")
    if key != "routes":
        return {name: _mapping(form, f"`{name}`") for name, form in entries.items()}
    found: dict[str, Any] = {}
    for claim, routes in entries.items():
        if not isinstance(routes, list):
            _misfit(f"the routes to `{claim}`", "a list")
        forms = [_mapping(route, "a route") for route in routes]
        found[claim] = {_text(form.get("id"), "the `id` of a route"): form for form in forms}
    return found


def _mapping(value: Any, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        _misfit(what, "a mapping")
    return {_text(key, f"a key of {what}"): part for key, part in value.items()}


def _list(value: Any, what: str) -> list[Any]:
    if not isinstance(value, list):
        _misfit(what, "a list")
    return value


def _names(value: Any, what: str) -> tuple[str, ...]:
    return tuple(_text(name, f"a name in {what}") for name in _list(value, what))


def _text(value: Any, what: str) -> Text:
    """Return a text that a file can hold."""
    if not isinstance(value, str):
        _misfit(what, "a text")
    try:
        node = node_of(value)
    except TypeError as error:
        _misfit(what, f"a text that a file can hold, and this is {error}")
    assert isinstance(node, Text)
    return node


def _misfit(what: str, wanted: str) -> NoReturn:
    raise Refused(400, Code.WRONG_REQUEST, f"{what} must be {wanted}")
