"""Where worldviews part, pairwise and as a whole, and what changed between revisions, as listings."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from cruxmap.insight.diff import (
    Change,
    Difference,
    Saying,
    WorldviewDiff,
    said_whose,
)
from cruxmap.insight.double_cruxes import DoubleCrux, DoubleCruxQuestion
from cruxmap.insight.gap_shares import SAME_CENTRE
from cruxmap.insight.pairs import AgainstRest, PairMatrix, farthest
from cruxmap.insight.revisions import NOW, RevisionDiff, WorldviewChange, what_became
from cruxmap.insight.sentences import texts_of
from cruxmap.language.argument_map import MAP_WORLDVIEW, ArgumentMap
from cruxmap.language.inheritance import NOT_BROUGHT
from cruxmap.present.coherence_tables import STATED_SHOWN, stated_table
from cruxmap.present.crux_tables import left_out_lines, list_left_out
from cruxmap.present.listings import Listing, Listings
from cruxmap.present.phrases import (
    CENTRAL,
    MEAN,
    MEAN_AND_CENTRAL,
    NOTICED,
    THE_MAPS_OWN,
    UNMOVED,
    brief,
    capitalised,
    from_to,
    in_points,
    left_out_notes,
    mean_and_central,
    part,
    percent,
    points,
    says_little_notes,
    signed,
    telling,
    the,
)
from cruxmap.present.tables import Column, Table, as_mark, numeric

MAX_CRUXES, MAX_STAGES = 8, 4
"""How many double cruxes people are shown of a list."""

MAX_SAYINGS = 2
"""How many of a voice's arguments about an entry stand beside its number."""

IN_LOG_ODDS = numeric("share_logit", "log-odds", signed)
OVER_ORDERS = (
    numeric("share_probability", "points, over all orders", points),
    numeric("standard_error", "+-", lambda error: f"{error:.2g}" if error else ""),
)
SHARES = (IN_LOG_ODDS, numeric("step_probability", "points", points), *OVER_ORDERS)
"""Points are those of the bars of a waterfall; over all orders, they are the Shapley value of P."""


def _list_differences(diff: WorldviewDiff, argument_map: ArgumentMap) -> Listing:
    def side(one: Difference, name: str) -> str:
        worldview, heard = (diff.a, one.heard_a) if name == "a" else (diff.b, one.heard_b)
        return _side_text(one, worldview, name, heard, texts_of(argument_map, one.id))

    columns = (
        Column("id", "difference"),
        Column("text", "what it says"),
        Column("by", "voice"),
        *SHARES,
        Column("side_a", diff.a, get=lambda one: side(one, "a")),
        Column("side_b", diff.b, get=lambda one: side(one, "b")),
        Column("changes", f"{diff.a} / {diff.b}", get=_both_numbers),
    )
    sides = ((diff.a, diff.mean_a, diff.probability_a), (diff.b, diff.mean_b, diff.probability_b))
    write = telling([(diff.mean_a, diff.mean_b), (diff.probability_a, diff.probability_b)])
    each = (f"{mean_and_central(mean, central, write)} in {the(name)}" for name, mean, central in sides)
    title = f"{diff.target}: {'; '.join(each)}"
    shown = ("id", "text", "share_logit", "step_probability", "side_a", "side_b")
    return Listing(Table.of(title, columns, diff.differences, _diff_notes(diff)), shown, 10, stacked=True)


def _diff_notes(diff: WorldviewDiff) -> Iterator[str]:
    yield from capitalised(diff.reason)
    if diff.differences and diff.gap_logit is not None:
        yield (
            f"The gap is {signed(diff.gap_logit)} in log-odds, at {CENTRAL} judgements; positive is what "
            f"pushes {the(diff.a)} up against {the(diff.b)}. Points are of percentage, on the way from "
            f"{the(diff.b)} to {the(diff.a)} in the order of the rows."
        )
    if diff.differences:
        yield MEAN_AND_CENTRAL
    if MAP_WORLDVIEW in (diff.a, diff.b):
        yield f"{MAP_WORLDVIEW}: {THE_MAPS_OWN}."
    if diff.sampled is not None:
        error = (diff.errors or {}).get("gap_logit")
        yield diff.sampled.sentence + (f" The gap's standard error is {error:.2g}." if error else "")
    if diff.pairs:
        largest = max((d.standard_error or 0.0 for d in diff.differences), default=0.0)
        settled = "" if diff.settled else ", which is more than wanted"
        yield f"Shares from {diff.pairs} pairs of orders; standard errors up to {largest:.2g}{settled}."


