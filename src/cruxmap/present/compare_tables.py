"""Several models beside each other, as tables: each voice's numbers, and what they are due to."""

from collections.abc import Iterator, Mapping
from operator import itemgetter

from cruxmap.insight.compare import Asked, Comparison, UnderModel
from cruxmap.insight.whose import Said
from cruxmap.language.argument_map import MAP_WORLDVIEW
from cruxmap.present.phrases import (
    CENTRAL,
    MEAN,
    THE_MAPS_OWN,
    capitalised,
    interval,
    laid_text,
    left_out_notes,
    not_converged,
    part,
    percent,
    ratio_of_odds,
    says_little_notes,
)
from cruxmap.present.tables import Column, Table, numeric

DUE_TO = {
    "voice": ("the voice", "whose numbers they are, under every model alike"),
    "model": ("the skeleton", "which model it is, for every voice alike"),
    "both": ("both together", "what a model makes of one voice and not of the others"),
}
"""What a part of the variance is due to, and what that means."""


def compare_table(found: Comparison) -> Table:
    """Return one row per voice and model, the maps' own numbers last."""
    outer = (
        Column("voice", "voice", get=itemgetter(0)),
        Column("model", "model", get=itemgetter(1)),
        Column("target", "target", get=lambda row: found.targets[row[1]].target),
    )
    inner = (
        Column("worldview", "worldview"),
        Column("says_little", "says", lambda little: "little" if little else ""),
        numeric("mean", MEAN, percent),
        numeric("median", "median", percent),
        numeric("low", "5th", percent, lambda one: one.interval_90 and one.interval_90[0]),
        numeric("high", "95th", percent, lambda one: one.interval_90 and one.interval_90[1]),
        numeric("central", CENTRAL, percent),
        Column("stated", "stated about it", get=lambda one: tuple(said.stated for said in one.stated)),
    )
    rows = (
        ((voice, model), [one]) for voice, under in everyone(found).items() for model, one in under.items()
    )
    return Table.nested(title_text(found), outer, inner, rows, _notes(found))


def compare_tables(found: Comparison) -> tuple[Table, ...]:
    """Return the models side by side for people, and what the differences are due to."""

    def under(model: str) -> Column:
        asked = found.targets[model]
        return numeric(model, model, get=lambda row: _cell(row[1].get(model), asked))

    columns = (
        Column("voice", "voice", get=itemgetter(0)),
        *map(under, found.models),
        numeric("apart", "odds apart", ratio_of_odds, lambda row: found.apart_logit[row[0]]),
    )
    title = "\n".join((title_text(found), *targets_text(found)))
    side_by_side = Table.of(title, columns, everyone(found).items(), _notes(found))
    return (side_by_side, *_due_to(found))


def everyone(found: Comparison) -> dict[str, Mapping[str, UnderModel]]:
    """Return what each voice makes of the models, and last the maps' own numbers."""
    return {**found.voices, MAP_WORLDVIEW: found.map}


def is_alike(said: Said, asked: Asked) -> bool:
    """Tell whether what was stated is given what the model gives, and nothing less."""
    return set(said.assuming) == {*asked.assuming, *asked.observed}


def _cell(one: UnderModel | None, asked: Asked) -> str:
    if one is None:
        return ""
    if one.mean is None:
        return "undefined"
    mean = f"({percent(one.mean)})" if one.says_little else percent(one.mean)
    stated = dict.fromkeys(f"stated {said.stated}{_less_given(said, asked)}" for said in one.stated)
    return "\n".join([mean, interval(one.interval_90), *stated])


def _less_given(said: Said, asked: Asked) -> str:
    """Say given what something was stated, where the model gives more."""
    return "" if is_alike(said, asked) else f",\nassuming {', '.join(said.assuming) or 'nothing'}"


