"""What can only be seen on a whole map: cycles, uncovered cases, sums of shares, links in a circle.

In: the entries of a map, stand-ins included, and the `Names` that say which are broken. Out: problems
and warnings; broken entries are left alone.
"""

from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from cruxmap.errors import Code, Hint, Span
from cruxmap.language.argument_map import (
    MAP_WORLDVIEW,
    Argument,
    ArgumentMap,
    Claim,
    Condition,
    Direction,
    Elicited,
    Entry,
    Judgement,
    OnArgument,
    Override,
    Question,
    Rest,
    Role,
    SameAs,
    ShareOverride,
    Table,
    Timeline,
    Value,
    judgements_of,
    mentioned,
    mentioned_in,
    places,
)
from cruxmap.language.coverage import MAX_CASES, NEVER, Case, Choice, count_cases, uncovered
from cruxmap.language.exclusions import excluded
from cruxmap.language.findings import Findings
from cruxmap.language.inheritance import Layers, lay, left_by, lineage, settled, without_force
from cruxmap.language.names import Names
from cruxmap.language.yaml_text import joined

MAX_ARGUMENTS = 16

# --- what rests on what -------------------------------------------------------------------------


def dependencies(argument_map: ArgumentMap) -> dict[str, list[str]]:
    """Map each claim, question, event and argument to what it rests on, arguments on it included."""
    entries = argument_map.entry
    rests_on = {
        id_: [name for name in dict.fromkeys(mentioned_in(entry)) if name in entries]
        for id_, entry in entries.items()
    }
    for argument in argument_map.arguments:
        for owner in dict.fromkeys(target.owner for target in argument.targets):
            if owner in rests_on:
                rests_on[owner].append(argument.about.id)
    return rests_on


def check_cycles(argument_map: ArgumentMap, findings: Findings) -> None:
    """Add a problem for every group of entries that rest on each other, with a whole cycle of it.

    Where a worldview brings one of them, the place is there: without it there is no circle.
    """
    rests_on = dependencies(argument_map)
    for cycle in cycles(rests_on):
        message = f"these rest on each other: {' -> '.join(cycle)}"
        hint = "an argument map has no circles: leave out one step, or say it through a claim of its own"
        about = [argument_map.entry[id_].about for id_ in cycle]
        brought = [one for one in about if one.brought_by is not None]
        bringers = dict.fromkeys(str(one.brought_by) for one in brought)
        if len(bringers) > 1:
            hint = f"{joined(bringers)} close it together: {hint}"
        findings.add(Code.CYCLE, message, (brought or about)[0].span, hint)


def cycles(rests_on: Mapping[str, Iterable[str]]) -> Iterator[list[str]]:
    """Yield a shortest cycle through the first node of every strongly connected part, closed at its end."""
    try:
        TopologicalSorter(rests_on).prepare()
    except CycleError:
        yield from _find_cycles(rests_on)


def _find_cycles(rests_on: Mapping[str, Iterable[str]]) -> Iterator[list[str]]:
    import networkx as nx  # slow to load, and wanted only now

    graph: nx.DiGraph[str] = nx.DiGraph()
    order = {node: place for place, node in enumerate(rests_on)}
    graph.add_edges_from((node, other) for node in rests_on for other in rests_on[node] if other in order)
    for part in sorted(
        nx.strongly_connected_components(graph), key=lambda part: min(map(order.__getitem__, part))
    ):
        first = min(part, key=order.__getitem__)
        if len(part) == 1 and not graph.has_edge(first, first):
            continue
        inside = graph.subgraph(part)
        steps = nx.single_source_shortest_path_length(inside.reverse(copy=False), first)
        nearest = min(inside[first], key=lambda node: (steps[node], order[node]))
        yield [first, *nx.shortest_path(inside, nearest, first)]


# --- arguments ----------------------------------------------------------------------------------


