"""How reviewers fit their own numbers, and what they make together, as listings."""

from cruxmap.insight.coherence import Coherence
from cruxmap.insight.pool import ENOUGH_REVIEWERS, Pool
from cruxmap.language.argument_map import ArgumentMap
from cruxmap.present.crux_tables import owner_text, written_move, written_range
from cruxmap.present.diff_tables import STATED_COLUMNS, stated_row
from cruxmap.present.listings import Listing
from cruxmap.present.numbers import percent, signed
from cruxmap.present.tables import Column, Table, not_converged

COHERENCE_LISTS = ("stated", "changes", "shifts")
"""The names of the listings of coherence."""

POOL_LISTS = ("answers", "worldviews", "judgements")
"""The names of the listings of a pool."""


def coherence_listings(coherence: Coherence, argument_map: ArgumentMap) -> tuple[Listing, ...]:
    """Return stated against implied credences, the least change that reconciles, and the shifts."""
    columns = (*STATED_COLUMNS, Column("left", "gap left", signed, right=True))
    rows = tuple(
        (*stated_row(name, gap), left)
        for name, found in coherence.worldviews.items()
        for gap, left in zip(found.stated, found.left, strict=True)
    )
    gaps = [gap for found in coherence.worldviews.values() for gap in found.stated]
    notes = []
    if not gaps:
        notes.append("No worldview of this model states what it thinks all things considered.")
    elif any(gap.gap is not None for gap in gaps) and not any(gap.notable for gap in gaps):
        notes.append("No gap is larger than the intervals explain.")
    for name, found in coherence.worldviews.items():
        if found.changes:
            notes.append(
                f"{name}: the least change that reconciles is {found.distance:.2g} standard deviations."
            )
    remarks = ("reason",) if any(gap.reason for gap in gaps) else ()
    shown = ("worldview", "of", "assuming", "stated", "implied", "gap", "notable", "left", *remarks)
    title = "Stated, and implied by their own judgements"
    return (
        Listing("stated", Table(title, columns, rows, tuple(notes)), shown, 40),
        _changes(coherence, argument_map),
        _shifts(coherence, argument_map),
    )


def _changes(coherence: Coherence, argument_map: ArgumentMap) -> Listing:
    columns = (
        Column("worldview", "worldview"),
        Column("address", "judgement"),
        Column("text", "what it is about"),
        Column("before", "before"),
        Column("after", "after"),
        Column("from_to", "would give way"),
        Column("log_odds", "by log-odds", signed, right=True),
        Column("deviations", "deviations", signed, right=True),
        Column("share", "of the whole", percent, right=True),
    )
    rows = tuple(
        (
            name,
            change.address,
            owner_text(argument_map, change.address),
            change.before,
            change.after,
            written_move(argument_map, change.address, change.before, change.after),
            change.log_odds,
            change.deviations,
            change.share,
        )
        for name, found in coherence.worldviews.items()
        for change in found.changes
    )
    shown = ("worldview", "address", "text", "from_to", "deviations", "share")
    return Listing("changes", Table("The least change that reconciles them", columns, rows), shown)


def _shifts(coherence: Coherence, argument_map: ArgumentMap) -> Listing:
    columns = (
        Column("worldview", "worldview"),
        Column("address", "judgement"),
        Column("text", "what it is about"),
        Column("prior", "before"),
        Column("posterior", "after"),
        Column("from_to", "mean"),
        Column("deviations", "deviations", signed, right=True),
    )
    rows = tuple(
        (
            name,
            shift.address,
            owner_text(argument_map, shift.address),
            shift.prior,
            shift.posterior,
            written_move(argument_map, shift.address, shift.prior, shift.posterior),
            shift.deviations,
        )
        for name, found in coherence.worldviews.items()
        for shift in found.shifts
    )
    shown = ("worldview", "address", "text", "from_to", "deviations")
    return Listing("shifts", Table("Where reconciling takes the judgements", columns, rows), shown)


def pool_listings(pool: Pool, argument_map: ArgumentMap) -> tuple[Listing, ...]:
    """Return the pools side by side, the estimates that went in, and the pooled judgements."""
    columns = (
        Column("id", "pool"),
        Column("probability", "probability", percent, right=True),
        Column("low", "5th", percent, right=True),
        Column("high", "95th", percent, right=True),
        Column("rests_on", "what it rests on"),
    )
    rows = tuple(
        (answer.id, answer.probability, *(answer.interval_90 or (None, None)), answer.rests_on)
        for answer in pool.answers
    )
    notes = [pool.explanation] if pool.explanation else []
    notes += [f"Left out: {name} ({reason})." for name, reason in pool.left_out]
    if pool.reason is not None:
        notes.append(f"{pool.reason[0].upper()}{pool.reason[1:]}.")
    if pool.convergence is not None and not pool.convergence.converged:
        notes.append(f"{not_converged(pool.convergence)}.")
    estimates = Table(
        "The estimates",
        (Column("worldview", "worldview"), Column("estimate", "mean", percent, right=True)),
        tuple(pool.worldviews.items()),
    )
    shown = tuple(column.key for column in columns)
    return (
        Listing("answers", Table(f"{pool.target}, pooled", columns, rows, tuple(notes)), shown),
        Listing("worldviews", estimates, ("worldview", "estimate"), 40),
        _pooled_judgements(pool, argument_map),
    )


def _pooled_judgements(pool: Pool, argument_map: ArgumentMap) -> Listing:
    columns = (
        Column("address", "judgement"),
        Column("text", "what it is about"),
        Column("central", "central"),
        Column("low", "5th"),
        Column("high", "95th"),
        Column("number", "in common"),
        Column("reviewers", "judged by"),
    )
    rows = tuple(
        (
            judgement.address,
            owner_text(argument_map, judgement.address),
            judgement.central,
            judgement.low,
            judgement.high,
            written_range(argument_map, judgement.address, judgement.low, judgement.high),
            ", ".join(judgement.reviewers),
        )
        for judgement in pool.judgements
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
    shown = ("address", "text", "number", "reviewers")
    return Listing("judgements", Table("Pooled judgements", columns, rows, tuple(notes)), shown, 10)
