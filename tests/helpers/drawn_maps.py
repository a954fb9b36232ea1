"""Hypothesis strategies for whole argument maps that are valid and small, using every construct.

A `Draft` is a map as plain data, the way a person would write it; `Draft.read` writes it as files
and reads them back. Entries are made in an order in which each may rest on those before it, so
nothing has to be thrown away. The number of worlds stays small enough to enumerate.
"""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from hypothesis import strategies as st

from cruxmap.exchange.formats import Arrived
from cruxmap.language.argument_map import ArgumentMap
from cruxmap.language.model_spec import ModelSpec
from cruxmap.language.reading import read_map, read_model

type Draw = Callable[[st.SearchStrategy[Any]], Any]
type Data = Any
"""What YAML can hold: dicts, lists, text, booleans and whole numbers."""

# --- numbers -------------------------------------------------------------------------------------

POINTS = st.integers(1, 99).map(lambda n: f"{n}%")
EXTREMES = st.sampled_from(["1e-12", "0.999999999999", "0.0001%", "99.9999%", "1e-6"])
INTERVALS = st.lists(st.integers(1, 99), min_size=2, max_size=2, unique=True).map(
    lambda ends: f"{min(ends)}% to {max(ends)}%"
)
PHRASES = ["almost no chance", "very unlikely", "unlikely", "roughly even", "likely", "very likely"]
WORDS = ["0.25", "under 1%", "over 99%", "under 10%", "over 90%", "<2%", ">97%", "about 5%", "about 70%"]
NOTATIONS = st.sampled_from([*WORDS, *PHRASES, "almost certain", "a toss-up"])
CERTAINTIES = st.sampled_from(["0%", "100%"])
PROBABILITIES = st.one_of(POINTS, INTERVALS, NOTATIONS, POINTS, EXTREMES, CERTAINTIES)
STRENGTHS = st.one_of(
    st.integers(2, 20).map(lambda n: f"{n}x"),
    st.sampled_from(["1x", "1.5x", "1x to 3x", "2x to 10x", "weak", "moderate", "strong", "very strong"]),
    st.sampled_from(["1000x", "overwhelming"]),
)
PACES = st.sampled_from(["1x", "0.5x", "3x", "0.2x to 2x", "1x to 4x", "0.01x", "moderate"])
LEXICON = {"a toss-up": "40% to 60%", "overwhelming": "100x to 1000x"}


def _around(percent: int) -> st.SearchStrategy[str]:
    """A point, or an interval whose middle it is."""
    if percent in (0, 100):
        return st.just(f"{percent}%")
    return st.sampled_from([f"{percent}%", f"{percent / 100}", f"about {percent}%"])


# --- drafts --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Thing:
    """A claim, question or event that conditions can name."""

    id: str
    states: tuple[str, ...] = ()
    timeline: str = ""
    phases: tuple[str, ...] = ()
    targets: tuple[Data, ...] = ()
    """What arguments may name: the claim, its routes, the phases, the states."""
    n_states: int = 2


@dataclass(frozen=True)
class ShareRow:
    """A row of shares: its address, its states, and those of its last whole mapping that are not 0%."""

    address: str
    states: tuple[str, ...]
    alive: frozenset[str]
    singles: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Draft:
    """A map as plain data; `things` are what a condition can be about."""

    map: Mapping[str, Data]
    worldviews: Mapping[str, Data]
    things: tuple[Thing, ...]

    def files(self) -> dict[str, str]:
        return {"map.yaml": to_yaml(self.map)} | {
            f"worldviews/{name}.yaml": to_yaml(data) for name, data in self.worldviews.items()
        }

    def read(self) -> ArgumentMap:
        return read_files(self.files())

    def read_model(self, **keys: Data) -> ModelSpec:
        """Return the model that asks the given keys of this map."""
        return read_question(self.files(), **keys)

    def conditions(self) -> st.SearchStrategy[Data]:
        return conditions(self.things)