def check_arguments(argument_map: ArgumentMap, names: Names, findings: Findings) -> None:
    """Add problems where too many arguments meet; warn of arguments that can do nothing."""
    met: dict[tuple[str, str], list[str]] = {}
    for argument in argument_map.arguments:
        for on in {(on.owner, on.part) for on in argument.targets if not isinstance(on, OnArgument)}:
            met.setdefault(on, []).append(argument.about.id)
        match argument:
            case Argument(
                direction=Direction.FOR | Direction.AGAINST, weight=Judgement(value=Elicited() as weight)
            ):
                if weight.low == weight.high == 1 and not argument.weight.is_default:
                    message = f"a strength of `1x` gives `{argument.about.id}` no force"
                    hint = "leave the argument out, or say how strong"
                    findings.warn(Code.NO_FORCE, message, argument.weight.span, hint)
    for (id_, part), bearing in met.items():
        entry = argument_map.entry.get(id_)
        if entry is None:
            continue
        if len(bearing) > MAX_ARGUMENTS:
            _check_count(argument_map, entry, f"{id_}.{part}" if part else id_, bearing, findings)
        if id_ not in names.broken:
            _warn_if_certain(entry, part, findings)


def _check_count(
    argument_map: ArgumentMap, entry: Entry, name: str, bearing: Sequence[str], findings: Findings
) -> None:
    """Add a problem where more arguments than can be weighed together have force in one worldview.

    It tells of the one in which most have, and is where the last of these stands if a worldview brings it.
    """
    force: dict[str, list[str]] = {}
    for worldview in (MAP_WORLDVIEW, *argument_map.worldview):
        without = without_force(argument_map, lineage(argument_map, worldview))
        force[worldview] = [argument for argument in bearing if argument not in without]
    worst = max(force, key=lambda worldview: len(force[worldview]))
    if len(force[worst]) > MAX_ARGUMENTS:
        whose = "" if worst == MAP_WORLDVIEW else f" in `{worst}`"
        message = (
            f"{len(force[worst])} arguments bear on `{name}`{whose}, and {MAX_ARGUMENTS} are the most"
        )
        last = argument_map.entry[force[worst][-1]].about
        place = last.span if last.brought_by else entry.about.span
        hint = "group them under claims, and argue from those"
        findings.add(Code.TOO_MANY_ARGUMENTS, message, place, hint)


def _warn_if_certain(entry: Entry, part: str, findings: Findings) -> None:
    """Warn where arguments bear on numbers that are all 0% or 100%, which nothing moves."""
    of_part = [place.judgement for place in places(entry) if place.part == part]
    judgements = [judgement for judgement in of_part if judgement.role is not Role.PACE]
    if judgements and all(isinstance(j.value, Elicited) and j.value.is_certain for j in judgements):
        first = judgements[0]
        message = f"`{first.address}` is certain, so the arguments on it move nothing"
        hint = "leave some room, as in `over 99%` or `under 1%`"
        findings.warn(Code.CERTAIN_BUT_ARGUED, message, first.span, hint)


# --- tables -------------------------------------------------------------------------------------


def check_coverage(argument_map: ArgumentMap, names: Names, findings: Findings) -> None:
    """Add a problem for every table with a case that no row covers."""
    domains, timelines = domains_of(argument_map)
    for entry in argument_map.entry.values():
        if entry.about.id in names.broken:
            continue
        for name, whens in _conditions_of_tables(entry):
            conditions = [when for when in whens if when is not None]
            if len(conditions) < len(whens):
                continue
            if any(id_ in names.broken or id_ not in domains for c in conditions for id_ in mentioned(c)):
                continue
            if count_cases(conditions, domains) > MAX_CASES:
                message = f"the rows of `{name}` name too many cases to try"
                hint = "end the table with an `otherwise` row"
                findings.add(Code.OTHERWISE_NEEDED, message, entry.about.span, hint)
                continue
            if (case := uncovered(conditions, domains, timelines)) is not None:
                named = dict.fromkeys(id_ for c in conditions for id_ in mentioned(c))
                never = excluded(argument_map, named, domains, MAX_CASES)
                possible = uncovered(conditions, domains, timelines, never)
                text = _case_text(possible or case, timelines)
                message = f"no row of `{name}` covers this case: {text}"
                hint = "add a row for it, or a last one for all that is left: `{otherwise: ...}`"
                if possible is None:
                    hint += "; a definition excludes it, but worldviews may judge definitions"
                findings.add(Code.UNCOVERED_CASE, message, entry.about.span, hint)


