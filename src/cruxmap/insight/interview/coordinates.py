"""The judgements of a map as coordinates of one space, in which beliefs about them are normal.

In: a map's numbers as one perspective has them. Out: `Coordinates`: a judgement's logit or log, and for a
row of shares their logs about the mean; which of them may move; and by how much they usually do.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cruxmap.engine.network import BoolArray, FloatArray, IntArray
from cruxmap.engine.special import expit, logit
from cruxmap.language.argument_map import LOGIT_OF_CERTAINTY, ArgumentMap
from cruxmap.language.inheritance import Perspective
from cruxmap.network.means_and_deviations import SD_OF_A_POINT, Numbers, numbers, shares_counted

FURTHEST = 8.0
"""No answer lies further out than this: a logit of 8 is one in three thousand, a log a factor of 3,000."""

OUTERMOST = 12.0
"""No number is believed to be further out than this, unless the map's is."""

MOST_SD = 4.0
"""A number further than so many deviations from the map's tells of others as if it were so far: the map's
intervals are too narrow for what people really differ by, and one odd number should not move everything."""

LEAST_SHARE = 1e-9
"""A share below this counts as this, before its log is taken."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Coordinates:
    """N places for numbers, in the map's order, about the numbers of a perspective.

    `standing` (N,) are its numbers on the unconstrained scale, shares as they count in their rows; `middle`
    (N,) the same as coordinates. `sd` (N,) are the deviations that count as one: `z = (x - middle) / sd`;
    `width` (N,) those of the intervals as they are given, 0 of a point. `free` (N,) tells what may move.
    `rows` are the free shares of each row of shares in which two or more are free; a coordinate there is the
    log of the share, less the mean of these. `column` (N,) is the place whose number each has: its own, or
    that which a link leads to.
    """

    addresses: tuple[str, ...]
    standing: FloatArray
    middle: FloatArray
    sd: FloatArray
    width: FloatArray
    free: BoolArray
    rows: tuple[IntArray, ...]
    column: IntArray

    def unconstrained(self, z: FloatArray) -> FloatArray:
        """Return the judgements `u` (N, D) at `z` (N, D): logits and logs, a row of shares with sum 1."""
        middle, sd, free, standing = (a[:, None] for a in (self.middle, self.sd, self.free, self.standing))
        most = np.maximum(OUTERMOST, np.abs(middle))
        x = np.clip(middle + sd * z, -most, most)
        u = np.where(free, x, standing)
        if self.rows:
            places, _, first, sizes = self._units
            largest = np.repeat(np.maximum.reduceat(x[places], first), sizes, axis=0)
            weights = np.exp(x[places] - largest)
            shares = weights / np.repeat(np.add.reduceat(weights, first), sizes, axis=0)
            u[places] = np.clip(logit(shares), -LOGIT_OF_CERTAINTY, LOGIT_OF_CERTAINTY)
        return u

    def deviations(self, u: FloatArray) -> FloatArray:
        """Return what judgements `u` (N,), shares as they count, are in `z` (N,): 0 where nothing moves."""
        z = (_located(u, self.rows) - _located(self.standing, self.rows)) / self.sd
        z[~self.free] = 0.0
        return np.asarray(z)

    def slopes(
        self, u: FloatArray, by_judgement: FloatArray, column: IntArray | None = None
    ) -> FloatArray:
        """Return slopes (n, N) in `z` from those in the judgements `u` (N,), nan where there are none.

        What a link leads to moves all that it is linked to, by another `column` (N,) if there is one.
        In a row with shares p, `du_i / dx_j = ((i = j) - p_j) / (1 - p_i)`.
        """
        found = np.zeros_like(by_judgement)
        np.add.at(found.T, self.column if column is None else column, np.nan_to_num(by_judgement).T)
        for row in self.rows:
            p = expit(u[row])
            left = np.where(p < 1, 1 - p, 1.0)
            weighed = found[:, row] / left
            found[:, row] = weighed - weighed.sum(axis=1, keepdims=True) * p
        found[:, ~self.free] = 0.0
        return found * self.sd

    def centred(self, vectors: FloatArray) -> FloatArray:
        """Return the part of vectors (N, k) in `z` along which every row of shares keeps its sum.

        It is their projection: in a row with deviations s, `v - s (s'v) / (s's)`.
        """
        found = vectors.copy()
        if self.rows:
            places, along, first, sizes = self._units
            sums = np.add.reduceat(along[:, None] * found[places], first)
            found[places] -= along[:, None] * np.repeat(sums, sizes, axis=0)
        return found

    @cached_property
    def _units(self) -> tuple[IntArray, FloatArray, IntArray, IntArray]:
        """The places of all rows, the deviations there as a unit vector of each, its start and its size."""
        sizes = np.array([len(row) for row in self.rows], np.int64)
        along = [self.sd[row] / np.linalg.norm(self.sd[row]) for row in self.rows]
        return np.concatenate(self.rows), np.concatenate(along), np.cumsum(sizes) - sizes, sizes

    def centred_variances(self, own: FloatArray) -> FloatArray:
        """Return the variances (N,) of the centred part of what varies with `own` (N,) in each place."""
        found = own.copy()
        if self.rows:
            places, along, first, sizes = self._units
            v, part = own[places], along**2
            found[places] = v * (1 - 2 * part) + part * np.repeat(np.add.reduceat(v * part, first), sizes)
        return found


def _located(u: FloatArray, rows: Iterable[IntArray], furthest: float = FURTHEST) -> FloatArray:
    """Return judgements (N,) as coordinates, none of them further out than `furthest`."""
    x = np.clip(u, -furthest, furthest)
    for row in rows:
        logs = np.log(np.maximum(expit(u[row]), LEAST_SHARE))
        logs = np.maximum(logs - np.logaddexp.reduce(logs), -furthest)
        x[row] = logs - logs.mean()
    return x


def as_counted(argument_map: ArgumentMap, perspective: Perspective) -> FloatArray:
    """Return a perspective's central judgements (N,), on the unconstrained scale, shares as they count."""
    return counted(numbers(argument_map, (perspective,)))