def read_files(files: Mapping[str, str], name: str = "drawn") -> ArgumentMap:
    """Return the map in these files, by their paths in its folder."""
    with tempfile.TemporaryDirectory() as folder:
        _write(Path(folder) / name, files)
        return read_map(Path(folder) / name)


def map_of(arrived: Arrived, name: str = "drawn") -> ArgumentMap:
    """Return the map in the files that came from another program."""
    views = {f"worldviews/{id_}.yaml": to_yaml(said) for id_, said in arrived.worldviews.items()}
    listed = {f"sources/{key}.yaml": to_yaml(said) for key, said in arrived.sources.items()}
    return read_files({"map.yaml": to_yaml(arrived.map)} | views | listed, name)


def in_order(one: ArgumentMap) -> ArgumentMap:
    """Return the same map: the order of a worldview's judgements means nothing."""
    views = (
        replace(view, judgements=tuple(sorted(view.judgements, key=lambda number: number.address)))
        for view in one.worldviews
    )
    return replace(one, worldviews=tuple(views))


def read_question(files: Mapping[str, str], **keys: Data) -> ModelSpec:
    """Return the model with these keys over a map in these files."""
    with tempfile.TemporaryDirectory() as folder:
        _write(Path(folder) / "arguments" / "drawn", files)
        model = {"model": "asked", "map": "../arguments/drawn", **keys}
        _write(Path(folder) / "models", {"asked.yaml": to_yaml(model)})
        return read_model(Path(folder) / "models" / "asked.yaml")


def _write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


