"""What the reviewers make together, as listings."""

from cruxmap.insight.pool import ENOUGH_REVIEWERS, Pool
from cruxmap.language.argument_map import ArgumentMap
from cruxmap.present.listings import Listing, Listings
from cruxmap.present.phrases import (
    capitalised,
    left_out_notes,
    not_converged,
    owner_text,
    percent,
    range_text,
)
from cruxmap.present.tables import Column, Table, numeric


def _list_pools(pool: Pool, _: ArgumentMap) -> Listing:
    """Return the pools side by side."""
    columns = (
        Column("id", "pool"),
        numeric("probability", "probability", percent),
        numeric("low", "5th", percent, lambda answer: answer.interval_90 and answer.interval_90[0]),
        numeric("high", "95th", percent, lambda answer: answer.interval_90 and answer.interval_90[1]),
        Column("rests_on", "what it rests on"),
    )
    notes = [pool.explanation] if pool.explanation else []
    notes += [*left_out_notes(pool.left_out), *capitalised(pool.reason)]
    if pool.convergence is not None and not pool.convergence.converged:
        notes.append(f"{not_converged(pool.convergence)}.")
    return Listing(Table.of(f"{pool.target}, pooled", columns, pool.answers, notes))


def _list_estimates(pool: Pool, _: ArgumentMap) -> Listing:
    """Return the estimates that went in."""
    columns = (
        Column("worldview", "worldview", get=str),
        numeric("estimate", "mean", percent, pool.worldviews.get),
    )
    return Listing(Table.of("The estimates", columns, pool.worldviews), rows=40)


def _list_pooled(pool: Pool, argument_map: ArgumentMap) -> Listing:
    columns = (
        Column("address", "judgement"),
        Column("text", "what it is about", get=lambda one: owner_text(argument_map, one.address)),
        Column("central", "central"),
        Column("low", "5th"),
        Column("high", "95th"),
        Column(
            "number", "in common", get=lambda one: range_text(argument_map, one.address, one.low, one.high)
        ),
        Column("reviewers", "judged by"),
    )
    notes = [
        f"Reviewers typically lie {deviation:.2g} apart in {what}."
        for deviation, what in ((pool.spread_probability, "log-odds"), (pool.spread_ratio, "log ratios"))
        if deviation is not None
    ]
    mostly_prior = ", ".join(
        f"{judgement.address} ({percent(judgement.prior_weight)})"
        for judgement in pool.judgements
        if judgement.mostly_prior
    )
    if mostly_prior:
        notes.append(
            f"Fewer than {ENOUGH_REVIEWERS} reviewers judged, and the map's own number outweighs theirs, "
            f"with so much of the weight: {mostly_prior}."
        )
    table = Table.of("Pooled judgements", columns, pool.judgements, notes)
    return Listing(table, ("address", "text", "number", "reviewers"), 10)


POOL_LISTINGS: Listings = {
    "answers": _list_pools,
    "worldviews": _list_estimates,
    "judgements": _list_pooled,
}