def domains_of(argument_map: ArgumentMap) -> tuple[dict[str, tuple[Choice, ...]], dict[str, Timeline]]:
    """Return what each claim, question and event may be, and the timeline of each event."""
    domains: dict[str, tuple[Choice, ...]] = {c.about.id: (True, False) for c in argument_map.claims}
    domains |= {q.about.id: q.states for q in argument_map.questions}
    timelines: dict[str, Timeline] = {}
    for event in argument_map.events:
        timeline = argument_map.timeline.get(event.timeline)
        if timeline is not None:
            timelines[event.about.id] = timeline
            domains[event.about.id] = (*range(1, timeline.steps + 1), NEVER)
    return domains, timelines


def _conditions_of_tables(entry: Entry) -> Iterator[tuple[str, Collection[Condition | None]]]:
    """Yield the conditions of each table of an entry, once each; a plain number is a row without one."""
    tables: dict[str, dict[Condition | None, None]] = {}
    if not isinstance(entry, Claim) or isinstance(entry.basis, Table):
        for judgement, when, part in places(entry):
            if judgement.role is not Role.PACE:
                tables.setdefault(part, {})[when] = None
    return (
        (f"{entry.about.id}.{part}" if part else entry.about.id, whens) for part, whens in tables.items()
    )


def _case_text(case: Case, timelines: Mapping[str, Timeline]) -> str:
    return ", ".join(f"`{name}` {_value_text(name, value, timelines)}" for name, value in case.items())


def _value_text(name: str, value: Choice, timelines: Mapping[str, Timeline]) -> str:
    match value:
        case bool():
            return f"is {'true' if value else 'false'}"
        case str():
            return f"is {value}"
        case 0:
            return "never happens"
        case _:
            phase = next(p.id for p in timelines[name].phases if value in timelines[name].steps_of(p.id))
            return f"happens in step {value} ({phase})"


# --- numbers, as each worldview has them --------------------------------------------------------


def check_links(argument_map: ArgumentMap, names: Names, findings: Findings) -> None:
    """Add a problem for each `same as` that names no address, or one of the other kind."""
    for address, link in _values_written(argument_map):
        if isinstance(link, SameAs):
            check_link(address, link, argument_map, names, findings)


def check_link(
    address: str, link: SameAs, argument_map: ArgumentMap, names: Names, findings: Findings
) -> None:
    """Add a problem unless a link at an address leads to a number of the same kind."""
    role, other = argument_map.judgements[address].role, argument_map.judgements.get(link.address)
    if other is None or not other.overridable:
        unknown_address(link.address, link.span, argument_map, names, findings)
    elif other.role.scale is not role.scale:
        message = f"`{address}` is a {role}, `{link.address}` a {other.role}"
        findings.add(Code.WRONG_KIND, message, link.span, "a probability is no ratio")


def _values_written(argument_map: ArgumentMap) -> Iterator[tuple[str, Value]]:
    """Yield the address and the number of every judgement that somebody wrote, worldviews' included."""
    for judgement in argument_map.judgements.values():
        yield judgement.address, judgement.value
    for worldview in argument_map.worldviews:
        for override in worldview.judgements:
            match override:
                case Override(address=address, value=value):
                    yield address, value
                case ShareOverride(address=row, values=values):
                    shares = argument_map.shares[row]
                    yield from (
                        (share.address, value) for share, value in zip(shares, values, strict=True)
                    )


