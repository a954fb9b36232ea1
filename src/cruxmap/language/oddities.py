"""What is allowed, and most likely not meant: entries nobody asks for, rows against arguments, lone tags.

And what is there to be replaced: numbers that nobody gave.

In: a whole map without problems, or the shapes of its files. Out: warnings. Nothing is inferred.
"""

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from itertools import islice

from cruxmap.errors import Code
from cruxmap.language.argument_map import (
    AllOf,
    Argument,
    ArgumentMap,
    Claim,
    Condition,
    Direction,
    Elicited,
    Event,
    OnClaim,
    Question,
    Rest,
    Row,
    Table,
    condition_text,
    mentioned,
)
from cruxmap.language.checks import MAX_ARGUMENTS, dependencies, domains_of
from cruxmap.language.coverage import MAX_CASES, Space, count_cases
from cruxmap.language.findings import Findings
from cruxmap.language.names import meant, nearest
from cruxmap.language.yaml_text import Text, joined

# --- entries ------------------------------------------------------------------------------------


def check_reach(
    argument_map: ArgumentMap, wanted: Iterable[str], findings: Findings, included: Container[str] = ()
) -> None:
    """Warn of claims, questions and events from which no way leads to anything that is asked for (`wanted`).

    What only leads to one of these is not told, nor what is `included` from other maps: it has come with
    what was wanted of their files.
    """
    rests_on = dependencies(argument_map)
    reached: set[str] = set()
    ahead = [id_ for id_ in wanted if id_ in rests_on]
    while ahead:
        id_ = ahead.pop()
        if id_ not in reached:
            reached.add(id_)
            ahead += rests_on[id_]
    on_the_way = {below for id_, parts in rests_on.items() if id_ not in reached for below in parts}
    entries: list[Claim | Question | Event] = [*argument_map.claims]
    for entry in [*entries, *argument_map.questions, *argument_map.events]:
        id_ = entry.about.id
        if id_ not in reached and id_ not in on_the_way and id_ not in included:
            message = f"the {_kind(entry)} `{id_}` cannot reach any target"
            hint = "nothing that is asked for rests on it"
            findings.warn(Code.UNREACHABLE_CLAIM, message, entry.about.span, hint)


def _kind(entry: Claim | Question | Event) -> str:
    return type(entry).__name__.lower()


# --- tables and arguments -----------------------------------------------------------------------


def check_tables_against_arguments(argument_map: ArgumentMap, findings: Findings) -> None:
    """Warn of each row that lowers a claim where an argument for it holds by its premises, or raises it so.

    Compared are the row's credence and those of all cases that differ in one variable of the premises, and
    in which these fail. Only of arguments that hold whenever their premises do: one with a credence of its
    own says more than these, and may well be about that row.
    """
    with_premises: dict[str, list[Argument]] = {}
    for argument in argument_map.arguments:
        certain = isinstance(argument.credence.value, Elicited) and argument.credence.value.low == 1
        if argument.premises and certain and argument.direction is not Direction.UNDERCUTS:
            for target in argument.targets:
                if isinstance(target, OnClaim):
                    with_premises.setdefault(target.owner, []).append(argument)
    if not with_premises:
        return
    domains, timelines = domains_of(argument_map)
    for claim in argument_map.claims:
        match claim:
            case Claim(basis=Table(rows=rows)) if claim.about.id in with_premises:
                whens = [row.when for row in rows if row.when is not None]
                named = {name for when in whens for name in mentioned(when)}
                arguments = [
                    argument
                    for argument in with_premises[claim.about.id][:MAX_ARGUMENTS]
                    if named.issuperset(name for part in argument.premises for name in mentioned(part))
                ]
                if arguments and named <= domains.keys() and count_cases(whens, domains) <= MAX_CASES:
                    space = Space(sorted(named), domains, timelines)
                    _compare(claim, rows, arguments, space, findings)


def _compare(
    claim: Claim, rows: Sequence[Row], arguments: Iterable[Argument], space: Space, findings: Findings
) -> None:
    """Compare the rows of a claim's table with arguments on it, whose premises are of the same variables."""
    left = space.everything
    where: list[tuple[float, int, Row]] = []
    for row in rows:
        holds = left if row.when is None else left & space.where(row.when)
        left &= ~holds
        if not isinstance(row.credence.value, Elicited):
            return
        where.append((row.credence.value.middle, holds, row))
    for argument in arguments:
        lowers = argument.direction is Direction.FOR
        premises = AllOf(argument.premises)
        met = space.where(premises)
        unlike = list(_moves(premises, space))
        not_beyond = 0
        for _, same in _by_credence(where, falling=not lowers).items():
            for holds, _ in same:
                not_beyond |= holds
            for holds, row in same:
                if not holds or holds & ~met:
                    continue
                others = _differing(holds, unlike) & ~met
                if others and not others & not_beyond:
                    _tell(claim, row, argument, lowers, findings)