class _Plain(yaml.SafeDumper):
    """Writes no anchors: the language has none."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def to_yaml(data: Data) -> str:
    return yaml.dump(data, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=10_000)


# --- conditions ----------------------------------------------------------------------------------


@st.composite
def conditions(draw: Draw, things: Sequence[Thing], depth: int = 2) -> Data:
    """A condition about the things, nested at most `depth` deep."""
    if depth and draw(st.integers(0, 3)) == 0:
        parts = st.lists(conditions(things, depth - 1), min_size=1, max_size=3)
        match draw(st.sampled_from(["not", "all_of", "any_of"])):
            case "not":
                return {"not": draw(conditions(things, depth - 1))}
            case word:
                return {word: draw(parts)}
    thing = draw(st.sampled_from(things))
    if thing.timeline:
        return draw(_about_event(thing, [t for t in things if t.timeline == thing.timeline]))
    first = draw(_about_state(thing))
    others = [t for t in things if not t.timeline and t != thing]
    if others and isinstance(first, dict) and draw(st.integers(0, 3)) == 0:
        second = draw(_about_state(draw(st.sampled_from(others))))
        return first | (second if isinstance(second, dict) else {second: True})
    return first


@st.composite
def _about_state(draw: Draw, thing: Thing) -> Data:
    if thing.states:
        chosen = draw(st.lists(st.sampled_from(thing.states), min_size=1, max_size=2, unique=True))
        return {thing.id: chosen[0] if len(chosen) == 1 else chosen}
    return draw(st.sampled_from([thing.id, {thing.id: False}, {thing.id: True}]))


@st.composite
def _about_event(draw: Draw, event: Thing, alike: Sequence[Thing]) -> Data:
    others = [t.id for t in alike if t != event]
    words = ["during", "by_end_of", "ever"] + ["before", "before-by", "within"] * bool(others)
    other = draw(st.sampled_from(others)) if others else ""
    match draw(st.sampled_from(words)):
        case "before":
            return {"event": event.id, "before": other}
        case "before-by":
            return {"event": event.id, "before": other, "by": draw(st.integers(1, 3))}
        case "within":
            return {"event": event.id, "within": draw(st.integers(0, 2)), "of": other}
        case "ever":
            return {"event": event.id, "ever": draw(st.booleans())}
        case word:
            return {"event": event.id, word: draw(st.sampled_from(event.phases))}


@st.composite
def _whens(draw: Draw, things: Sequence[Thing]) -> Data:
    """A condition, or a list of them."""
    if draw(st.integers(0, 4)) == 0:
        return draw(st.lists(conditions(things, 1), min_size=1, max_size=2))
    return draw(conditions(things))


# --- whole maps ----------------------------------------------------------------------------------


@dataclass
class _Maker:
    """What has been written so far, while a map is made."""

    draw: Draw
    things: list[Thing] = field(default_factory=list)
    claims: dict[str, Data] = field(default_factory=dict)
    questions: dict[str, Data] = field(default_factory=dict)
    events: dict[str, Data] = field(default_factory=dict)
    arguments: dict[str, Data] = field(default_factory=dict)
    timelines: dict[str, Mapping[str, int]] = field(default_factory=dict)
    scope: dict[str, int] = field(default_factory=dict)
    """For each argument, how many of the things its premises may name."""
    places: dict[str, st.SearchStrategy[str]] = field(default_factory=dict)
    """Every address that a worldview may judge on its own (shares apart), with what it may say there."""
    linked: dict[str, str] = field(default_factory=dict)
    """Places that can be named after `same as`, with what kind of number they hold, the oldest first."""
    below_90: list[str] = field(default_factory=list)
    """Places that hold a point of at most 90%."""
    rows: list[ShareRow] = field(default_factory=list)
    worlds: int = 1

    # numbers

    def number(self, address: str, numbers: st.SearchStrategy[str], kind: str = "probability") -> str:
        """Write a number at an address, now and then as `same as` an earlier one."""
        alike = [a for a, k in self.linked.items() if k == kind]
        link = alike and self.draw(st.integers(0, 11)) == 0
        text = f"same as {self.draw(st.sampled_from(alike))}" if link else self.draw(numbers)
        self.default(address, numbers, kind)
        if kind == "probability" and not link and text in _POINTS_BELOW_90:
            self.below_90.append(address)
        return text

    def default(
        self, address: str, numbers: st.SearchStrategy[str] = PROBABILITIES, kind: str = "probability"
    ) -> None:
        """Note an address where nobody wrote anything."""
        self.places[address] = numbers
        self.linked[address] = kind

    def maybe(self, entry: dict[str, Data], key: str, address: str, numbers: Any = PROBABILITIES) -> None:
        """Write a number under an optional key, or leave its default."""
        kind = "pace" if key == "pace" else "probability"
        if self.draw(st.booleans()):
            entry[key] = self.number(address, numbers, kind)
        else:
            self.default(address, numbers, kind)

    def when(self) -> Data:
        return self.draw(_whens(self.things))

    # claims

    def claim(self, name: str) -> None:
        bases = [self.credence]
        if self.things:
            bases += [self.definition, self.routes, self.table]
        entry: dict[str, Data] = {"text": f"This is {name}."}
        targets = self.draw(st.sampled_from(bases))(name, entry)
        self.claims[name] = entry
        self.add(Thing(name, targets=tuple(targets)))

    def credence(self, name: str, entry: dict[str, Data]) -> list[Data]:
        entry["credence"] = self.number(name, PROBABILITIES)
        return [name]

    def definition(self, name: str, entry: dict[str, Data]) -> list[Data]:
        parts = self.draw(st.lists(conditions(self.things), min_size=1, max_size=4))
        match self.draw(st.sampled_from(["all_of", "any_of", "at_least"])):
            case "at_least":
                count = self.draw(st.integers(1, len(parts)))
                entry["at_least"] = {"count": count, "of": parts}
            case word:
                entry[word] = parts
        self.maybe(entry, "if_met", f"{name}.if_met")
        self.maybe(entry, "otherwise", f"{name}.otherwise")
        return []

    def routes(self, name: str, entry: dict[str, Data]) -> list[Data]:
        entry["routes"] = []
        targets = []
        for index in range(self.draw(st.integers(1, 3))):
            route: dict[str, Data] = {}
            if self.draw(st.integers(0, 3)):
                route["id"] = f"w{index}"
                targets.append(f"{name}.w{index}")
            if self.draw(st.integers(0, 3)):
                route["when"] = self.when()
            route["chance"] = self.row_number(name, route, PROBABILITIES)
            entry["routes"].append(route)
        self.maybe(entry, "leak", f"{name}.leak")
        if self.draw(st.integers(0, 2)) == 0:
            entry["when"] = self.when()
        return targets

    def row_number(self, owner: str, row: Mapping[str, Data], numbers: st.SearchStrategy[str]) -> str:
        return self.number(f"{owner}.{row['id']}", numbers) if "id" in row else self.draw(numbers)

    def table(self, name: str, entry: dict[str, Data]) -> list[Data]:
        entry["given"] = self.cases(name)
        return [name]

    def cases(self, owner: str) -> list[Data]:
        """Rows of credences that cover every case."""
        rows: list[dict[str, Data]] = []
        for row in self.guards():
            rows.append(row | {"credence": self.row_number(owner, row, PROBABILITIES)})
        if self.draw(st.booleans()):
            rows.append(self.complement(rows))
            rows[-1]["credence"] = self.row_number(owner, rows[-1], PROBABILITIES)
        else:
            rows.append({"otherwise": self.number(f"{owner}.otherwise", PROBABILITIES)})
        return rows

    def guards(self) -> list[dict[str, Data]]:
        """The `when` of one to three rows, most with an id."""
        rows = []
        for index in range(self.draw(st.integers(1, 3))):
            named = {"id": f"r{index}"} if self.draw(st.integers(0, 3)) else {}
            rows.append(named | {"when": self.when()})
        return rows

    def complement(self, rows: Sequence[Mapping[str, Data]]) -> dict[str, Data]:
        """A row for whatever the others leave, with a condition of its own instead of `otherwise`."""
        whens = [row["when"] for row in rows]
        any_of = [{"all_of": w} if isinstance(w, list) else w for w in whens]
        return {"id": "r9", "when": {"not": {"any_of": any_of}}}

    # questions

    def question(self, name: str) -> None:
        states = tuple(f"s{i}" for i in range(self.draw(st.integers(2, 4))))
        entry: dict[str, Data] = {"text": f"Which is {name}?", "states": list(states)}
        pairs = [(a, b) for a in self.things for b in self.things if a != b and _comparable(a, b)]
        shapes = ["plain"] + ["table"] * bool(self.things) + ["gap", "gap"] * bool(pairs)
        shape = self.draw(st.sampled_from(shapes))
        match shape:
            case "plain":
                entry["credence"] = self.shares(name, states)
            case "table":
                entry["given"] = self.share_cases(name, states)
            case _:
                start, end = self.draw(st.sampled_from(pairs))
                first = self.draw(st.integers(0, 1))
                jumps = self.draw(st.lists(st.integers(1, 2), min_size=len(states), max_size=len(states)))
                at_least = {s: first + sum(jumps[:i]) for i, s in enumerate(states[1:])}
                entry["gap"] = {"from": start.id, "to": end.id, "at_least": at_least}
        self.questions[name] = entry
        several = [{name: list(states[:2])}] if len(states) > 2 else []
        targets = [] if shape == "gap" else [*({name: s} for s in states), *several]
        self.add(Thing(name, states=states, targets=tuple(targets), n_states=len(states)))

    def share_cases(self, name: str, states: tuple[str, ...]) -> list[Data]:
        rows: list[dict[str, Data]] = []
        for row in self.guards():
            address = f"{name}.{row['id']}" if "id" in row else ""
            if self.draw(st.integers(0, 3)) == 0:
                state = self.draw(st.sampled_from(states))
                rows.append(row | {"state": state})
                self.note_row(address, states, frozenset([state]))
            else:
                rows.append(row | {"credence": self.shares(address, states)})
        rows.append({"otherwise": self.shares(f"{name}.otherwise", states)})
        return rows

    def shares(self, address: str, states: tuple[str, ...]) -> dict[str, str]:
        """One share per state; they add up to 100%, or leave something for `rest`."""
        if self.below_90 and self.draw(st.integers(0, 3)) == 0:
            # Nothing may be left for `rest` in no worldview, so what the link names must stay below 99%.
            source = self.draw(st.sampled_from(self.below_90))
            out = dict.fromkeys(states, "0.1%") | {states[0]: f"same as {source}", states[-1]: "rest"}
            self.places[source] = BELOW_90
            self.note_row(address, states, frozenset(states))
            return out
        cuts = sorted(self.draw(_cuts(len(states), 0)))
        percent = [b - a for a, b in zip([0, *cuts], [*cuts, 100], strict=True)]
        out = {s: self.draw(_around(p)) for s, p in zip(states, percent, strict=True)}
        alive = frozenset(s for s, p in zip(states, percent, strict=True) if p)
        rest = self.draw(st.sampled_from([None, *sorted(alive)]))
        if rest and len(alive) > 1:
            out[rest] = "rest"
        elif any(text.startswith("about") for text in out.values()):  # then they may miss 100% by five
            out[states[0]] = out[states[0]].replace(f"{percent[0]}%", f"{min(percent[0] + 3, 99)}%")
        self.note_row(address, states, alive)
        return out

    def note_row(self, address: str, states: tuple[str, ...], alive: frozenset[str]) -> None:
        if address:
            self.rows.append(ShareRow(address, states, alive))
            self.linked |= {f"{address}.{s}": "probability" for s in alive}

    # events

    def event(self, name: str) -> None:
        timeline = self.draw(st.sampled_from(self.some_timelines()))
        phases = self.timelines[timeline]
        alike = [t.id for t in self.things if t.timeline == timeline]
        entry: dict[str, Data] = {"text": f"There comes {name}.", "timeline": timeline}
        targets: list[Data] = []
        if alike and self.draw(st.integers(0, 3)) == 0:
            word = self.draw(st.sampled_from(["later_of", "earlier_of"]))
            entry[word] = self.draw(st.lists(st.sampled_from(alike), min_size=1, max_size=3, unique=True))
        else:
            if alike and self.draw(st.booleans()):
                entry["requires"] = self.draw(
                    st.lists(st.sampled_from(alike), min_size=1, max_size=3, unique=True)
                )
            entry["emerges"] = {
                p: self.phase(f"{name}.{p}")
                for p in phases
                if len(phases) == 1 or self.draw(st.integers(0, 4))
            } or {"p0": self.phase(f"{name}.p0")}
            targets = [f"{name}.{p}" for p in entry["emerges"]]
        self.events[name] = entry
        steps = sum(phases.values())
        self.add(
            Thing(
                name, timeline=timeline, phases=tuple(phases), targets=tuple(targets), n_states=steps + 1
            )
        )

    def some_timelines(self) -> list[str]:
        """The timelines there are, and a new one now and then."""
        if not self.timelines or (len(self.timelines) < 2 and self.draw(st.integers(0, 4)) == 0):
            steps = self.draw(st.lists(st.integers(1, 3), min_size=1, max_size=3))
            while sum(steps) > 5:
                steps.pop()
            self.timelines[f"t{len(self.timelines)}"] = {f"p{i}": n for i, n in enumerate(steps)}
        return list(self.timelines)

    def phase(self, address: str) -> Data:
        shapes = ["short", "short", "long"] + ["table", "gated"] * bool(self.things)
        match self.draw(st.sampled_from(shapes)):
            case "short":
                self.default(f"{address}.pace", PACES, "pace")
                return self.number(address, PROBABILITIES)
            case shape:
                out: dict[str, Data] = {}
                if shape == "table":
                    out["given"] = self.cases(address)
                else:
                    out["credence"] = self.number(address, PROBABILITIES)
                if self.things and (shape == "gated" or self.draw(st.integers(0, 2)) == 0):
                    out["when"] = self.when()
                self.maybe(out, "pace", f"{address}.pace", PACES)
                return out

    # arguments

    def argument(self, name: str) -> None:
        targets = [(t, i) for i, thing in enumerate(self.things) for t in thing.targets]
        directions = ["for", "against"] * bool(targets) + ["undercuts"] * (2 * bool(self.arguments))
        if not directions:
            return
        direction = self.draw(st.sampled_from(directions))
        entry: dict[str, Data] = {"text": f"Consider {name}."}
        if direction == "undercuts":
            several = st.lists(st.sampled_from(list(self.arguments)), min_size=1, max_size=2, unique=True)
            chosen = self.draw(several)
            limit = min(self.scope[a] for a in chosen)
            self.maybe(entry, "force", f"{name}.force")
        else:
            picks = st.lists(st.sampled_from(range(len(targets))), min_size=1, max_size=2, unique=True)
            pairs = _apart([targets[i] for i in self.draw(picks)])
            chosen = [target for target, _ in pairs]
            limit = min(index for _, index in pairs)
            entry["strength"] = self.number(f"{name}.strength", STRENGTHS, "strength")
        entry[direction] = chosen[0] if len(chosen) == 1 else chosen
        if limit and self.draw(st.booleans()):
            entry["premises"] = self.draw(
                st.lists(conditions(self.things[:limit], 1), min_size=1, max_size=2)
            )
        self.maybe(entry, "credence", name)
        if "credence" in entry and self.draw(st.booleans()):
            entry["by"] = "v0"
        self.arguments[name] = entry
        self.scope[name] = limit
        self.worlds *= 2

    def add(self, thing: Thing) -> None:
        self.things.append(thing)
        self.worlds *= thing.n_states

    # worldviews

    def worldview(self, name: str, inherited: "_Inherited") -> tuple[Data, "_Inherited"]:
        """One worldview over what it inherits; returns what those that extend it inherit."""
        draw = self.draw
        judgements: dict[str, Data] = {}
        if self.places:
            for address in draw(st.lists(st.sampled_from(list(self.places)), max_size=4, unique=True)):
                text = self.judgement(address)
                judgements[address] = draw(st.sampled_from([text, {"value": text, "note": "inferred"}]))
        rows = {row.address: row for row in inherited.rows}
        for row in inherited.rows:
            match draw(st.sampled_from(["leave", "leave", "whole", "singles"])):
                case "whole":
                    first, *others = row.states
                    judgements[row.address] = dict.fromkeys(others, "5%") | {first: "rest"}
                    rows[row.address] = ShareRow(row.address, row.states, frozenset(row.states))
                case "singles":
                    changed = self.singles(row)
                    judgements |= {f"{row.address}.{s}": f for s, f in changed[1].items()}
                    rows[row.address] = changed[0]
                case _:
                    pass
        rejects = set(
            draw(st.lists(st.sampled_from(list(self.arguments)), max_size=2, unique=True))
            if self.arguments
            else []
        )
        accepts = {a for a in sorted(inherited.rejects - rejects) if draw(st.integers(0, 3))}
        data: dict[str, Data] = {"worldview": name, "text": f"How {name} sees it."}
        data |= {"extends": inherited.name} if inherited.name else {}
        data |= {"judgements": judgements} if judgements else {}
        data |= {"rejects": sorted(rejects)} if rejects else {}
        data |= {"accepts": sorted(accepts)} if accepts else {}
        if draw(st.integers(0, 3)) == 0:
            data["stated"] = [{"of": self.when(), "credence": draw(st.one_of(POINTS, INTERVALS))}]
        if draw(st.integers(0, 5)) == 0:
            data["read_as"] = [{"of": self.when(), "credence": draw(st.one_of(POINTS, INTERVALS))}]
        if draw(st.integers(0, 5)) == 0:
            data["asked"] = [{"of": self.when()}, *list(judgements)[:1]]
        left = frozenset((inherited.rejects - accepts) | rejects)
        return data, _Inherited(name, tuple(rows.values()), left)

    def judgement(self, address: str) -> str:
        """A worldview's number for an address; a link goes to an older place, so no circle can close."""
        numbers = self.places[address]
        kinds = list(self.linked.items())
        older = [
            a
            for a, kind in kinds[: kinds.index((address, self.linked[address]))]
            if kind == self.linked[address]
        ]
        if older and numbers is not BELOW_90 and self.draw(st.integers(0, 5)) == 0:
            return f"same as {self.draw(st.sampled_from(older))}"
        return self.draw(numbers)

    def singles(self, row: ShareRow) -> tuple[ShareRow, dict[str, str]]:
        """Single shares that leave something for a state which had something."""
        if self.draw(st.integers(0, 5)) == 0:
            cuts = sorted(self.draw(_cuts(len(row.states), 1)))
            every = {s: b - a for s, a, b in zip(row.states, [0, *cuts], [*cuts, 100], strict=True)}
            new = {s: f"{percent}%" for s, percent in every.items()}
            return ShareRow(row.address, row.states, row.alive, every), new
        kept = dict(row.singles)
        new = {}
        for state in self.draw(st.lists(st.sampled_from(row.states), min_size=1, max_size=2, unique=True)):
            percent = self.draw(st.integers(1, 60))
            taken = sum(n for s, n in kept.items() if s != state) + percent
            if taken <= 95 and row.alive - kept.keys() - {state}:
                kept[state] = percent
                new[state] = self.draw(_around(percent))
        return ShareRow(row.address, row.states, row.alive, kept), new


