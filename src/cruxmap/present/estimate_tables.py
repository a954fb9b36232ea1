"""An estimate as tables: one row per target and worldview, and for people also whose numbers these are."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from operator import attrgetter, itemgetter

from cruxmap.insight.estimate import Estimate, JudgedEstimate, TargetEstimate, WorldviewEstimate
from cruxmap.insight.whose import NeutralNumber
from cruxmap.language.argument_map import MAP_WORLDVIEW
from cruxmap.language.inheritance import NOBODY
from cruxmap.present.phrases import (
    CENTRAL,
    MEAN,
    MEAN_AND_CENTRAL,
    THE_MAPS_OWN,
    from_to,
    laid_text,
    not_converged,
    part,
    percent,
    ratio_of_odds,
)
from cruxmap.present.tables import Column, Table, numeric

MAX_ABREAST = 6
"""Further targets side by side in one table."""

LEAST_ERROR = 0.005
"""A share's error is shown where it is at least this."""

INHERITED = "says little about this target; the rest is inherited, from the map or whom it extends"
"""What is said of worldviews that add little, wherever they have the rest from."""


def little_text(extends: str | None) -> str:
    """Say of a worldview that its estimate is nearly that of the map, or of the worldview that it extends."""
    return f"says little about this target; the rest is {extends or 'the map'}'s"


def estimate_table(estimate: Estimate) -> Table:
    """Return one row per target and worldview, as `estimate` gives them, the map's own numbers last."""
    columns = (
        Column("target", "target", get=itemgetter(0)),
        Column("worldview", "worldview", get=itemgetter(1)),
        Column("says_little", "says", _little, get=lambda row: says_little(row[2])),
    )
    rows = (
        ((target, worldview, result), [result])
        for target, results in by_target(estimate).items()
        for worldview, result in results.items()
    )
    return Table.nested(
        question_text(estimate), columns, _number_columns(estimate), rows, _estimate_notes(estimate)
    )


def _little(says: bool | None) -> str:
    return "little" if says else ""


def estimate_tables(estimate: Estimate) -> tuple[Table, ...]:
    """Return the estimate for people: the target in full, whose numbers these are, the others' means."""
    whole, little = estimate_table(estimate), saying_little(by_target(estimate)[estimate.target])
    shown = [
        place
        for place, column in enumerate(whole.columns)
        if column.key != "target" and (column.key != "says_little" or little)
    ]
    target = replace(
        whole,
        columns=tuple(whole.columns[place] for place in shown),
        rows=tuple(
            tuple(row[place] for place in shown) for row in whole.rows if row[0] == estimate.target
        ),
    )
    return (target, *_turns_on(estimate), *_whose_numbers(estimate), *_further(estimate))


def _number_columns(estimate: Estimate) -> list[Column]:
    columns = [
        numeric("mean", MEAN, percent),
        numeric("median", "median", percent),
        numeric("low", "5th", percent, lambda result: result.interval_90 and result.interval_90[0]),
        numeric("high", "95th", percent, lambda result: result.interval_90 and result.interval_90[1]),
        numeric("central", CENTRAL, percent),
    ]
    if estimate.sampled is not None:
        error = numeric(
            "standard_error", "± error", percent, lambda result: (result.errors or {}).get("mean")
        )
        columns.insert(1, error)
    if estimate.assuming:
        title = f"{MEAN}, nothing assumed"
        columns.append(numeric("unconditional_mean", title, percent, attrgetter("unconditional.mean")))
    return columns


def _turns_on(estimate: Estimate) -> Iterator[Table]:
    """Yield what the map's own estimate turns on, if that is anything."""
    columns = (
        Column("address", "the map's own number"),
        numeric("value", "value"),
        *([Column("whose", "whose", get=_whose)] if any(map(_whose, estimate.map.turns_on)) else []),
        numeric("moves", "the target", get=lambda number: from_to(number.target_low, number.target_high)),
    )
    note = (
        "The target's probability from the low to the high end of each, all other numbers being central."
    )
    if estimate.map.turns_on:
        title = "What the map's own estimate turns on most"
        yield Table.of(title, columns, estimate.map.turns_on, [note])


