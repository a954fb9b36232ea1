"""A worldview that is kept open, as listings: what is probable, its numbers, and what they move."""

from operator import itemgetter

from cruxmap.errors import InvalidMap
from cruxmap.insight.live_model import State
from cruxmap.insight.whose import whose_are
from cruxmap.language.argument_map import MAP_WORLDVIEW, ArgumentMap
from cruxmap.language.inheritance import SETTINGS_ORIGIN, Setting
from cruxmap.language.judgement import notation_of
from cruxmap.present.listings import Listing, Listings
from cruxmap.present.phrases import CENTRAL, THE_MAPS_OWN, owner_text, percent, signed
from cruxmap.present.tables import Column, Table, as_mark, numeric


def _list_probabilities(state: State, argument_map: ArgumentMap) -> Listing:
    """Return the probability of everything, the model's targets last."""
    try:
        found = list(state.marginals().items())
        notes: list[str] = []
    except InvalidMap as impossible:
        found, notes = [], [problem.message for problem in impossible.problems]
    columns = (
        Column("name", "name", get=itemgetter(0)),
        numeric("probability", "probability", percent, itemgetter(1)),
    )
    table = Table.of(f"Probabilities in {state.worldview}, {CENTRAL}", columns, found, notes)
    return Listing(table, rows=0)


def _list_numbers(state: State, argument_map: ArgumentMap) -> Listing:
    """Return every number, and whose it is."""

    def whose(setting: Setting) -> str:
        return "set here" if setting.origin == SETTINGS_ORIGIN else whose_are(state.worldview, [setting])

    columns = (
        Column("address", "judgement"),
        Column("text", "what it is about", get=lambda one: owner_text(argument_map, one.address)),
        Column("value", "number", get=lambda one: notation_of(one.value)),
        numeric("central", "central", get=lambda one: one.value.middle),
        Column("whose", "whose", get=whose),
        Column("rejected", "rejected", as_mark),
    )
    settings = state.perspective.settings
    return Listing(Table.of(f"Numbers of {state.worldview}", columns, settings), rows=0)


def _list_set(state: State, argument_map: ArgumentMap) -> Listing:
    """Return the target's probability in words, and the numbers that were set over the worldview's own."""
    model = state.asking.opened.model
    columns = (
        Column("address", "set here"),
        Column("text", "what it is about", get=lambda one: owner_text(argument_map, one.address)),
        Column("value", "number", get=lambda one: notation_of(one.value)),
        Column("rejected", "rejected", as_mark),
    )
    given = {"Assuming": state.assuming, "Having observed": state.observed}
    notes = [f"{how} {', '.join(conditions)}." for how, conditions in given.items() if conditions]
    if state.worldview == MAP_WORLDVIEW:
        notes.append(f"{MAP_WORLDVIEW}: {THE_MAPS_OWN}.")
    try:
        target = f"{percent(state.probability())} {CENTRAL}"
    except InvalidMap as impossible:
        target = "impossible"
        notes += [problem.message for problem in impossible.problems]
    own = [one for one in state.perspective.settings if one.origin == SETTINGS_ORIGIN]
    title = f"{model.target.name} in {state.worldview}: {target}"
    return Listing(Table.of(title, columns, own, notes))


def _list_slopes(state: State, argument_map: ArgumentMap) -> Listing:
    """Return how the target answers to each number, the steepest first."""
    try:
        found = [(address, slope) for address, slope in state.slopes().items() if slope is not None]
    except InvalidMap:
        found = []
    columns = (
        Column("address", "judgement", get=itemgetter(0)),
        Column("text", "what it is about", get=lambda row: owner_text(argument_map, row[0])),
        numeric("slope", "slope", signed, itemgetter(1)),
    )
    note = "Slope: log-odds of the target per log-odds of the judgement, or per log of a strength."
    rows = sorted(found, key=lambda row: (-abs(row[1]), row[0]))
    return Listing(Table.of("What moves the target", columns, rows, [note]), rows=8)


STATE_LISTINGS: Listings = {
    "set": _list_set,
    "probabilities": _list_probabilities,
    "numbers": _list_numbers,
    "slopes": _list_slopes,
}
