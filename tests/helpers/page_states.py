"""States that a reader may bring a page to, at random, and what Python says of each of them.

`states(model, n, seed)` makes them: a worldview to start from, numbers in every notation, rejected and
accepted arguments, other conditions. `answers(model, states)` has what follows, for many states in one run.
As a program it writes both as JSON: `python tests/helpers/page_states.py MODEL N SEED`.
"""

import json
import random
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

import cruxmap as cm
from cruxmap.engine.formulas import fill
from cruxmap.engine.network import Evidence, Filled, FloatArray
from cruxmap.engine.queries import infer_each
from cruxmap.insight.live_model import State
from cruxmap.language.argument_map import (
    MAP_WORLDVIEW,
    AllOf,
    ByEndOf,
    Claim,
    ClaimIs,
    Condition,
    During,
    Event,
    Ever,
    Not,
    Question,
    Role,
    Scale,
    StateIn,
    condition_text,
)
from cruxmap.language.judgement import with_phrases
from cruxmap.network.inquiry import blocks, together
from helpers.one_network import Opened, opened_together

COLUMNS_AT_ONCE = 64
"""How many pieces of evidence are propagated side by side: a slot of each takes eight bytes."""


@dataclass(frozen=True)
class PageState:
    """What a reader did: started somewhere, set numbers and rows of shares, rejected (or accepted) arguments.

    `assuming` and `observed` stand in for the model's where they are not `None`.
    """

    start: str
    numbers: tuple[tuple[str, str | tuple[str, ...]], ...] = ()
    rejects: tuple[tuple[str, bool], ...] = ()
    assuming: tuple[str, ...] | None = None
    observed: tuple[str, ...] | None = None

    def to_json(self) -> dict[str, Any]:
        """As plain data, with lists for tuples; what was not touched is left out."""
        return {
            "start": self.start,
            **({"set": [[at, text] for at, text in self.numbers]} if self.numbers else {}),
            **({"reject": [[*one] for one in self.rejects]} if self.rejects else {}),
            **({} if self.assuming is None else {"assuming": [*self.assuming]}),
            **({} if self.observed is None else {"observed": [*self.observed]}),
        }


