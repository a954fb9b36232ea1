"""Where worldviews part, pairwise and as a whole, and what changed between revisions, as listings."""

from collections.abc import Iterable, Sequence

from cruxmap.insight.coherence import StatedGap
from cruxmap.insight.diff import (
    DOUBLE_CRUX_NUMBERS,
    Change,
    Difference,
    DoubleCrux,
    Saying,
    WorldviewDiff,
    whose,
)
from cruxmap.insight.pairs import AgainstRest, PairMatrix
from cruxmap.insight.revisions import ABSENT, RevisionDiff, WorldviewChange
from cruxmap.language.argument_map import ArgumentMap
from cruxmap.present.listings import Listing
from cruxmap.present.numbers import brief, part, percent, points, signed, telling
from cruxmap.present.tables import Cell, Column, Table

DIFF_LISTS = ("differences", "double-cruxes", "changes", "structure", "stated")
"""The names of the listings of a diff."""

PAIR_LISTS = ("gaps", "distances", "clusters")
"""The names of the listings of all pairs."""

REST_LISTS = ("differences",)
"""The names of the listings of one worldview against the rest."""

REVISION_LISTS = ("worldviews", "entries", "differences")
"""The names of the listings of a change of the files."""

UNMOVED = 5e-3
"""Log-odds that show as nothing."""

MOST_SAYINGS = 2
"""How many of a voice's arguments about an entry stand beside its number."""

SHARES = (
    Column("share_logit", "log-odds", signed, right=True),
    Column("share_probability", "points", points, right=True),
    Column("standard_error", "+-", lambda error: "" if not error else f"{error:.2g}", right=True),
)


def diff_listings(diff: WorldviewDiff) -> tuple[Listing, ...]:
    """Return the differences with whose numbers they are, every single change, and the double cruxes."""
    return (
        _differences(diff),
        _double_cruxes(diff),
        _changes(diff),
        _structure(diff),
        _stated((diff.a, diff.stated_a), (diff.b, diff.stated_b)),
    )


def _differences(diff: WorldviewDiff) -> Listing:
    columns = (
        Column("id", "difference"),
        Column("text", "what it says"),
        Column("by", "voice"),
        *SHARES,
        Column("side_a", diff.a),
        Column("side_b", diff.b),
    )
    rows = tuple(
        (
            d.id,
            d.text,
            d.by,
            d.share_logit,
            d.share_probability,
            d.standard_error,
            _side(d, diff.a, "a"),
            _side(d, diff.b, "b"),
        )
        for d in diff.differences
    )
    write = telling([(diff.probability_a, diff.probability_b)])
    title = f"{diff.target}: {write(diff.probability_a)} in {diff.a}, {write(diff.probability_b)} in {diff.b}"
    shown = ("id", "text", "share_logit", "share_probability", "side_a", "side_b")
    return Listing("differences", Table(title, columns, rows, tuple(_notes(diff))), shown, 10, stacked=True)


def _notes(diff: WorldviewDiff) -> Iterable[str]:
    if diff.reason is not None:
        yield f"{diff.reason[0].upper()}{diff.reason[1:]}."
    if diff.differences and diff.gap_logit is not None:
        yield (
            f"The gap is {signed(diff.gap_logit)} in log-odds, at central judgements; positive is what "
            f"pushes {diff.a} up against {diff.b}. Points are of percentage."
        )
    if diff.sampled is not None:
        error = (diff.errors or {}).get("gap_logit")
        yield diff.sampled.sentence + (f" The gap's standard error is {error:.2g}." if error else "")
    if diff.pairs:
        largest = max((d.standard_error or 0.0 for d in diff.differences), default=0.0)
        settled = "" if diff.settled else ", which is more than wanted"
        yield f"Shares from {diff.pairs} pairs of orders; standard errors up to {largest:.2g}{settled}."


def _side(difference: Difference, worldview: str, side: str) -> str:
    """Write one side's numbers of an entry, whose they are, what they rest on, and what its voice says."""
    by_origin: dict[str, list[str]] = {}
    for change in difference.changes:
        value, origin, rests_on = _number(change, worldview, side)
        name = change.address.removeprefix(difference.id).removeprefix(".")
        aside = f"{origin} [{rests_on}]" if rests_on else origin
        by_origin.setdefault(aside, []).append(f"{name}: {value}" if name else value)
    heard = difference.heard_a if side == "a" else difference.heard_b
    numbers = [f"{', '.join(values)}; {aside}" for aside, values in by_origin.items()]
    return "\n".join((*numbers, *_sayings(difference, heard)))