def _both_numbers(difference: Difference) -> str:
    return "; ".join(f"{change.address}: {change.a} / {change.b}" for change in difference.changes)


def _side_text(
    difference: Difference, worldview: str, side: str, heard: Sequence[Saying], texts: Mapping[str, str]
) -> str:
    """Write one side's numbers of an entry, whose they are, what they rest on, and what its voice says.

    `texts` are what is shown in place of the ids of its states.
    """
    by_origin: dict[str, list[str]] = {}
    for change in difference.changes:
        value, origin, rests_on = _change_text(change, worldview, side)
        *row, state = _address_within(difference, change).split(".")
        name = ".".join((*row, texts.get(state, state)))
        aside = f"{origin} [{rests_on}]" if rests_on else origin
        shown = [name] if name else []
        shown += [] if value == NOT_BROUGHT.text else [value]
        by_origin.setdefault(aside, []).append(": ".join(shown))
    numbers = ["; ".join(filter(None, (", ".join(values), aside))) for aside, values in by_origin.items()]
    return "\n".join((*numbers, *_sayings(difference, heard)))


def _address_within(difference: Difference, change: Change) -> str:
    """Return the address of a changed number within its entry."""
    return change.address.removeprefix(difference.id).removeprefix(".")


def _sayings(difference: Difference, heard: Sequence[Saying]) -> Iterator[str]:
    """Write what a voice says of an entry; where the entry is its own argument, that is in another column."""
    others = [one for one in heard if one.id != difference.id]
    if len(others) < len(heard):
        yield "(its own argument)"
    for one in others[:MAX_SAYINGS]:
        where = f" [{', '.join(one.sources)}]" if one.sources else ""
        yield f'"{one.text}"{where}'
    if len(others) > MAX_SAYINGS:
        yield f"and {len(others) - MAX_SAYINGS} more: {', '.join(one.id for one in others[MAX_SAYINGS:])}"


def _change_text(change: Change, worldview: str, side: str) -> tuple[str, str, str]:
    """Return a side's value, whose number it is in words, and what it rests on."""
    value, origin, sources, note, fitted = (
        getattr(change, key + side) for key in ("", "origin_", "sources_", "note_", "fitted_")
    )
    rests_on = "; ".join(part for part in (", ".join(sources), note) if part)
    return value, said_whose(worldview, origin, fitted, change.brought_by), rests_on


def _list_changes(diff: WorldviewDiff, _: ArgumentMap) -> Listing:
    def side(place: int, letter: str, worldview: str) -> Column:
        key = ("value", "whose", "rests_on")[place]
        return Column(
            f"{key}_{letter}",
            f"{worldview}: {key}",
            get=lambda change: _change_text(change, worldview, letter)[place],
        )

    sides = (("a", diff.a), ("b", diff.b))
    outer = (Column("id", "difference"), *SHARES)
    inner = (Column("address", "judgement"), *(side(place, *one) for one in sides for place in range(3)))
    title = f"Every number: {diff.a}, {diff.b}"
    table = Table.nested(title, outer, inner, ((one, one.changes) for one in diff.differences))
    shown = ("address", *(column.key for column in SHARES), "value_a", "whose_a", "value_b", "whose_b")
    return Listing(table, shown, 0)


def _list_double_cruxes(diff: WorldviewDiff, _: ArgumentMap) -> Listing:
    found = diff.to_settle
    notes = [
        "Gap closed: the part of the disagreement about the target that is expected to go on learning it. "
        "Columns of the two: how likely each thinks it; of a question, the state on which they differ most. "
        "Voi x difference: the lesser value of information times how far apart they are in log-odds.",
    ]
    notes += left_out_lines(found.left_out)
    title = f"What {diff.a} and {diff.b} could talk about"
    return _cruxes(diff, title, (*found.ranking, *found.unknown), notes, MAX_CRUXES)


def _list_widening(diff: WorldviewDiff, _: ArgumentMap) -> Listing:
    widening = diff.to_settle.widening
    title = "Talking about these will drive you further apart"
    noticed = sum(-(crux.vod_share or 0.0) >= NOTICED for crux in widening)
    return _cruxes(diff, title, widening, [], min(noticed, MAX_CRUXES))


def _list_stages(diff: WorldviewDiff, _: ArgumentMap) -> Listing:
    title = "Stages, which follow from others"
    return _cruxes(diff, title, diff.to_settle.stages, [], MAX_STAGES)