def _whose_numbers(estimate: Estimate) -> Iterator[Table]:
    """Yield how much of each worldview's estimate is its own, where there is any but the map."""
    rows = [(name, w) for name, w in estimate.worldviews.items() if name != MAP_WORLDVIEW]
    fitted = any(w.whose.fitted_judgements for _, w in rows)
    shared = fitted or any(w.whose.inherited_move for _, w in rows)
    nobodys = any(w.whose.nobodys_judgements for _, w in rows)
    columns = [
        Column("worldview", "worldview", get=itemgetter(0)),
        numeric("own_judgements", "own numbers", get=lambda row: _count(row[1])),
        numeric(
            "fitted_judgements", "fitted numbers", get=lambda row: str(row[1].whose.fitted_judgements)
        ),
        numeric("nobodys_judgements", "nobody's", get=lambda row: str(row[1].whose.nobodys_judgements)),
        numeric(
            "moved_logit",
            "times the map's odds, central",
            ratio_of_odds,
            lambda row: row[1].whose.moved_logit,
        ),
        numeric("own_share_of_move", "own part of that", part, lambda row: row[1].whose.own_share_of_move),
        numeric(
            "fitted_share_of_move",
            "fitted part of that",
            part,
            lambda row: row[1].whose.fitted_share_of_move,
        ),
        numeric("own_share_of_spread", "own part of the spread", get=lambda row: _own_spread(row[1])),
        numeric(
            "fitted_share_of_spread", "fitted part of the spread", get=lambda row: _fitted_spread(row[1])
        ),
        numeric("stated", "stated about it", get=lambda row: _stated(row[1])),
    ]
    columns = [
        column
        for column in columns
        if (fitted or not column.key.startswith("fitted_"))
        and (nobodys or column.key != "nobodys_judgements")
        and (shared or column.key != "own_share_of_move")
    ]
    notes = [
        "Own numbers: of those that bear on the target. Times: what the worldview makes of the map's "
        "central odds of the target. Spread: which part of the variance of the log-odds its own numbers "
        "carry, with half of that part's 95% interval.",
    ]
    if fitted:
        notes.append(
            "Fitted: numbers that were moved to meet what the reviewer states; they are nobody's own, and "
            "their part stands beside the own one."
        )
    if nobodys:
        notes.append("Nobody's: numbers that stand in the files, and that nobody gave (elicited: false).")
    if shared:
        notes.append(
            f"Own part of that: beside what {'it fitted, and what ' if fitted else ''}the worldview extends, "
            "its own numbers may go the other way: then their part is below 0."
        )
    if rows:
        yield Table.of("Whose numbers these are", columns, rows, notes)


def _whose(number: NeutralNumber) -> str:
    """Say of one of the map's numbers that nobody gave it; empty for the others."""
    return NOBODY if number.whose == NOBODY else ""


def _count(estimate: WorldviewEstimate) -> str:
    return f"{estimate.whose.own_judgements} of {estimate.whose.of}"


def _own_spread(estimate: WorldviewEstimate) -> str:
    return _part_of_spread(estimate.whose.own_share_of_spread, estimate.whose.error)


def _fitted_spread(estimate: WorldviewEstimate) -> str:
    return _part_of_spread(estimate.whose.fitted_share_of_spread, estimate.whose.fitted_error)


def _part_of_spread(share: float | None, error: float | None) -> str:
    if share is None or error is None:
        return "-"
    return f"{part(share)} ± {part(error)}" if error >= LEAST_ERROR else part(share)


def _stated(estimate: WorldviewEstimate) -> str:
    said = [said.stated for said in estimate.whose.said]
    return said[0] if len(said) == 1 else f"{len(said)} numbers" if said else "-"


def _further(estimate: Estimate) -> Iterator[Table]:
    """Yield the means of the further targets: all states of a question side by side, and then the others."""
    targets = by_target(estimate)
    kinds = values_of(targets)
    for name, states in kinds.items():
        titles = {state: estimate.state_texts.get(target, state) for state, target in states.items()}
        results = {state: targets[target] for state, target in states.items()}
        yield _table_of_means(f"{name}, means", results, titles)
    known = {estimate.target, *(target for states in kinds.values() for target in states.values())}
    others = [(target, results) for target, results in targets.items() if target not in known]
    for i in range(0, len(others), MAX_ABREAST):
        yield _table_of_means("Further targets, means", dict(others[i : i + MAX_ABREAST]), {})