def unknown_address(
    address: str, span: Span, argument_map: ArgumentMap, names: Names, findings: Findings
) -> None:
    """Say what is wrong with an address that is no judgement's."""
    owner = address.partition(".")[0]
    if owner.partition("#")[0] in names.broken or not names.complete:
        return
    entry = argument_map.entry.get(owner)
    if entry is None:
        known: Iterable[str] = argument_map.entry
        hint = names.suggestion(owner, known)
        message = f"there is no judgement `{address}`: `{owner}` does not exist"
        findings.add(Code.UNKNOWN_ADDRESS, message, span, hint)
        return
    addresses = [judgement.address for judgement in judgements_of(entry) if judgement.overridable]
    addresses += [
        row for row, shares in argument_map.shares.items() if shares and shares[0].owner == owner
    ]
    message = f"there is no judgement `{address}`"
    rest, _, last = address.rpartition(".")
    if rest in argument_map.shares and isinstance(entry, Question):
        hint = names.nearest(last, entry.states) or f"its states are {joined(entry.states)}"
        message += f": `{owner}` has no state `{last}`"
    elif rest == address.partition(".")[0] and last == "credence" and rest in argument_map.judgements:
        hint = Hint(f"the credence of `{owner}` has the address `{owner}`", address, owner)
    else:
        hint = names.nearest(address, addresses) or (
            f"the judgements of `{owner}` are {joined(addresses)}" if addresses else ""
        )
    findings.add(Code.UNKNOWN_ADDRESS, message, span, hint)


def check_numbers(argument_map: ArgumentMap, names: Names, findings: Findings) -> None:
    """Check links, strengths and shares as the map and each worldview have them."""
    map_spans = {address: judgement.span for address, judgement in argument_map.judgements.items()}
    check_layers(argument_map, lay(argument_map), map_spans, names.broken, findings)
    for worldview in argument_map.worldviews:
        judged = [(override.address, override.span) for override in worldview.judgements]
        layers = lay(argument_map, worldview.about.id)
        check_layers(argument_map, layers, spans_of(argument_map, judged), names.broken, findings)


def spans_of(argument_map: ArgumentMap, judged: Iterable[tuple[str, Span]]) -> dict[str, Span]:
    """Map addresses that are judged to where that is done, shares one by one."""
    spans: dict[str, Span] = {}
    for address, span in judged:
        spans[address] = span
        spans |= {share.address: span for share in argument_map.shares.get(address, ())}
    return spans


def check_layers(
    argument_map: ArgumentMap,
    layers: Layers,
    span_of: Mapping[str, Span],
    broken: Container[str],
    findings: Findings,
) -> None:
    """Check what the top layer changes, itself or through links; `span_of` says what it judges, and where.

    What comes from below alone is left to the check of what is below.
    """
    circles = list(cycles(_links(layers)))
    for circle in circles:
        judged = next((address for address in circle if address in span_of), None)
        if judged is not None:
            message = f"`same as` runs in a circle: {' -> '.join(circle)}"
            hint = "give one of them a number of its own"
            findings.add(Code.SAME_AS_CIRCLE, message, span_of[judged], hint)
    if not circles:
        _check_strengths(argument_map, layers, span_of, findings)
        _check_shares(argument_map, layers, span_of, broken, findings)


def _links(layers: Layers) -> dict[str, list[str]]:
    """Map each address that takes its number from others to those."""
    links: dict[str, list[str]] = {}
    of_rest: dict[str, list[str]] = {}
    for address, place in layers.places.items():
        match place.value:
            case SameAs(address=other):
                links[address] = [other] if other in layers.places else []
            case Rest():
                row = layers.row_of[address]
                if row[0] not in of_rest:
                    values = (layers.mapping[share] for share in row)
                    of_rest[row[0]] = [
                        v.address for v in values if isinstance(v, SameAs) and v.address in layers.places
                    ]
                links[address] = of_rest[row[0]]
    return links


def _judged_behind(layers: Layers, addresses: Iterable[str], judged: Container[str]) -> str | None:
    """Return the first address among `judged` that the numbers at `addresses` come from; `None` if none."""
    behind = dict.fromkeys(addresses)
    ahead = list(behind)
    for address in ahead:  # which grows
        if address in judged:
            return address
        for value in (layers.places[address].value, layers.mapping.get(address)):
            match value:
                case SameAs(address=other) if other in layers.places:
                    others: tuple[str, ...] = (other,)
                case Rest():
                    others = layers.row_of[address]
                case _:
                    continue
            ahead += [other for other in others if other not in behind]
            behind |= dict.fromkeys(others)
    return None