_POINTS_BELOW_90 = [f"{n}%" for n in range(1, 91)]
BELOW_90 = st.sampled_from(_POINTS_BELOW_90)


def _cuts(pieces: int, smallest: int) -> st.SearchStrategy[list[int]]:
    """Where to cut 100 into so many pieces, none below the smallest (0 or 1)."""
    size = pieces - 1
    return st.lists(
        st.integers(smallest, 100 - smallest), min_size=size, max_size=size, unique=bool(smallest)
    )


@dataclass(frozen=True)
class _Inherited:
    name: str
    rows: tuple[ShareRow, ...]
    rejects: frozenset[str] = frozenset()


def _apart(targets: Sequence[tuple[Data, int]]) -> list[tuple[Data, int]]:
    """Leave out what names a state once more."""
    first, *others = targets
    return [first, *(t for t in others if not (isinstance(t[0], dict) and t[1] == first[1]))]


def _comparable(a: Thing, b: Thing) -> bool:
    return bool(a.timeline) and a.timeline == b.timeline


def _sizes(least: int, most: int) -> st.SearchStrategy[int]:
    """The larger half twice as often, where the interesting maps are; shrinks to the least."""
    return st.sampled_from([*range(least, most + 1), *range((least + most) // 2, most + 1)])


@st.composite
def drafts(
    draw: Draw, max_things: int = 6, max_arguments: int = 5, max_worldviews: int = 2, budget: int = 20_000
) -> Draft:
    """A valid map of a few entries, with at most about `budget` worlds."""
    make = _Maker(draw)
    for index in range(draw(_sizes(1, max_things))):
        letter = draw(st.sampled_from("cqecee"))
        if make.worlds < budget / 10:
            {"c": make.claim, "q": make.question, "e": make.event}[letter](f"{letter}{index}")
    for index in range(draw(_sizes(0, max_arguments))):
        if make.worlds < budget:
            make.argument(f"a{index}")
    worldviews: dict[str, Data] = {}
    states = [_Inherited("", tuple(make.rows))]
    for index in range(draw(_sizes(0, max_worldviews))):
        data, state = make.worldview(f"view{index}", draw(st.sampled_from([states[0], states[-1]])))
        worldviews[f"view{index}"] = data
        states.append(state)
    parts = {"claims": make.claims, "questions": make.questions, "events": make.events}
    parts |= {"arguments": make.arguments}
    head: dict[str, Data] = {
        "language": 1,
        "map": {"title": "A map that was drawn"},
        "lexicon": LEXICON,
        "voices": {"v0": {"text": "Somebody."}},
        "timelines": {n: {"text": f"Time {n}.", "phases": dict(p)} for n, p in make.timelines.items()},
    }
    filled = {key: value for key, value in (head | parts).items() if value}
    return Draft(filled, worldviews, tuple(make.things))


@st.composite
def drafts_with_brought(draw: Draw, **sizes: int) -> Draft:
    """The same, where worldviews bring some of the entries and routes, and some are taken over."""
    drawn = draw(drafts(**sizes))
    if not drawn.worldviews:
        return drawn
    sections = {name: dict(drawn.map.get(name, {})) for name in ("claims", "questions", "arguments")}
    views = {name: dict(view) for name, view in drawn.worldviews.items()}
    names = st.sampled_from(sorted(views))
    offered = []
    for section, entries in sections.items():
        for name in [name for name in entries if draw(st.integers(0, 2)) == 0]:
            views[draw(names)].setdefault(section, {})[name] = entries.pop(name)
            offered += [name] if section == "arguments" else []
    for name, claim in list(sections["claims"].items()):
        first, *others = claim.get("routes", [{}])
        moved = [route for route in others if "id" in route and draw(st.booleans())]
        for route in moved:
            views[draw(names)].setdefault("routes", {}).setdefault(name, []).append(route)
            offered.append(f"{name}.{route['id']}")
        if moved:
            left = [first, *(route for route in others if route not in moved)]
            sections["claims"][name] = claim | {"routes": left}
    for view in views.values():
        taken = [n for n in offered if n not in view.get("rejects", ()) and draw(st.integers(0, 3)) == 0]
        if taken:
            view["accepts"] = sorted({*view.get("accepts", ()), *taken})
    return Draft({**drawn.map, **sections}, views, drawn.things)


_NUMBERS = frozenset(
    {
        "credence",
        "if_met",
        "otherwise",
        "leak",
        "chance",
        "strength",
        "force",
        "pace",
        "emerges",
        "judgements",
    }
)
"""The keys of a map and of worldviews under which numbers stand, or mappings of them."""


@st.composite
def marked(draw: Draw, drawn: Draft) -> Draft:
    """The same map, in which nobody gave some of the numbers, and some states have texts of their own."""

    def of_nobody(value: Data) -> Data:
        if isinstance(value, dict) and "value" not in value:  # shares: all of them, or none
            return {"value": value, "elicited": False}
        long = value if isinstance(value, dict) else {"value": value}
        return {**long, "elicited": False}

    def walked(data: Data, key: str = "") -> Data:
        if isinstance(data, list) and key not in ("stated", "read_as"):
            return [walked(part) for part in data]
        if not isinstance(data, dict) or key in ("stated", "read_as"):
            return data
        if key in ("emerges", "judgements"):
            return {at: _number(at, value) for at, value in data.items()}
        return {
            name: _number(name, value) if name in _NUMBERS else walked(value, name)
            for name, value in data.items()
        }

    def _number(name: str, value: Data) -> Data:
        is_number = isinstance(value, str) or (isinstance(value, dict) and "when" not in value)
        if name in ("emerges", "judgements") or not is_number or "given" in value or "credence" in value:
            return walked(value, name)
        return of_nobody(value) if draw(st.integers(0, 2)) == 0 else value

    parts = {key: walked(part) for key, part in drawn.map.items() if key in _SECTIONS}
    views = {name: walked(view) for name, view in drawn.worldviews.items()}
    for entries in (parts.get("questions", {}), *(view.get("questions", {}) for view in views.values())):
        for question in entries.values():
            texts = {
                state: f'<{state}>, "5" & more' for state in question["states"] if draw(st.booleans())
            }
            if texts:
                question["state_texts"] = texts
    return Draft({**drawn.map, **parts}, views, drawn.things)


_SECTIONS = ("claims", "questions", "events", "arguments")


@st.composite
def z_draws(draw: Draw, argument_map: ArgumentMap) -> Mapping[str, float]:
    """Standard normal numbers by address, now and then far out."""
    seed = draw(st.integers(0, 2**32 - 1))
    scale = draw(st.sampled_from([1.0, 1.0, 4.0]))
    z = np.random.default_rng(seed).normal(scale=scale, size=len(argument_map.judgements))
    return dict(zip(argument_map.judgements, z.tolist(), strict=True))