def counted(found: Numbers) -> FloatArray:
    """Return the central judgements (N,) of the first perspective of some numbers, as `as_counted` does."""
    return shares_counted(found, found.mu[0][:, None].copy(), 0)[:, 0]


def coordinates(argument_map: ArgumentMap, perspective: Perspective) -> Coordinates:
    """Return the coordinates about a perspective's numbers.

    What nobody may override stays, and so do links, certainties, what is rejected and what only others
    bring; a row of shares with a link in it stays as a whole.
    """
    found = numbers(argument_map, (perspective,))
    u = counted(found)
    certain = (np.abs(u) >= LOGIT_OF_CERTAINTY) | (np.abs(found.mu[0]) >= LOGIT_OF_CERTAINTY)
    free = np.array([j.overridable for j in argument_map.judgements.values()], np.bool_) & ~certain
    linked = found.column[0] != np.arange(len(u))
    rows: list[IntArray] = []
    for row in found.share_rows:
        stays = linked[row].any() or free[row].sum() < 2
        free[row] &= not stays
        if not stays:
            rows.append(row[free[row]])
    free &= ~linked & ~np.array([address in argument_map.bringer for address in argument_map.judgements])
    return Coordinates(
        addresses=tuple(argument_map.judgements),
        standing=u,
        middle=_located(u, rows, np.inf),
        sd=_deviations(found.sd[0], u, rows),
        width=found.sd[0],
        free=free,
        rows=tuple(rows),
        column=found.column[0],
    )


def _deviations(sd: FloatArray, u: FloatArray, rows: Sequence[IntArray]) -> FloatArray:
    """Return the deviations (N,) that count as one: a share's is that of its log, `sd (1 - p)`.

    A share without an interval (`rest`, a point) has the mean of those of its row that have one.
    """
    found = np.where(sd > 0, sd, SD_OF_A_POINT)
    for row in rows:
        of_logs = sd[row] * (1 - expit(u[row]))
        known = of_logs > 0
        usual = of_logs[known].mean() if known.any() else SD_OF_A_POINT
        found[row] = np.where(known, of_logs, usual)
    return found