def _by_credence(
    rows: Iterable[tuple[float, int, Row]], *, falling: bool
) -> Mapping[float, list[tuple[int, Row]]]:
    """Group rows with where they hold by their credence, in its order."""
    groups: dict[float, list[tuple[int, Row]]] = {}
    for credence, holds, row in sorted(rows, key=lambda each: -each[0] if falling else each[0]):
        groups.setdefault(credence, []).append((holds, row))
    return groups


def _moves(condition: Condition, space: Space) -> Iterator[tuple[int, int]]:
    """Yield, for each two choices of a variable of a condition, where the first is, and how far the other."""
    for name in dict.fromkeys(mentioned(condition)):
        weight, choices = space.weights[name][0], len(space.domains[name])
        if choices <= MAX_CHOICES:
            for one in range(choices):
                for other in range(choices):
                    if one != other:
                        yield space.choices(name, one, one + 1), (other - one) * weight


MAX_CHOICES = 12
"""Choices of a variable that are compared with one another: a timeline may have thousands of steps."""


def _differing(cases: int, moves: Iterable[tuple[int, int]]) -> int:
    """Return the cases that differ from some of these in one variable."""
    found = 0
    for at, by in moves:
        some = cases & at
        found |= some << by if by > 0 else some >> -by
    return found


def _tell(claim: Claim, row: Row, argument: Argument, lowers: bool, findings: Findings) -> None:
    name = f"`{row.credence.address}`" if row.credence.overridable else f"a row of `{claim.about.id}`"
    does, side = ("lowers", "for") if lowers else ("raises", "against")
    premises = " and ".join(f"`{condition_text(premise)}`" for premise in argument.premises)
    message = (
        f"{name} {does} the claim where {premises} holds, and `{argument.about.id}`, an argument {side} it, "
        "has this as its premise"
    )
    hint = "say it in one of the two places: in the table, or by the argument"
    findings.warn(Code.ROW_AGAINST_ARGUMENT, message, row.credence.span, hint)


# --- numbers that nobody gave -------------------------------------------------------------------


def check_elicited(argument_map: ArgumentMap, findings: Findings) -> None:
    """Warn once of all numbers that stand in a map and its worldviews, and that nobody gave."""
    numbers = (one for one in argument_map.judgements.values() if not isinstance(one.value, Rest))
    found = {one.address: one.span for one in numbers if not one.elicited}
    for worldview in argument_map.worldviews:
        for one in worldview.judgements:
            if not one.elicited:
                found[f"{one.address} of {worldview.about.id}"] = one.span
    if found:
        were = "1 number was" if len(found) == 1 else f"{len(found):,} numbers were"
        message = f"{were} given by nobody: {joined(found)}"
        hint = "put your own number there and delete `elicited: false`; until then it counts as nobody's"
        findings.warn(Code.NOT_ELICITED, message, next(iter(found.values())), hint)


# --- tags ---------------------------------------------------------------------------------------

MAX_TAGS = 100
"""Tags used once that are compared with the others."""
_ALIKE = 0.8


def check_tags(tags: Sequence[Text], findings: Findings) -> None:
    """Warn of each tag that is used once and is nearly another: of two that are used once, the later one."""
    uses = Counter(map(str, tags))
    lone: dict[str, Text] = {str(tag): tag for tag in tags if uses[tag] == 1}
    known = [tag for tag in uses if tag not in lone]
    for name, tag in islice(lone.items(), MAX_TAGS):
        near = nearest(name, (other for other in known if _may_be(other, name)), _ALIKE)
        if near is None:
            known.append(name)
            continue
        findings.warn(Code.STRAY_TAG, f"only one entry has the tag `{name}`", tag, meant(name, near))


def _may_be(other: str, name: str) -> bool:
    """Whether a tag may be a misspelling of another: numbers differ on purpose."""
    return not any(map(str.isdigit, name + other)) or _digits(other) == _digits(name)


def _digits(tag: str) -> list[str]:
    return [character for character in tag if character.isdigit()]