def title_text(found: Comparison) -> str:
    """Name what is compared: the target with what is given, where that is called the same in all models."""
    (target, given), *others = dict.fromkeys((a.target, _given_text(a)) for a in found.targets.values())
    under = f"under {len(found.models)} models"
    return f"The targets {under}" if others else "; ".join((f"{target} {under}", *given))


def targets_text(found: Comparison) -> list[str]:
    """Say what each model asks, where that is not the same sentence with the same conditions for all."""
    models: dict[tuple[str, str], list[str]] = {}
    for name, asked in found.targets.items():
        models.setdefault((_asked_text(asked), asked.text), []).append(name)
    if len(models) == 1:
        return []
    several = len({asked for asked, _ in models}) > 1
    sentences = len({text for _, text in models}) > 1
    lead = "Not the same sentence in all:" if sentences else "Not the same conditions in all:"
    return [lead] + [
        f"{', '.join(names)}: {f'{asked}: ' if several else ''}{text}"
        for (asked, text), names in models.items()
    ]


def _given_text(asked: Asked) -> tuple[str, ...]:
    given = {"assuming": asked.assuming, "having observed": asked.observed}
    return tuple(f"{how} {', '.join(conditions)}" for how, conditions in given.items() if conditions)


def _asked_text(asked: Asked) -> str:
    return "; ".join((asked.target, *_given_text(asked)))


def _due_to(found: Comparison) -> Iterator[Table]:
    """Yield what the differences are due to; where that cannot be told, the title says why."""
    title = "What the differences are due to"
    if found.shares is None:
        yield Table(title, (), (), tuple(capitalised(found.reason)))
        return
    columns = (
        Column("part", "due to", get=lambda name: DUE_TO[name][0]),
        numeric("share", "part of the variance", part, lambda name: getattr(found.shares, name)),
        numeric(
            "spread",
            "a typical factor of the odds",
            ratio_of_odds,
            lambda name: getattr(found.spread_logit, name),
        ),
        Column("meaning", "that is", get=lambda name: DUE_TO[name][1]),
    )
    yield Table.of(title, columns, DUE_TO, [shares_text(found), *_who_counts(found)])


def shares_text(found: Comparison) -> str:
    """Say in a sentence how much of the answer is the skeleton's."""
    if found.shares is None:
        return f"How much is the skeleton's cannot be told: {found.reason}."
    over = f"{len(found.counted)} voices and {len(found.models)} models"
    of = f"of the variance of the means' log-odds over {over}"
    alone, with_both = found.shares.model, found.shares.model + found.shares.both
    return (
        f"The skeleton alone has {part(alone)} {of}, and {part(with_both)} with what it makes of single "
        f"voices; whose numbers they are has {part(found.shares.voice)}."
    )


def _who_counts(found: Comparison) -> list[str]:
    by_reason: dict[str, list[str]] = {}
    for voice, reason in found.left_out:
        by_reason.setdefault(reason, []).append(voice)
    left = [(", ".join(voices), reason) for reason, voices in by_reason.items()]
    return [*says_little_notes(found.says_little, found.counted), *left_out_notes(left)]


def _notes(found: Comparison) -> Iterator[str]:
    yield f"Each: the {MEAN} and the 90% interval. Odds apart: those of the highest {MEAN} by the lowest's."
    little = [one for under in found.voices.values() for one in under.values() if one.says_little]
    if little:
        yield "In brackets: says little about this target; the rest is inherited."
    yield f"{MAP_WORLDVIEW}: {THE_MAPS_OWN}."
    for voice, under in everyone(found).items():
        yield from (f"{voice} under {model}: {one.reason}" for model, one in under.items() if one.reason)
    for model, asked in found.targets.items():
        if asked.settings:
            yield f"Under {model} {laid_text(asked.settings)}."
        if asked.sampled is not None:
            yield f"{model}: {asked.sampled.sentence}"
        for chains in found.convergence[model]:
            if not chains.converged:
                yield f"{model}: {not_converged(chains)}"