def _cruxes(
    diff: WorldviewDiff, title: str, rows: Sequence[DoubleCrux], notes: Sequence[str], most: int
) -> Listing:
    def state(crux: DoubleCrux) -> str:
        return crux.state if isinstance(crux, DoubleCruxQuestion) else ""

    def said(crux: DoubleCrux) -> str:
        return crux.state_text if isinstance(crux, DoubleCruxQuestion) else ""

    columns = (
        Column("id", "what"),
        Column("text", "what it says", get=lambda crux: f"{crux.text} {said(crux)}".rstrip()),
        Column("kind", "kind"),
        Column("state", "state", get=state),
        numeric("probability_a", diff.a, percent),
        numeric("probability_b", diff.b, percent),
        numeric("voi_a", f"voi, {diff.a}", brief),
        numeric("voi_b", f"voi, {diff.b}", brief),
        numeric("vod", "vod", brief),
        numeric("vod_share", "gap closed", part),
        numeric("score", "voi x difference", brief),
        Column("downstream", "downstream", as_mark),
        Column("reason", "remark"),
    )
    shown = ("id", "text", "probability_a", "probability_b", "vod_share", "score")
    return Listing(Table.of(title, columns, rows, notes), shown, most, stacked=True)


def _list_structure(diff: WorldviewDiff, _: ArgumentMap) -> Listing:
    kinds = {
        f"rejected by {diff.a} alone": diff.structure.rejected_by_a,
        f"rejected by {diff.b} alone": diff.structure.rejected_by_b,
        f"set by {diff.a} alone": diff.structure.only_a,
        f"set by {diff.b} alone": diff.structure.only_b,
        f"brought, with force for {diff.a} alone": diff.structure.brought_a,
        f"brought, with force for {diff.b} alone": diff.structure.brought_b,
    }
    columns = (
        Column("kind", "what one has", get=str),
        numeric("count", "how many", get=lambda kind: len(kinds[kind])),
        Column("ids", "which", get=kinds.get),
    )
    some = [kind for kind, ids in kinds.items() if ids]
    return Listing(Table.of("Arguments and numbers of one alone", columns, some), ("kind", "count"))


def _list_both_stated(diff: WorldviewDiff, _: ArgumentMap) -> Listing:
    return Listing(stated_table([(diff.a, diff.stated_a), (diff.b, diff.stated_b)]), STATED_SHOWN, 8)


DIFF_LISTINGS: Listings = {
    "differences": _list_differences,
    "double-cruxes": _list_double_cruxes,
    "widening": _list_widening,
    "stages": _list_stages,
    "left-out": lambda diff, argument_map: list_left_out(diff.to_settle, argument_map),
    "changes": _list_changes,
    "structure": _list_structure,
    "stated": _list_both_stated,
}


# --- all pairs, and one against the rest -----------------------------------------------------------


def _list_gaps(matrix: PairMatrix, _: ArgumentMap) -> Listing:
    """Return each pair once: below the diagonal."""
    notes = [
        f"Neighbours think alike about the claims that the target rests on. {MEAN_AND_CENTRAL}",
        *says_little_notes(matrix.says_little, matrix.worldviews),
    ]
    if (two := between_two(matrix)) is not None:
        notes.append(f"`diff MODEL {' '.join(two)}` says what the difference is made of.")
    if len(matrix.worldviews) < 2:
        notes.insert(0, "There is nobody to compare with.")
    cells = [
        [gap if j < i else None for j, gap in enumerate(row[:-1])]
        for i, row in enumerate(matrix.gap_probability)
    ]
    title = f"{matrix.target}: {MEAN} of the row minus that of the column, in points of percentage"
    return _square(matrix, title, cells, lambda gap: "" if gap is None else in_points(gap), notes)


def _list_log_odds(matrix: PairMatrix, _: ArgumentMap) -> Listing:
    title = f"{matrix.target}: log-odds of the row minus those of the column, at {CENTRAL} judgements"
    return replace(_square(matrix, title, matrix.gap_logit, signed, []), rows=0)


def _list_distances(matrix: PairMatrix, _: ArgumentMap) -> Listing:
    title = "How far apart they are about the claims that the target rests on"
    note = "The root of the mean Jensen-Shannon divergence, in bans."
    return replace(_square(matrix, title, matrix.distance, brief, [note]), rows=0)