def _sayings(difference: Difference, heard: Sequence[Saying]) -> Iterable[str]:
    """Write what a voice says of an entry; where the entry is its own argument, that is in another column."""
    others = [one for one in heard if one.id != difference.id]
    if len(others) < len(heard):
        yield "(its own argument)"
    for one in others[:MOST_SAYINGS]:
        where = f" [{', '.join(one.sources)}]" if one.sources else ""
        yield f'"{one.text}"{where}'
    if len(others) > MOST_SAYINGS:
        yield f"and {len(others) - MOST_SAYINGS} more: {', '.join(one.id for one in others[MOST_SAYINGS:])}"


def _number(change: Change, worldview: str, side: str) -> tuple[str, str, str]:
    """Return a side's value, whose number it is in words, and what it rests on."""
    value, origin, sources, note = (getattr(change, key + side) for key in _SIDE_KEYS)
    return value, whose(worldview, origin), "; ".join(part for part in (", ".join(sources), note) if part)


_SIDE_KEYS = ("", "origin_", "sources_", "note_")


def _changes(diff: WorldviewDiff) -> Listing:
    columns = (
        Column("id", "difference"),
        *SHARES,
        Column("address", "judgement"),
        *(
            Column(f"{key}_{side}", f"{worldview}: {key}")
            for side, worldview in (("a", diff.a), ("b", diff.b))
            for key in ("value", "whose", "rests_on")
        ),
    )
    rows = tuple(
        (
            d.id,
            d.share_logit,
            d.share_probability,
            d.standard_error,
            change.address,
            *_number(change, diff.a, "a"),
            *_number(change, diff.b, "b"),
        )
        for d in diff.differences
        for change in d.changes
    )
    shown = ("address", "share_logit", "value_a", "whose_a", "value_b", "whose_b")
    return Listing("changes", Table(f"Every number: {diff.a}, {diff.b}", columns, rows), shown, 0)


def _double_cruxes(diff: WorldviewDiff) -> Listing:
    columns = (
        Column("id", "claim"),
        Column("text", "what it says"),
        Column("probability_a", diff.a, percent, right=True),
        Column("probability_b", diff.b, percent, right=True),
        Column("voi_a", f"voi, {diff.a}", brief, right=True),
        Column("voi_b", f"voi, {diff.b}", brief, right=True),
        Column("vod", "vod", brief, right=True),
        Column("vod_share", "gap closed", part, right=True),
        Column("downstream", "downstream", lambda downstream: "yes" if downstream else ""),
        Column("reason", "remark"),
    )
    rows = tuple(_double_crux(crux) for crux in diff.double_cruxes)
    notes = (
        "Best first: both would learn from it, and expect different answers. Gap closed: the part of the "
        "disagreement about the target that is expected to go on learning it; below zero it would grow. "
        "Downstream: it follows from the target.",
    )
    shown = ("id", "text", "probability_a", "probability_b", "vod_share", "downstream")
    return Listing("double-cruxes", Table("Double cruxes", columns, rows, notes), shown, 8)


def _double_crux(crux: DoubleCrux) -> tuple[Cell, ...]:
    return tuple(getattr(crux, key) for key in ("id", "text", *DOUBLE_CRUX_NUMBERS, "downstream", "reason"))


def _structure(diff: WorldviewDiff) -> Listing:
    kinds = (
        (f"rejected by {diff.a} alone", diff.structure.rejected_by_a),
        (f"rejected by {diff.b} alone", diff.structure.rejected_by_b),
        (f"set by {diff.a} alone", diff.structure.only_a),
        (f"set by {diff.b} alone", diff.structure.only_b),
    )
    columns = (
        Column("kind", "what one has"),
        Column("count", "how many", right=True),
        Column("ids", "which"),
    )
    rows = tuple((kind, len(ids), ", ".join(ids)) for kind, ids in kinds if ids)
    return Listing("structure", Table("Arguments and numbers of one alone", columns, rows), ("kind", "count"))


def _stated(*sides: tuple[str, Sequence[StatedGap]]) -> Listing:
    rows = tuple(stated_row(name, gap) for name, gaps in sides for gap in gaps)
    table = Table("Stated, and implied by their own judgements", STATED_COLUMNS, rows)
    return Listing("stated", table, ("worldview", "of", "assuming", "stated", "implied", "gap", "notable"), 8)