@dataclass
class Reader:
    """Somebody who tries things out on the page of a model, with random words of their own."""

    model: cm.ModelSpec
    random: random.Random

    @property
    def worldviews(self) -> list[str]:
        """The worldviews that may be started from."""
        return [MAP_WORLDVIEW, *(w.about.id for w in self.model.map.worldviews)]

    @cached_property
    def started(self) -> Opened:
        """What opens a worldview as it is shipped."""
        return opened_together(self.model)

    def made(self, page: PageState) -> State:
        """The state that Python has for what was done. Raises InvalidMap for what cannot be read."""
        state = self.started(page.start)
        for at, text in page.numbers:
            state = state.set({at: text if isinstance(text, str) else self.row(at, text)})
        for name, rejected in page.rejects:
            state = state.reject(name) if rejected else state.accept(name)
        return state.given(
            **{k: [*v] for k in ("assuming", "observed") if (v := getattr(page, k)) is not None}
        )

    def row(self, at: str, texts: Sequence[str]) -> dict[str, str]:
        states = [share.address.rpartition(".")[2] for share in self.model.map.shares[at]]
        return dict(zip(states, texts, strict=True))

    # what is tried

    def tries(self) -> PageState:
        """Something that Python reads without a problem."""
        pick = self.random
        page = PageState(pick.choice(self.worldviews))
        state = self.started(page.start)
        for _ in range(pick.choice((1, 1, 2, 4, 8, 30))):
            at, text = self._number()
            if self._is_mixed(at, page):
                continue
            with suppress(cm.InvalidMap):
                state = state.set({at: text if isinstance(text, str) else self.row(at, text)})
                page = replace(page, numbers=(*page.numbers, (at, text)))
        for _ in range(pick.choice((0, 0, 1, 3))):
            page = replace(page, rejects=(*page.rejects, *self._rejection()))
        if pick.random() < 0.3:
            page = replace(page, assuming=self._conditions())
        if pick.random() < 0.2:
            page = replace(page, observed=self._conditions())
        return page

    def _is_mixed(self, at: str, page: PageState) -> bool:
        """Whether a row of shares would be given as a whole and a share of it by itself."""
        shares = self.model.map.shares
        rows = {share.address: row for row, members in shares.items() for share in members}
        set_so_far = {address for address, _ in page.numbers}
        if shares.get(at):
            return any(share.address in set_so_far for share in shares[at])
        return rows.get(at) in set_so_far

    def _number(self) -> tuple[str, str | tuple[str, ...]]:
        pick, argument_map = self.random, self.model.map
        rows = [at for at, row in argument_map.shares.items() if row]
        if rows and pick.random() < 0.15:
            at = pick.choice(rows)
            return at, self._shares(len(argument_map.shares[at]))
        free = [a for a, judgement in argument_map.judgements.items() if judgement.overridable]
        address = pick.choice(free)
        role = argument_map.judgements[address].role
        if pick.random() < 0.07:
            like = [a for a in free if argument_map.judgements[a].role.scale is role.scale]
            return address, f"same as {pick.choice(like)}"
        return address, self._ratio(role) if role.scale is Scale.RATIO else self._probability()

    def _phrase(self, scale: Scale) -> str:
        lexicon = with_phrases(dict(self.model.map.lexicon))
        return self.random.choice([phrase for its, phrase in lexicon if its is scale])

    def _probability(self) -> str:
        pick = self.random
        low, high = sorted(pick.sample(range(1, 1000), 2))
        kinds = (
            lambda: f"{low / 10}%",
            lambda: f"{low / 10}% to {high / 10}%",
            lambda: f"{low / 10}% to {high / 10}%",
            lambda: f"0.{low:03d}",
            lambda: f"1 in {high}",
            lambda: f"{low}:{high}",
            lambda: f"about {pick.randint(1, 99)}%",
            lambda: f"under {pick.choice((0.01, 1, 2, 5, 10))}%",
            lambda: f"over {pick.choice((99.99, 99, 97, 90))}%",
            lambda: pick.choice(("0%", "100%", "0%", "100%", "1e-9", "99.999999%", "1e-7 to 1e-4")),
            lambda: self._phrase(Scale.PROBABILITY),
        )
        return pick.choice(kinds)()

    def _ratio(self, role: Role) -> str:
        pick = self.random
        least = 1 if role is Role.STRENGTH else 0.1
        low, high = sorted(
            (round(least + pick.expovariate(0.2), 1), round(least + pick.expovariate(0.1), 1))
        )
        kinds = (
            lambda: f"{low}x",
            lambda: f"{low}x to {high}x",
            lambda: pick.choice(("1x", "1000x", "1x to 30x")),
            lambda: self._phrase(Scale.RATIO),
        )
        return pick.choice(kinds)()

    def _shares(self, n_states: int) -> tuple[str, ...]:
        """All shares of a row: intervals and points whose middles add up, one of them perhaps the rest."""
        weights = [self.random.choice((0, 1, 2, 5, 20)) for _ in range(n_states)]
        if not any(weights):
            weights[0] = 1
        texts = [f"{100 * weight / sum(weights):.10f}%" for weight in weights]
        texts = ["0%" if weight == 0 else text for weight, text in zip(weights, texts, strict=True)]
        if max(weights) == sum(weights):
            return tuple("100%" if weight else "0%" for weight in weights)
        if self.random.random() < 0.5:
            texts[self.random.randrange(n_states)] = "rest"
        return tuple(texts)

    def _rejection(self) -> Iterator[tuple[str, bool]]:
        pick, argument_map = self.random, self.model.map
        if argument_map.brought and pick.random() < 0.2:
            yield pick.choice([*argument_map.brought]), False
        elif argument_map.arguments:
            yield pick.choice(argument_map.arguments).about.id, pick.random() < 0.7

    def _conditions(self) -> tuple[str, ...]:
        return tuple(condition_text(self._condition()) for _ in range(self.random.choice((0, 1, 1, 2))))

    def _condition(self) -> Condition:
        pick = self.random
        if pick.random() < 0.2:
            return pick.choice((self.model.target, *self.model.also)).condition
        if pick.random() < 0.15:
            return AllOf((self._of_one(), self._of_one()))
        return self._of_one()

    def _of_one(self) -> Condition:
        """A condition about one entry."""
        pick, argument_map = self.random, self.model.map
        entries: list[Claim | Question | Event] = [*argument_map.claims, *argument_map.questions]
        entry = pick.choice([*entries, *argument_map.events])
        name = entry.about.id
        match entry:
            case Question(states=states):
                found: Condition = StateIn(
                    name, tuple(pick.sample(states, pick.randint(1, len(states) - 1)))
                )
            case Event(timeline=timeline):
                phase = pick.choice(argument_map.timeline[timeline].phases).id
                found = pick.choice((Ever(name), During(name, phase), ByEndOf(name, phase)))
            case _:
                found = ClaimIs(name, pick.random() < 0.6)
        return Not(found) if pick.random() < 0.1 else found


