"""Present probabilities for those who read: of all entries, per worldview, at central judgements.

They are computed in a process of its own, so that nothing an editor asks waits for them. What is asked last
counts: a process that is busy with what nobody wants any more is ended, unless it is about to be done.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from cruxmap import apart
from cruxmap.apart import Apart
from cruxmap.language.model_spec import ModelSpec

type Probabilities = Mapping[str, Mapping[str, Mapping[str, float]]]
"""By worldview and entry, the states and their probabilities."""

IDLE = 0.4
"""Seconds for which nothing must change before numbers are asked for."""

PATIENCE = 2.0
"""Seconds for which a process may go on with what nobody wants any more."""


@dataclass(eq=False)
class Numbers:
    """The numbers of some models, as far as they are known; `models` are those that they are of."""

    changed: Callable[[], None] = lambda: None
    known: dict[str, tuple[ModelSpec, Probabilities]] = field(default_factory=dict)
    _wanted: Sequence[ModelSpec] = ()
    _apart: Apart | None = None
    _task: asyncio.Task[None] | None = None
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def want(self, models: Sequence[ModelSpec]) -> None:
        """Ask for the numbers of these models, and no others any more."""
        self._wanted = models
        self._news.set()
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._follow())

    def of(self, model: ModelSpec) -> tuple[Probabilities | None, bool]:
        """Return the numbers of a model as far as they are known, and whether they are of it as it is."""
        known = self.known.get(model.file)
        return (None, False) if known is None else (known[1], _is_same(known[0], model))

    def end(self) -> None:
        """Compute nothing any more."""
        if self._task is not None:
            self._task.cancel()
        if self._apart is not None:
            self._apart.end()

    async def _follow(self) -> None:
        while (model := await self._next()) is not None:
            self._news.clear()
            answer = await self._ask(model)
            if answer is not None:
                self.known[model.file] = model, answer
                self.changed()

    async def _next(self) -> ModelSpec | None:
        """Return a model whose numbers are not known, once nothing changes."""
        await asyncio.sleep(IDLE)
        while self._news.is_set():
            self._news.clear()
            await asyncio.sleep(IDLE)
        return next((model for model in self._wanted if not self.of(model)[1]), None)

    async def _ask(self, model: ModelSpec) -> Probabilities | None:
        """Return the numbers of a model; None if they are not wanted any more before they are there."""
        if self._apart is None or not self._apart.process.is_alive():
            self._apart = await asyncio.to_thread(apart.begin, answer)
        process = self._apart
        await asyncio.to_thread(process.pipe.send, model)
        told = asyncio.create_task(asyncio.to_thread(process.told))
        try:
            while not told.done():
                await asyncio.wait({told}, timeout=PATIENCE)
                if not told.done() and not any(_is_same(model, wanted) for wanted in self._wanted):
                    await asyncio.to_thread(process.end)
        finally:
            if not told.done():
                process.end()
        return told.result() if told.result() is not None else {}


def _is_same(a: ModelSpec, b: ModelSpec) -> bool:
    """Tell whether two models ask the same of a map that was read once for both."""
    return a.map is b.map and a == b


def answer(pipe: Any) -> None:
    """Answer each model that comes through a pipe with the probabilities of its entries."""
    from cruxmap.insight.marginals import marginals

    with suppress(EOFError, OSError):
        while True:
            model: ModelSpec = pipe.recv()
            try:
                pipe.send(marginals(model, [*model.map.entry]))
            except Exception:  # as where it is too wide; whoever asks goes on without numbers
                pipe.send({})