STATED_COLUMNS = (
    Column("worldview", "worldview"),
    Column("of", "of"),
    Column("assuming", "assuming"),
    Column("stated", "stated", percent, right=True),
    Column("stated_low", "5th", percent, right=True),
    Column("stated_high", "95th", percent, right=True),
    Column("implied", "implied", percent, right=True),
    Column("gap", "gap, log-odds", signed, right=True),
    Column("threshold", "explained by the intervals", signed, right=True),
    Column("notable", "notable", lambda notable: "yes" if notable else ""),
    Column("sources", "sources"),
    Column("note", "note"),
    Column("reason", "remark"),
)


def stated_row(worldview: str, gap: StatedGap) -> tuple[Cell, ...]:
    """Return the cells of `STATED_COLUMNS`."""
    return (
        worldview,
        gap.of,
        ", ".join(gap.assuming),
        gap.stated,
        gap.stated_low,
        gap.stated_high,
        gap.implied,
        gap.gap,
        gap.threshold,
        gap.notable,
        ", ".join(gap.sources),
        gap.note,
        gap.reason,
    )


# --- all pairs, and one against the rest -----------------------------------------------------------


def pair_listings(matrix: PairMatrix) -> tuple[Listing, ...]:
    """Return the matrix of gaps, the row's log-odds minus the column's, and that of distances."""
    names = matrix.worldviews

    def square(name: str, title: str, cells: Sequence[Sequence[float | None]], note: str) -> Listing:
        show = signed if name == "gaps" else brief
        columns = (
            Column("worldview", "worldview"),
            Column("probability", "estimate", percent, right=True),
            *(Column(other, other, show, right=True) for other in names),
        )
        rows = tuple((one, p, *row) for one, p, row in zip(names, matrix.probabilities, cells, strict=True))
        shown = tuple(column.key for column in columns)
        return Listing(name, Table(title, columns, rows, (note,)), shown, len(names))

    return (
        square(
            "gaps",
            f"{matrix.target}: log-odds of the row minus those of the column",
            matrix.gap_logit,
            "At central judgements. Neighbours think alike about the claims that the target rests on."
            if len(names) > 1
            else "There is nobody to compare with.",
        ),
        square(
            "distances",
            "How far apart they are about the claims that the target rests on",
            matrix.distance,
            "The root of the mean Jensen-Shannon divergence, in bans.",
        ),
        _clusters(matrix),
    )


def _clusters(matrix: PairMatrix) -> Listing:
    columns = (
        Column("distance", "distance", brief, right=True),
        Column("left", "who"),
        Column("right", "joined by"),
    )
    members: list[tuple[str, ...]] = [(name,) for name in matrix.worldviews]
    rows: list[tuple[Cell, ...]] = []
    for merge in matrix.merges:
        one, other = members[merge.left], members[merge.right]
        rows.append((merge.distance, ", ".join(one), ", ".join(other)))
        members.append(one + other)
    note = "Nearest first, by the mean of the distances between the two groups."
    shown = tuple(column.key for column in columns)
    return Listing(
        "clusters", Table("Who is nearest to whom", columns, tuple(rows), (note,)), shown, len(rows)
    )


def rest_listings(rest: AgainstRest, argument_map: ArgumentMap) -> tuple[Listing, ...]:
    """Return what sets one worldview apart from the others."""
    columns = (
        Column("id", "difference"),
        Column("text", "what it says"),
        *SHARES,
        Column("count", "with how many", right=True),
    )
    rows = tuple(
        (
            d.id,
            argument_map.entry[d.id].about.text,
            d.share_logit,
            d.share_probability,
            d.standard_error,
            d.count,
        )
        for d in rest.differences
    )
    notes = ["There is no other worldview that it can be compared with."]
    if rest.others:
        notes = [f"Mean gap {signed(rest.gap_logit)} in log-odds, against {', '.join(rest.others)}."]
    notes += [f"Left out: {name} ({reason})." for name, reason in rest.left_out]
    title = f"{rest.target}: what sets {rest.worldview} apart"
    shown = ("id", "text", "share_logit", "share_probability", "count")
    return (Listing("differences", Table(title, columns, rows, tuple(notes)), shown, 12),)