def states(model: cm.ModelSpec, n: int, seed: int) -> list[PageState]:
    """So many states that can be read; the first few are worldviews as they are shipped."""
    reader = Reader(model, random.Random(seed))
    shipped = [PageState(worldview) for worldview in reader.worldviews]
    return [*shipped, *(reader.tries() for _ in range(n - len(shipped)))][:n]


def answers(model: cm.ModelSpec, pages: Sequence[PageState]) -> dict[str, Any]:
    """What Python says of each: `names` of everything that has a probability, and by state `[log-odds of the
    target, the target's probability, that of each name]`. It is `None` where what is given is impossible, and
    so are log-odds that are infinite.
    """
    reader = Reader(model, random.Random(0))
    made = [reader.made(page) for page in pages]
    lowered = made[0].asking.lowered
    assert all(state.asking.lowered is lowered for state in made)
    mu = np.concatenate([state.numbers.mu for state in made]).T
    single = np.concatenate([state.numbers.single for state in made]).T
    entries = fill(lowered.network.program, mu, single)
    target = lowered.conditions[model.target.condition]
    given = [lowered.evidence(state.asking.conditions) for state in made]
    found: list[list[float | None] | None] = []
    for start, stop in blocks(len(made), COLUMNS_AT_ONCE // 2):
        cases: list[Evidence] = [
            together(given[k], ((target, (value,)),)) for value in (0, 1) for k in range(start, stop)
        ]
        propagated = infer_each(
            lowered.network,
            Filled(np.tile(entries[:, start:stop], 2)),
            cases,
            lowered.everything,
            planned=lowered.planned,
        )
        log_z = propagated.log_z.reshape(2, -1)
        read = propagated.read[0].reshape(-1, 2, stop - start)
        found += [_answer(lowered, log_z[:, k], read[:, :, k]) for k in range(stop - start)]
    return {"names": [*lowered.named], "answers": found}


def _answer(lowered: Any, log_z: FloatArray, read: FloatArray) -> list[float | None] | None:
    """The answer of one state by log P(target false, given) and true, and marginals given either."""
    with np.errstate(invalid="ignore", divide="ignore"):
        log_odds = float(log_z[1] - log_z[0])
        shares = np.exp(log_z - np.logaddexp(*log_z))
    if np.isnan(log_odds):
        return None
    whole = np.where(shares == 0, 0.0, read * shares).sum(axis=1)
    return [log_odds if np.isfinite(log_odds) else None, float(shares[1]), *lowered.read(whole).values()]


def main() -> None:
    """Write states and answers to standard output."""
    path, n, seed = sys.argv[1:]
    model = cm.read_model(path)
    pages = states(model, int(n), int(seed))
    print(
        json.dumps({"states": [page.to_json() for page in pages], **answers(model, pages)}, default=float)
    )


if __name__ == "__main__":
    main()