def _check_strengths(
    argument_map: ArgumentMap, layers: Layers, span_of: Mapping[str, Span], findings: Findings
) -> None:
    for address, laid in layers.places.items():
        if (
            not isinstance(laid.value, SameAs)
            or argument_map.judgements[address].role is not Role.STRENGTH
        ):
            continue
        judged, value = (_judged_behind(layers, (address,), span_of), _behind(layers, laid.value, address))
        if judged is not None and value is not None and value.low < 1:
            message = f"the strength `{address}` would be `{value.text}`, which works backwards"
            hint = f"give `{address}` a number of its own"
            findings.add(Code.STRENGTH_BELOW_ONE, message, span_of[judged], hint)


def _check_shares(
    argument_map: ArgumentMap,
    layers: Layers,
    span_of: Mapping[str, Span],
    broken: Container[str],
    findings: Findings,
) -> None:
    for row in argument_map.share_rows:
        shares = [share.address for share in row.shares]
        if not shares or row.shares[0].owner in broken:
            continue
        judged = _judged_behind(layers, shares, span_of)
        if judged is None or not (trouble := _shares_trouble(layers, shares)):
            continue
        message = f"{trouble} in `{row.address or row.shares[0].owner}`"
        if judged not in shares:
            message += f", which follows `{judged}`"
        hint = "shares sum to 100%; one of them may be `rest`"
        findings.add(Code.SHARES_SUM, message, span_of[judged], hint)


def _shares_trouble(layers: Layers, shares: Sequence[str]) -> str:
    """Return what is wrong with the central shares of a row; empty if nothing, or where a link leads nowhere.

    Single shares count as given; the others of their row only have to be able to fill what is left.
    """
    single = [share for share in shares if layers.single(share)]
    others = [share for share in shares if share not in single]
    mapped = {share: _behind(layers, layers.mapping[share], share) for share in shares}
    given = [_behind(layers, layers.places[share].value, share) for share in single or shares]
    numbers = [number for number in given if number is not None]
    if None in mapped.values() or len(numbers) < len(given):
        return ""
    total, kind = sum(number.middle for number in numbers), "single shares" if single else "shares"
    rest = next((share for share in others if isinstance(layers.mapping[share], Rest)), None)
    if rest is None and not (single and others):
        return f"the {kind} sum to {_share_text(total)}" if abs(total - 1) > _tolerance(numbers) else ""
    if single and _leave_nothing(numbers):
        return f"the single shares sum to {_share_text(total)}, which leaves nothing for the others"
    beside = [number for share, number in mapped.items() if number and share != rest]
    if rest is not None and _leave_nothing(beside):
        total = sum(number.middle for number in beside)
        return f"the other shares sum to {_share_text(total)}, which leaves nothing for `rest`"
    if all(number.middle == 0 for share in others if (number := mapped[share])):
        return "the shares left out are all 0%, so they cannot fill what the single ones leave"
    return ""


def sum_trouble(shares: Sequence[Elicited | None]) -> str:
    """Return what is wrong with the central shares of a whole row, of which one that is `rest` is None."""
    numbers = [share for share in shares if share is not None]
    total = sum(number.middle for number in numbers)
    if len(numbers) == len(shares):
        return f"the shares sum to {_share_text(total)}" if abs(total - 1) > _tolerance(numbers) else ""
    nothing_left = _leave_nothing(numbers)
    return (
        f"the other shares sum to {_share_text(total)}, which leaves nothing for `rest`"
        if nothing_left
        else ""
    )


_ROUNDING_OF_SUMS = 1e-9
_EXACTLY, _ROUGHLY = 0.001, 0.05
"""How far central shares may be from summing to 1: where all are points, where some are intervals."""


def _tolerance(numbers: list[Elicited]) -> float:
    return (_EXACTLY if all(value.is_point for value in numbers) else _ROUGHLY) + _ROUNDING_OF_SUMS


def _leave_nothing(numbers: list[Elicited]) -> bool:
    return left_by(numbers) <= (0 if all(number.is_point for number in numbers) else _ROUNDING_OF_SUMS)


def _behind(layers: Layers, value: Value, address: str) -> Elicited | None:
    """Return the number that a value at an address comes down to; `None` where a link leads nowhere."""
    try:
        return settled(layers, value, address)[1]
    except KeyError:
        return None


def _share_text(share: float) -> str:
    return f"{100 * share:.4g}%"