# --- revisions -----------------------------------------------------------------------------------


def revision_listings(diff: RevisionDiff) -> tuple[Listing, ...]:
    """Return what a change of the files did: each worldview's estimate, the entries, and the shares."""
    return (_moved(diff), _entries(diff), _moves(diff))


def _moved(diff: RevisionDiff) -> Listing:
    write = telling((change.probability_before, change.probability_now) for change in _that_moved(diff))
    columns = (
        Column("worldview", "worldview"),
        Column("probability_before", diff.revision, write, right=True),
        Column("probability_now", "now", write, right=True),
        Column("gap_logit", "log-odds", signed, right=True),
        Column("structure_logit", "by structure", signed, right=True),
        Column("most", "most of it"),
        Column("reason", "remark"),
    )
    rows = tuple(
        (
            change.worldview,
            change.probability_before,
            change.probability_now,
            change.gap_logit,
            change.structure_logit,
            _most(change),
            change.reason,
        )
        for change in diff.worldviews
    )
    title = f"{diff.target} since {diff.revision}"
    remarks = any(change.reason is not None for change in diff.worldviews)
    shown = tuple(column.key for column in (columns if remarks else columns[:-1]))
    return Listing("worldviews", Table(title, columns, rows, tuple(_said(diff))), shown, max(1, len(rows)))


def _that_moved(diff: RevisionDiff) -> list[WorldviewChange]:
    return [change for change in diff.worldviews if abs(change.gap_logit or 0.0) > UNMOVED]


def _said(diff: RevisionDiff) -> Iterable[str]:
    """Say in sentences what the change did."""
    moved = _that_moved(diff)
    if moved:
        most = max(moved, key=lambda change: abs(change.gap_logit or 0.0))
        write = telling([(most.probability_before, most.probability_now)])
        yield (
            f"The estimate moved in {len(moved)} of {len(diff.worldviews)} worldviews, most in "
            f"{most.worldview}: from {write(most.probability_before)} to {write(most.probability_now)}."
        )
        yield "By structure: what adding, removing and rebuilding entries did under the old numbers."
    elif all(change.gap_logit is not None for change in diff.worldviews):
        yield "No estimate moved."
    for what, names in (("new", diff.worldviews_added), ("gone", diff.worldviews_removed)):
        if names:
            yield f"Worldviews that are {what}: {', '.join(names)}."


def _most(change: WorldviewChange) -> str:
    parts = [d for d in change.differences if abs(d.share_logit or 0.0) > UNMOVED][:3]
    return ", ".join(f"{d.id} {signed(d.share_logit)}" for d in parts)


def _entries(diff: RevisionDiff) -> Listing:
    columns = (
        Column("kind", "what"),
        Column("id", "entry"),
        Column("before", "before"),
        Column("now", "now"),
    )
    rows: list[tuple[Cell, ...]] = [("added", name, "", diff.text[name]) for name in diff.added]
    rows += [("removed", name, diff.text[name], "") for name in diff.removed]
    rows += [("rests on other things", name, "", diff.text[name]) for name in diff.rebuilt]
    rows += [("reworded", change.id, change.before, change.now) for change in diff.reworded]
    shown = tuple(column.key for column in columns)
    return Listing("entries", Table("Entries", columns, tuple(rows)), shown, 30)


def _moves(diff: RevisionDiff) -> Listing:
    columns = (
        Column("worldview", "worldview"),
        Column("id", "entry"),
        Column("text", "what it says"),
        *SHARES,
        Column("numbers", "numbers"),
    )
    rows = tuple(
        (
            change.worldview,
            d.id,
            d.text,
            d.share_logit,
            d.share_probability,
            d.standard_error,
            "; ".join(_now(d, change) for change in d.changes),
        )
        for change in diff.worldviews
        for d in change.differences
    )
    shown = ("worldview", "id", "text", "share_logit", "share_probability", "numbers")
    return Listing("differences", Table("Numbers that changed", columns, rows), shown, 20, stacked=True)


def _now(difference: Difference, change: Change) -> str:
    name = change.address.removeprefix(difference.id).removeprefix(".")
    if change.b == ABSENT:
        said = f"added: {change.a}"
    elif change.a == ABSENT:
        said = f"removed: {change.b}"
    else:
        said = f"{change.b}, now {change.a}"
    return f"{name}: {said}" if name else said
