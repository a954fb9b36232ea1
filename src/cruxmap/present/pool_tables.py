"""What the reviewers make together, as listings."""

from collections.abc import Sequence
from operator import itemgetter

from cruxmap.insight.pool import ENOUGH_REVIEWERS, Pool
from cruxmap.insight.uncertainty import Advice, PartOfEntry, PartOfReviewer
from cruxmap.language.argument_map import ArgumentMap
from cruxmap.present.advice import WHAT_TO_DO, WHERE_IT_LIES, advice_text, share_text
from cruxmap.present.listings import Listing, Listings
from cruxmap.present.phrases import (
    brief,
    capitalised,
    left_out_notes,
    not_converged,
    owner_text,
    part,
    percent,
    range_text,
    says_little_notes,
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
    heard = [*pool.worldviews, *(name for name, _ in pool.left_out)]
    notes += [*says_little_notes(pool.says_little, heard), *left_out_notes(pool.left_out)]
    notes += capitalised(pool.reason)
    if pool.convergence is not None and not pool.convergence.converged:
        notes.append(f"{not_converged(pool.convergence)}.")
    return Listing(Table.of(f"{pool.target}, pooled", columns, pool.answers, notes))


def _list_estimates(pool: Pool, _: ArgumentMap) -> Listing:
    """Return the estimates that went in, and what each worldview adds to the uncertainty."""

    def bans(key: str, title: str) -> Column:
        return numeric(key, title, brief, lambda reviewer: getattr(reviewer.information, key))

    columns = (
        Column("worldview", "worldview"),
        numeric("weight", "weight", part),
        numeric("mean", "mean", percent),
        bans("world", "world"),
        bans("imprecision", "imprecision"),
        bans("disagreement", "apart from all"),
    )
    reviewers: tuple[PartOfReviewer, ...] = pool.uncertainty.reviewers if pool.uncertainty else ()
    notes = ["The last three in bans; their means by weight are the parts of the uncertainty."]
    return Listing(Table.of("The estimates", columns, reviewers, notes), rows=40)


def _list_uncertainty(pool: Pool, _: ArgumentMap) -> Listing:
    """Return the parts of the uncertainty, and what to do about each."""
    found = pool.uncertainty
    rows: list[tuple[Advice, float, float, float]] = []
    if found is not None:
        bans, variance = found.information, found.variance
        rows = [(one, share, bans.of(one), variance.of(one)) for one, share in bans.shares.items()]
    columns = (
        Column("lies", "the uncertainty lies", get=lambda row: WHERE_IT_LIES[row[0]]),
        Column("advice", "so", get=lambda row: WHAT_TO_DO[row[0]]),
        numeric("share", "share", share_text, itemgetter(1)),
        numeric("information", "bans", brief, itemgetter(2)),
        numeric("variance", "variance", brief, itemgetter(3)),
    )
    notes = [advice_text(found)] if found else []
    return Listing(Table.of(f"Where the uncertainty about {pool.target} lies", columns, rows, notes))


def _by_entry(title: str, parts: Sequence[PartOfEntry], argument_map: ArgumentMap, left: str) -> Listing:
    columns = (
        Column("id", "entry"),
        Column("text", "what it says", get=lambda one: argument_map.entry[one.id].about.text),
        numeric("share", "share", lambda share: part(share, 1)),
        numeric("standard_error", "error", lambda error: part(error, 1) if error else "exact"),
        numeric("information", "bans", brief),
        numeric("variance", "variance", brief),
    )
    notes = [left] if left else []
    return Listing(
        Table.of(title, columns, parts, notes), ("id", "text", "share", "standard_error"), 5, stacked=True
    )


def _list_imprecision(pool: Pool, argument_map: ArgumentMap) -> Listing:
    found = pool.uncertainty
    left = found.imprecision_left if found else None
    note = f"What no entry has by itself: {part(left, 1)}." if left is not None else ""
    return _by_entry(
        "Imprecision by entry: whose width leaves the estimates open",
        found.imprecision if found else (),
        argument_map,
        note,
    )


def _list_disagreement(pool: Pool, argument_map: ArgumentMap) -> Listing:
    found = pool.uncertainty
    left = found.disagreement_left if found else None
    note = f"Of gaps that cannot be shared out: {part(left, 1)}." if left and left > 1e-9 else ""
    return _by_entry(
        "Disagreement by entry: whose differing numbers set the estimates apart",
        found.disagreement if found else (),
        argument_map,
        note,
    )


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
    mostly_prior = [judgement for judgement in pool.judgements if judgement.mostly_prior]
    if mostly_prior:
        first = (
            f"{judgement.address} ({percent(judgement.prior_weight)})" for judgement in mostly_prior[:3]
        )
        more = len(mostly_prior) - 3
        notes.append(
            f"Fewer than {ENOUGH_REVIEWERS} reviewers judged, and the map's own number outweighs theirs, "
            f"with so much of the weight: {', '.join(first)}{f' and {more} more' if more > 0 else ''}."
        )
    table = Table.of("Pooled judgements", columns, pool.judgements, notes)
    return Listing(table, ("address", "text", "number", "reviewers"), 10)


POOL_LISTINGS: Listings = {
    "answers": _list_pools,
    "uncertainty": _list_uncertainty,
    "disagreement": _list_disagreement,
    "imprecision": _list_imprecision,
    "worldviews": _list_estimates,
    "judgements": _list_pooled,
}
