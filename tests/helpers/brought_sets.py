"""Entries that a reader may bring to a page, at random, and what Python says of the file that has them.

`brought_sets(model, n, seed)` makes sets of one to five entries, in the form in which a script hands them to
`cruxmap.bring(kind, entry)`. Of each set `as_file` makes a worldview's file, as somebody would write it by
hand, and `WithFiles(model).says(...)` has the numbers of such a file.
As a program it writes sets and answers as JSON: `python tests/helpers/brought_sets.py MODEL N SEED`.
"""

import json
import random
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import yaml

import cruxmap as cm
from cruxmap.engine import contraction_trees
from cruxmap.engine.network import Filled, FloatArray
from cruxmap.engine.queries import infer
from cruxmap.insight.views import fill_block, forward_draws
from cruxmap.language.argument_map import (
    MAP_WORLDVIEW,
    Before,
    Claim,
    ClaimIs,
    Condition,
    Credence,
    Emergence,
    Question,
    Routes,
    ShareTable,
    StateIn,
    Table,
    condition_text,
)
from cruxmap.network.inquiry import Inquiry, central_entries, inquire

BRING_ALL = """(bring) => {
  const ids = [];
  const named = (value) => {
    if (typeof value === "string") return value.startsWith("@") ? ids[Number(value.slice(1))] : value;
    if (Array.isArray(value)) return value.map(named);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [named(key), named(part)]));
  };
  for (const [kind, entry] of bring) ids.push(cruxmap.bring(kind, named(entry)));
  return ids;
}"""
"""How a script brings the entries of a set to the page."""

NAME = "mine"
"""The id of the worldview that brings a set."""

EASILY_PLANNED = 50_000_000
"""Products up to which the first tree of a network serves: it is asked once."""


@dataclass(frozen=True)
class BroughtSet:
    """What a reader brings who started from a worldview: kinds and entries, in the order they are brought.

    An entry that mentions one before it has `@k` for the id that number k was given.
    """

    start: str
    entries: tuple[tuple[str, Mapping[str, Any]], ...]

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return {"start": self.start, "bring": [[kind, {**entry}] for kind, entry in self.entries]}