def _square(
    matrix: PairMatrix,
    title: str,
    cells: Sequence[Sequence[float | None]],
    show: Callable[[float | None], str],
    notes: Sequence[str],
) -> Listing:
    """Return a table with a row and a column per worldview, whose items are their places.

    People see a number in place of a column's name, and the same in its row.
    """
    place = {name: number for number, name in enumerate(matrix.worldviews, start=1)}

    def other(name: str) -> Column:
        return numeric(name, str(place[name]), show, lambda row: cells[row][place[name] - 1])

    columns = (
        Column(
            "worldview", "worldview", lambda name: f"{place[name]} {name}", get=list(place).__getitem__
        ),
        numeric(MEAN, MEAN, percent, matrix.means.__getitem__),
        numeric(CENTRAL, CENTRAL, percent, matrix.probabilities.__getitem__),
        *map(other, list(place)[: len(cells[0])]),
    )
    return Listing(Table.of(title, columns, range(len(place)), notes), rows=len(place))


def between_two(matrix: PairMatrix) -> tuple[str, str] | None:
    """Return the two worldviews, the higher one first, where there are no others to compare."""
    return farthest(matrix) if len(matrix.worldviews) == 2 else None


def _list_clusters(matrix: PairMatrix, _: ArgumentMap) -> Listing:
    members: list[tuple[str, ...]] = [(name,) for name in matrix.worldviews]
    for merge in matrix.merges:
        members.append(members[merge.left] + members[merge.right])
    columns = (
        numeric("distance", "distance", brief),
        Column("left", "who", get=lambda merge: members[merge.left]),
        Column("right", "joined by", get=lambda merge: members[merge.right]),
    )
    note = "Nearest first, by the mean of the distances between the two groups."
    table = Table.of("Who is nearest to whom", columns, matrix.merges, [note])
    return Listing(table, rows=len(table.rows) if len(matrix.merges) > 1 else 0)


PAIR_LISTINGS: Listings = {
    "gaps": _list_gaps,
    "log-odds": _list_log_odds,
    "distances": _list_distances,
    "clusters": _list_clusters,
}


def _list_what_sets_apart(rest: AgainstRest, argument_map: ArgumentMap) -> Listing:
    """Return what sets one worldview apart from the others."""
    columns = (
        Column("id", "difference"),
        Column("text", "what it says", get=lambda one: argument_map.entry[one.id].about.text),
        IN_LOG_ODDS,
        *OVER_ORDERS,
        numeric("count", "with how many"),
    )
    notes = ["There is no other worldview that it can be compared with."]
    if rest.others:
        gap = f"{signed(rest.gap_logit)} in log-odds, at {CENTRAL} judgements"
        notes = [f"The mean gap is {gap}, against {', '.join(rest.others)}."]
    notes += left_out_notes(rest.left_out)
    title = f"{rest.target}: what sets {rest.worldview} apart"
    shown = ("id", "text", "share_logit", "share_probability", "count")
    return Listing(Table.of(title, columns, rest.differences, notes), shown, 12)


REST_LISTINGS: Listings = {"differences": _list_what_sets_apart}


# --- revisions -----------------------------------------------------------------------------------


def _list_moved(diff: RevisionDiff, _: ArgumentMap) -> Listing:
    write = telling(pair for change in _that_moved(diff) for pair in _moves_of(change))
    columns = (
        Column("worldview", "worldview"),
        numeric("mean_before", f"{diff.before}: {MEAN}", write),
        numeric("mean_now", f"{diff.now}: {MEAN}", write),
        numeric("probability_before", f"{diff.before}: {CENTRAL}", write),
        numeric("probability_now", f"{diff.now}: {CENTRAL}", write),
        numeric("gap_logit", "log-odds", signed),
        numeric("structure_logit", "by structure", signed),
        Column("most", "most of it", get=_most),
        Column("reason", "remark"),
    )
    since = f"since {diff.before}" if diff.now == NOW else f"from {diff.before} to {diff.now}"
    table = Table.of(f"{diff.target} {since}", columns, diff.changes, _revision_notes(diff))
    remarks = any(change.reason is not None for change in diff.changes)
    shown = tuple(column.key for column in columns if remarks or column.key != "reason")
    return Listing(table, shown, max(1, len(table.rows)))


def _that_moved(diff: RevisionDiff) -> list[WorldviewChange]:
    return [change for change in diff.changes if abs(change.gap_logit or 0.0) > UNMOVED]


def _moves_of(change: WorldviewChange) -> tuple[tuple[float | None, float | None], ...]:
    return (
        (change.mean_before, change.mean_now),
        (change.probability_before, change.probability_now),
    )