def _table_of_means(
    title: str, results: dict[str, dict[str, TargetEstimate]], titles: Mapping[str, str]
) -> Table:
    def mean(target: str) -> Column:
        return numeric(
            target,
            titles.get(target, target),
            get=lambda worldview: _bracketed(results[target][worldview]),
        )

    columns = (Column("worldview", "worldview", get=str), *map(mean, results))
    everyone = [result for by_worldview in results.values() for result in by_worldview.values()]
    little = any(map(says_little, everyone))
    notes = [f"In brackets: {_little_of(everyone)}. Each column is a target of its own."] if little else []
    return Table.of(title, columns, next(iter(results.values())), notes)


def _bracketed(result: TargetEstimate) -> str:
    """Write a mean, in brackets where it is hardly the worldview's own."""
    return f"({percent(result.mean)})" if says_little(result) else percent(result.mean)


def values_of(targets: Iterable[str]) -> dict[str, dict[str, str]]:
    """Find the targets that are values of one question or event, where several are: by its id, and by value.

    They are those with a dot in their names that are no conditions in braces.
    """
    found: dict[str, dict[str, str]] = {}
    for target in targets:
        entry, _, value = target.partition(".")
        if value and not target.startswith("{"):
            found.setdefault(entry, {})[value] = target
    return {entry: values for entry, values in found.items() if len(values) > 1}


def by_target(estimate: Estimate) -> dict[str, dict[str, TargetEstimate]]:
    """Arrange an estimate by target (the model's own first), then by worldview, the map's own last."""
    whole = {
        **{n: w for n, w in estimate.worldviews.items() if n != MAP_WORLDVIEW},
        MAP_WORLDVIEW: estimate.map,
    }
    results: dict[str, dict[str, TargetEstimate]] = {estimate.target: dict(whole)}
    for worldview, result in whole.items():
        for target, also in result.also.items():
            results.setdefault(target, {})[worldview] = also
    return results


def _little_of(results: Iterable[TargetEstimate]) -> str:
    """Say of all that say little what they do, and from whom they have the rest."""
    owned = [r.whose for r in results if isinstance(r, WorldviewEstimate | JudgedEstimate)]
    heirs = any(w.says_little and w.inherited_move for w in owned)
    return INHERITED if heirs else little_text(None)


def says_little(result: TargetEstimate) -> bool | None:
    """Tell whether a worldview says little about a target; of the map's own numbers that is not asked."""
    return result.whose.says_little if isinstance(result, WorldviewEstimate | JudgedEstimate) else None


def saying_little(results: Mapping[str, TargetEstimate]) -> frozenset[str]:
    """Return the worldviews that say little about a target."""
    return frozenset(worldview for worldview, result in results.items() if says_little(result))


def question_text(estimate: Estimate) -> str:
    """Write what was asked in one line: the target, what is assumed and what is observed."""
    return "; ".join(filter(None, (estimate.target, conditions_text(estimate))))


def conditions_text(estimate: Estimate) -> str:
    """Write what is assumed and what is observed in one line, empty where nothing is."""
    given = {"assuming": estimate.assuming, "having observed": estimate.observed}
    return "; ".join(f"{how} {', '.join(conditions)}" for how, conditions in given.items() if conditions)


def _estimate_notes(estimate: Estimate) -> Iterator[str]:
    whole = {**estimate.worldviews, MAP_WORLDVIEW: estimate.map}
    if estimate.settings:
        yield f"In every worldview {laid_text(estimate.settings)}."
    reasons = {(name, result.reason) for name, result in whole.items() if result.reason}
    yield from (f"{worldview}: {reason}" for worldview, reason in sorted(reasons))
    yield f"{MAP_WORLDVIEW}: {THE_MAPS_OWN}."
    voices = by_target(estimate)[estimate.target]
    if saying_little(voices):
        yield f"little: {_little_of(voices.values())}."
    yield (
        f"{estimate.draws:,} draws per worldview, seed {estimate.seed}. {MEAN_AND_CENTRAL} "
        "5th and 95th: percentiles over the draws."
    )
    if estimate.sampled is not None:
        errors = "The error is the standard error of the mean; `--format json` has that of every number."
        yield f"{estimate.sampled.sentence} {errors}"
    yield from (not_converged(chains) for chains in estimate.convergence if not chains.converged)