@dataclass
class Objector:
    """Somebody with random objections to the map of a model."""

    model: cm.ModelSpec
    random: random.Random
    most: int = 5
    compared: bool = (
        False  # whether events are compared in the set: several such premises are too many cases
    )

    def tries(self) -> BroughtSet:
        """Bring one to `most` entries, some of which belong together."""
        pick, self.compared = self.random, False
        start = pick.choice([MAP_WORLDVIEW, *(w.about.id for w in self.model.map.worldviews)])
        entries: list[tuple[str, dict[str, Any]]] = []
        size = pick.randint(1, self.most)
        while len(entries) < size:
            for kind, entry in self._some(len(entries), size - len(entries)):
                entries.append((kind, {"text": f"Reason {len(entries) + 1} of many.", **entry}))
        return BroughtSet(start, tuple(entries))

    def _some(self, first: int, room: int) -> Iterator[tuple[str, dict[str, Any]]]:
        """What is brought next; `first` is the number of the first of it."""
        pick = self.random
        kind = pick.choice(
            ("argument", "argument", "undercut", "route", "answered", "shared", "written new")
        )
        if kind == "route" and self._claims_by_routes:
            yield "route", self._route()
        elif kind == "undercut" and self.model.map.arguments:
            attacked = pick.choice(self.model.map.arguments).about.id
            yield "argument", self._undercut(attacked)
        elif kind == "answered" and room >= 2:  # an argument, and what undercuts it
            yield "argument", self._argument(self._premises())
            yield "argument", self._undercut(f"@{first}")
        elif kind == "shared" and room >= 3:  # a new claim under two arguments
            yield "claim", {"credence": self._probability()}
            yield "argument", self._argument([f"@{first}", *self._premises()[:1]])
            yield "argument", self._argument([pick.choice((f"@{first}", {"not": f"@{first}"}))])
        elif kind == "written new" and room >= 2:
            yield "claim", {"credence": self._probability()}
            yield "argument", self._argument([f"@{first}"])
        else:
            yield "argument", self._argument(self._premises())

    @property
    def _claims_by_routes(self) -> list[Claim]:
        return [claim for claim in self.model.map.claims if isinstance(claim.basis, Routes)]

    def _route(self) -> dict[str, Any]:
        when = self._condition()
        claim = self.random.choice(self._claims_by_routes).about.id
        return {"of": claim, "when": when, "chance": self._probability()}

    def _argument(self, premises: list[Any]) -> dict[str, Any]:
        pick = self.random
        targets = pick.sample(self._targets, pick.choice((1, 1, 1, 1, 2)))
        on = targets[0] if len(targets) == 1 else targets
        entry: dict[str, Any] = {pick.choice(("for", "against")): on, "strength": self._strength()}
        if pick.random() < 0.7:
            entry["credence"] = self._probability()
        return entry | ({"premises": premises} if premises else {})

    def _undercut(self, attacked: str) -> dict[str, Any]:
        entry: dict[str, Any] = {"undercuts": attacked}
        if self.random.random() < 0.7:
            entry["force"] = self._probability()
        if self.random.random() < 0.7:
            entry["credence"] = self._probability()
        premises = self._premises()
        return entry | ({"premises": premises} if premises else {})

    @property
    def _targets(self) -> list[Any]:
        """What can be argued about: claims, causes, phases and states."""
        found: list[Any] = []
        for claim in self.model.map.claims:
            match claim.basis:
                case Credence() | Table():
                    found.append(claim.about.id)
                case Routes(routes=routes):
                    found += [f"{claim.about.id}.{route.id}" for route in routes if route.id is not None]
        for question in self.model.map.questions:
            if isinstance(question.basis, ShareTable):
                found += [{question.about.id: state} for state in question.states]
        for event in self.model.map.events:
            if isinstance(event.basis, Emergence):
                found += [f"{event.about.id}.{phase.phase}" for phase in event.basis.phases]
        return found

    def _premises(self) -> list[Any]:
        return [self._condition() for _ in range(self.random.choice((0, 0, 1, 1, 2)))]

    def _condition(self) -> Any:
        """A condition, as it is written in a file."""
        written = yaml.safe_load(condition_text(self._of_the_map()))
        return written if self.random.random() < 0.9 else {"any_of": [written, self._other()]}

    def _other(self) -> Any:
        return yaml.safe_load(condition_text(self._of_the_map()))

    def _of_the_map(self) -> Condition:
        pick, argument_map = self.random, self.model.map
        if len(argument_map.events) > 1 and not self.compared and pick.random() < 0.1:
            self.compared = True
            event, other = pick.sample(argument_map.events, 2)
            return Before(event.about.id, other.about.id, pick.choice((1, 1, 2)))
        entry: Claim | Question = pick.choice([*argument_map.claims, *argument_map.questions])
        if isinstance(entry, Question):
            states = pick.sample(entry.states, pick.randint(1, len(entry.states) - 1))
            return StateIn(entry.about.id, tuple(states))
        return ClaimIs(entry.about.id, pick.random() < 0.7)

    def _probability(self) -> str:
        pick = self.random
        low, high = sorted(pick.sample(range(1, 100), 2))
        interval = f"{low}% to {high}%"
        return pick.choice((f"{low}%", interval, interval, "likely", "100%", f"1 in {high}"))

    def _strength(self) -> str:
        low = round(1 + self.random.expovariate(0.3), 1)
        more = round(low + self.random.expovariate(0.2) + 0.1, 1)
        return self.random.choice((f"{low}x", f"{low}x to {more}x", f"{low}x to {more}x", "strong"))


def as_file(brought: BroughtSet, name: str = NAME) -> str:
    """Write the worldview's file; JSON is YAML. Entries have the ids `mine-1`, `mine-2`, ..."""
    ids: list[str] = []
    file: dict[str, Any] = {"worldview": name, "text": "What a reader brings."}
    if brought.start != MAP_WORLDVIEW:
        file["extends"] = brought.start
    for kind, entry in brought.entries:
        named = _named(dict(entry), ids)
        ids.append(f"{name}-{len(ids) + 1}")
        if kind == "route":
            named.pop("text")
            claim = named.pop("of")
            file.setdefault("routes", {}).setdefault(claim, []).append({"id": ids[-1], **named})
            ids[-1] = f"{claim}.{ids[-1]}"
        else:
            file.setdefault(f"{kind}s", {})[ids[-1]] = named
    return json.dumps(file, indent=1)