def _revision_notes(diff: RevisionDiff) -> Iterator[str]:
    """Say in sentences what the change did."""
    moved = _that_moved(diff)
    views = [change for change in moved if change.worldview != MAP_WORLDVIEW]
    if views:
        most = max(views, key=lambda change: abs(change.gap_logit or 0.0))
        yield (
            f"The estimate moved in {len(views)} of {len(diff.changes) - 1} worldviews, most in "
            f"{most.worldview}: {_from_to_both(most)}."
        )
    elif moved:
        alone = len(diff.changes) == 1
        told = (
            "The map's own estimate moved"
            if alone
            else "No worldview's estimate moved, only the map's own"
        )
        yield f"{told}: {_from_to_both(diff.map)}, by {'; '.join(_edits_named(diff.map))}."
    elif all(change.gap_logit is not None for change in diff.changes):
        most_of_all = max(abs(change.gap_logit or 0.0) for change in diff.changes)
        yield f"No estimate moved{f' by {UNMOVED} in log-odds' if most_of_all > SAME_CENTRE else ''}."
    if moved:
        yield (
            f"Log-odds are at {CENTRAL} judgements. By structure: what adding, removing and rebuilding "
            "entries did under the old numbers."
        )
        yield MEAN_AND_CENTRAL
    yield f"{MAP_WORLDVIEW}: {THE_MAPS_OWN}."
    for what, names in (("new", diff.worldviews_added), ("gone", diff.worldviews_removed)):
        if names:
            yield f"Worldviews that are {what}: {', '.join(names)}."


def _from_to_both(change: WorldviewChange) -> str:
    mean, central = (from_to(*ends) for ends in _moves_of(change))
    return f"{mean} ({MEAN}), {central} ({CENTRAL})"


def _edits_named(change: WorldviewChange) -> Iterator[str]:
    """Yield the entries whose numbers moved an estimate, with what became of these, and the structure."""
    yield from (f"{d.id} ({_changes_text(d)})" for d in _largest(change))
    if abs(change.structure_logit or 0.0) > UNMOVED:
        yield "a change of structure"


def _largest(change: WorldviewChange) -> list[Difference]:
    return [d for d in change.differences if abs(d.share_logit or 0.0) > UNMOVED][:3]


def _most(change: WorldviewChange) -> str:
    return ", ".join(f"{d.id} {signed(d.share_logit)}" for d in _largest(change))


def _list_edits(diff: RevisionDiff, _: ArgumentMap) -> Listing:
    titles = {"kind": "what", "id": "entry", "before": "before", "now": "now"}
    columns = tuple(Column(key, title) for key, title in titles.items())
    brings = {name: f"{worldview} brings" for name, worldview in diff.brought_by.items()}
    brought = {name: f"{worldview} no longer brings" for name, worldview in diff.brought_by.items()}
    rows = [(brings.get(name, "added"), name, "", diff.text[name]) for name in diff.added]
    rows += [(brought.get(name, "removed"), name, diff.text[name], "") for name in diff.removed]
    rows += [
        ("stands elsewhere", one.id, _who_brings(one.before), _who_brings(one.now))
        for one in diff.handed_over
    ]
    rows += [("rests on other things", name, "", diff.text[name]) for name in diff.rebuilt]
    rows += [("reworded", change.id, change.before, change.now) for change in diff.reworded]
    return Listing(Table("Entries", columns, tuple(rows)), rows=30)


def _who_brings(worldview: str | None) -> str:
    return "in the map" if worldview is None else f"brought by {worldview}"


def _list_moves(diff: RevisionDiff, _: ArgumentMap) -> Listing:
    columns = (
        Column("id", "entry"),
        Column("text", "what it says"),
        *SHARES,
        Column("numbers", "numbers", get=_changes_text),
    )
    groups = [(change, change.differences) for change in diff.changes]
    table = Table.nested("Numbers that changed", [Column("worldview", "worldview")], columns, groups)
    shown = ("worldview", "id", "text", "share_logit", "step_probability", "numbers")
    return Listing(table, shown, 20, stacked=True)


def _changes_text(difference: Difference) -> str:
    """Write what became of each number of an entry."""
    parts = []
    for change in difference.changes:
        said = {
            "added": f"added: {change.a}",
            "removed": f"removed: {change.b}",
            "changed": f"{change.b}, now {change.a}",
        }[what_became(change)]
        name = _address_within(difference, change)
        parts.append(f"{name}: {said}" if name else said)
    return "; ".join(parts)


REVISION_LISTINGS: Listings = {
    "worldviews": _list_moved,
    "entries": _list_edits,
    "differences": _list_moves,
}
