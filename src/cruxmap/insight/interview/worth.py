"""What questions are worth: by how much an answer is expected to move the target's logit.

In: what is `Believed`, and the replies so far. Out: questions with the variance that an answer gives to the
estimate before it is known (Raiffa and Schlaifer, "Applied Statistical Decision Theory", 1961, preposterior
analysis). That is the expected reduction of the estimate's own variance (Lindley, "On a measure of the
information provided by an experiment", 1956; Cohn, Ghahramani and Jordan, "Active learning with statistical
models", 1996).
"""

from collections.abc import Container, Sequence

import numpy as np

from cruxmap.engine.network import BoolArray, FloatArray, IntArray
from cruxmap.engine.special import expit
from cruxmap.insight.interview.believed import DEGREES_OF_FREEDOM, Believed, rows_of
from cruxmap.insight.interview.ground import Ground
from cruxmap.insight.interview.observed import SD_OF_A_JUDGEMENT, SD_OF_A_STATEMENT, key_of
from cruxmap.insight.interview.questions import Question, Reply

KURTOSIS = 3.0 + 6.0 / (DEGREES_OF_FREEDOM - 4.0)
"""The fourth moment of what may be answered, in deviations: reviewers depart far where they depart. It is
that of Student's t; the normal's is 3."""

SHORTLIST = 20
"""So many statements, the best by their slopes at the map's own numbers, have slopes taken afresh; and so
many judgements, the best by the target's slopes, are looked at closely."""

UNLIKELIEST = 0.03
"""A statement is not asked for where it is less likely than this, or its opposite is, both by the map's
numbers and by what is believed now."""

ROUNDED = 9
"""To how many decimals the worth of questions is compared: what is nearer comes in the order of ids."""

type Worth = tuple[Question, float]
"""A question, and the variance of the target's logit over its answers."""


def by_worth(one: Worth) -> tuple[float, str, str]:
    """Order questions by what they are worth, and those that are worth the same by their ids."""
    return -round(one[1], ROUNDED), one[0].id, one[0].kind


def worth_of_statements(now: Believed, replies: Sequence[Reply], gone: Container[str]) -> list[Worth]:
    """Rank statements by their slopes at the map's numbers, and the first of them anew by fresh ones.

    Nothing is asked twice, and nothing about entries that are `gone`.
    """
    ground, known = now.laid.ground, now.laid.observed.known
    replied = {key_of(reply.question) for reply in replies}
    listed = ground.catalogue.stated
    left = [n for n, q in enumerate(listed) if key_of(q) not in replied and q.entry not in gone]
    stale = ground.slopes[1:][left].copy()
    stale[:, known] = 0.0
    by_stale = _spread(now, _along(now, stale)).tolist()
    ranked = sorted(zip(left, by_stale, strict=True), key=lambda one: by_worth((listed[one[0]], one[1])))
    short = [number for number, _ in ranked[:SHORTLIST]]
    questions = [listed[number] for number in short]
    log_odds, slopes = now.laid.measured(
        now.u, [q.condition for q in questions if q.condition is not None]
    )
    worth = _spread(now, _along(now, slopes[1:]))
    is_open = _is_open(ground, short, log_odds[1:])
    return [
        (question, value)
        for question, value, asks in zip(questions, worth.tolist(), is_open.tolist(), strict=True)
        if asks
    ]


def _is_open(ground: Ground, statements: Sequence[int], log_odds: FloatArray) -> BoolArray:
    """Tell which statements, by number, are nearly certain neither by the map nor by what is believed."""
    chances = expit(np.array([ground.first[1:][statements], log_odds]))
    return np.asarray(((chances > UNLIKELIEST) & (chances < 1 - UNLIKELIEST)).any(axis=0))


def _along(now: Believed, slopes: FloatArray) -> FloatArray:
    """Return in `z` (N, n) how answers to statements with slopes (n, N) would move the mean, one sd."""
    covariances = now.belief.covariances(slopes)
    variances = np.maximum(np.einsum("ni,in->n", slopes, covariances), 0.0)
    return np.asarray(covariances / np.sqrt(variances + SD_OF_A_STATEMENT**2))


def _spread(now: Believed, along: FloatArray) -> FloatArray:
    """Return the variances (n,) of the target's logit over answers that move the mean `along` (N, n).

    The answer is 0 or some deviations either way, three points with the moments of what may be answered.
    """
    part, far = 0.5 / KURTOSIS, float(np.sqrt(KURTOSIS))
    moves = np.concatenate([far * along, -far * along], axis=1)
    there = now.laid.ground.state.target_at(now.laid.each_u(now.z[:, None] + moves))
    off = np.where(np.isfinite(there), there - float(now.log_odds[0]), 0.0).reshape(2, -1)
    mean = part * off.sum(axis=0)
    spread = part * ((off - mean) ** 2).sum(axis=0) + (1 - 2 * part) * mean**2
    return np.asarray(now.surprise * spread)


def worth_of_judgements(
    now: Believed, replies: Sequence[Reply], gone: Container[str], *, whole: bool
) -> list[Worth]:
    """Rank judgements by the target's slopes, and the first of them by what answers would do.

    With `whole`, of those alone that are all there is to say of their entry. Where one has several numbers,
    its answer is taken apart into as many that are independent, and their variances are added.
    """
    ground, belief = now.laid.ground, now.belief
    to_target = belief.covariances(now.slopes[:1])[:, 0]
    noise = SD_OF_A_JUDGEMENT**2
    variances = belief.variances + noise
    replied = {key_of(reply.question) for reply in replies}
    moves = ground.at.free.copy()
    moves[now.laid.observed.known] = False
    ranked: list[Worth] = []
    for question in ground.catalogue.judgements:
        out = key_of(question) in replied or question.entry in gone
        if out or (whole and question.id not in ground.catalogue.whole):
            continue
        places = _moving(ground, question, moves)
        ranked.append((question, float((to_target[places] ** 2 / variances[places]).sum())))
    ranked.sort(key=by_worth)
    short = [question for question, value in ranked[:SHORTLIST] if round(value, ROUNDED) > 0]
    parts: list[FloatArray] = []
    for question in short:
        places = _moving(ground, question, moves)
        covariances = belief.covariances(rows_of(places, len(moves)))
        block = covariances[places]
        lower = np.linalg.cholesky((block + block.T) / 2 + noise * np.eye(len(places)))
        parts.append(np.linalg.solve(lower, covariances.T).T)
    if not parts:
        return []
    worth = _spread(now, np.concatenate(parts, axis=1))
    first = np.cumsum([0, *(part.shape[1] for part in parts[:-1])])
    return list(zip(short, np.add.reduceat(worth, first).tolist(), strict=True))


def _moving(ground: Ground, question: Question, moves: BoolArray) -> IntArray:
    """Return the places of a question's numbers that may move."""
    places = np.array([ground.index[address] for address in question.addresses], np.int64)
    return places[moves[places]]