def _named(value: Any, ids: list[str]) -> Any:
    """Put ids in the place of `@k`."""
    match value:
        case str() if value.startswith("@"):
            return ids[int(value[1:])]
        case dict():
            return {_named(key, ids): _named(part, ids) for key, part in value.items()}
        case list():
            return [_named(part, ids) for part in value]
        case _:
            return value


class WithFiles:
    """A model in a copy of its project, in which worldviews can be put."""

    def __init__(self, path: Path, folder: Path, draws: int | None = None) -> None:
        project = path.parent.parent
        for part in ("arguments", "models"):
            copytree(project / part, folder / part, dirs_exist_ok=True)
        self.path = folder / path.relative_to(project)
        if draws is not None:
            self.says_of_itself({"sampling": {"draws": str(draws)}})
        model = cm.read_model(self.path)
        self.worldviews = folder / "arguments" / model.map.id / "worldviews"
        self.worldviews.mkdir(exist_ok=True)

    def says_of_itself(self, more: Mapping[str, Any]) -> None:
        """Write something else into the model's file; what it says of `sampling` besides stays."""
        said = yaml.load(self.path.read_text(encoding="utf-8"), yaml.BaseLoader)
        said |= {"sampling": said.get("sampling", {}) | more.get("sampling", {})}
        said |= {key: value for key, value in more.items() if key != "sampling"}
        self.path.write_text(yaml.safe_dump(said, sort_keys=False), encoding="utf-8")

    @contextmanager
    def reading(self, file: str, name: str = NAME) -> Iterator[cm.ModelSpec]:
        """Yield the model that has the file too, asked about that worldview alone."""
        there = self.worldviews / f"{name}.yaml"
        assert not there.exists()
        there.write_text(file, encoding="utf-8")
        try:
            yield replace(cm.read_model(self.path), worldviews=(name,))
        finally:
            there.unlink()

    def says(self, file: str, *, draws: int | None = None, name: str = NAME) -> dict[str, Any]:
        """What Python says of a file: by target `{"central": [P(not), P], "mean": ...}`, means over `draws`.

        A target that is impossible to say anything of has `None`.
        """
        with self.reading(file, name) as model, _quickly_planned():
            asked = inquire(model)
            central = _chances(asked, central_entries(asked))
            found: dict[str, Any] = {
                name: {"central": [*map(float, chances[:, 0])]}
                for name, chances in zip(asked.target_names, central, strict=True)
            }
            if draws is not None:
                of_draws = _chances(asked, fill_block(asked, forward_draws(asked, draws), (0, 0, draws)))
                for one, chances in zip(found.values(), of_draws, strict=True):
                    one["mean"] = float(chances[1].mean())
        return found


def _chances(asked: Inquiry, filled: Filled) -> list[FloatArray]:
    """P(not the target) and P(the target), (2, D), of each target."""
    found = infer(asked.network, filled, asked.given, asked.targets)
    return [np.asarray(found.marginals[target]) for target in asked.targets]


@contextmanager
def _quickly_planned() -> Iterator[None]:
    """Take the first tree of a network, as each is asked only once."""
    before = contraction_trees.CHEAP
    contraction_trees.CHEAP = EASILY_PLANNED
    try:
        yield
    finally:
        contraction_trees.CHEAP = before


def brought_sets(model: cm.ModelSpec, project: WithFiles, n: int, seed: int) -> list[BroughtSet]:
    """So many sets that Python reads without a problem."""
    objector, found = Objector(model, random.Random(seed)), []
    while len(found) < n:
        tried = objector.tries()
        with suppress(cm.InvalidMap), project.reading(as_file(tried)):
            found.append(tried)
    return found


def main() -> None:
    """Write sets and answers to standard output."""
    path, n, seed = sys.argv[1:]
    model = cm.read_model(path)
    with TemporaryDirectory() as folder:
        project = WithFiles(Path(path).resolve(), Path(folder))
        sets = brought_sets(model, project, int(n), int(seed))
        said = [
            {**one.to_json(), "file": as_file(one), "says": project.says(as_file(one))} for one in sets
        ]
    print(json.dumps(said))


if __name__ == "__main__":
    main()
