"""The stable printed form of a network, for reading and for comparing."""

from collections.abc import Iterator
from itertools import chain, pairwise

from cruxmap.engine.network import Network


def network_text(network: Network) -> str:
    """Print a network, one variable after another: states, parents, and every row that can occur.

    A row reads `states of the parents -> state: the judgements that make its probability`.
    """
    expressions = ["1", *_made_by(network)]
    lines: list[str] = []
    for variable, table in zip(network.variables, network.tables, strict=True):
        parents = [network.variables[v] for v in table.scope[:-1]]
        given = f" | {', '.join(parent.name for parent in parents)}" if parents else ""
        lines.append(f"{variable.name} {{{', '.join(variable.states)}}}{given}")
        for (*where, state), entry in zip(table.rows.tolist(), table.entries.tolist(), strict=True):
            states = ", ".join(parent.states[k] for parent, k in zip(parents, where, strict=True))
            lines.append(
                f"  {states} -> {variable.states[state]}: {expressions[entry]}".replace("   ->", "  ->")
            )
    lines += [f"condition {k + 1}: {network.variables[v].name}" for k, v in enumerate(network.conditions)]
    return "\n".join(lines) + "\n"


def _made_by(network: Network) -> Iterator[str]:
    """Say of each entry but the constant which judgements make it, in the order of the entries."""
    program, address = network.program, network.addresses
    shifts, shares, openings = program.shifts, program.shares, program.openings
    shift = [
        "".join(
            f" {'+' if sign > 0 else '-'} {address[strength]}"
            + (f" (unless {address[credence]} is 0%)" if credence != strength else "")
            for strength, sign, credence in zip(*(column[a:b] for column in shifts[1:]), strict=True)
        )
        for a, b in pairwise(shifts.first)
    ]
    for base, s in zip(*program.logistic, strict=True):
        yield f"not ({address[base]}{shift[s]})"
        yield f"{address[base]}{shift[s]}"
    judgements = chain.from_iterable(shares.base[slice(*shares.row_first[r : r + 2])] for r in shares.row)
    for base, s in zip(judgements, shares.shift, strict=True):
        yield f"share of {address[base]}{shift[s]}"
    for base, s, k in zip(*program.hazards, strict=True):
        expression = f"{address[base]}{shift[s]}, {openings.open[k]} of {openings.steps[k]} steps"
        yield f"not ({expression})"
        yield expression
    for k, position in zip(*program.steps, strict=True):
        of = f"step {position + 1} of {openings.steps[k]}"
        yield f"{of}, {openings.open[k]} open, {address[openings.pace[k]]}"
