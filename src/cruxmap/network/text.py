"""The stable printed form of a network, for reading and for comparing."""

from collections.abc import Iterator

from cruxmap.network.network import Network


def network_text(network: Network) -> str:
    """Print a network, one variable after another: states, parents, and every row that can occur.

    A row reads `states of the parents -> state: the judgements that make its probability`.
    """
    expressions = _expressions(network)
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


def _expressions(network: Network) -> list[str]:
    """Say of each entry which judgements make it."""
    text = ["1"] * network.program.n_entries
    for entry, expression in _named(network):
        text[entry] = expression
    return text


def _named(network: Network) -> Iterator[tuple[int, str]]:
    p, address = network.program, network.addresses
    shift = [""] * p.n_shifts
    for n, strength, sign in zip(p.term_shift, p.term_strength, p.term_sign, strict=True):
        shift[n] += f" {'+' if sign > 0 else '-'} {address[strength]}"
    for entry, base, sign, s in zip(
        p.logistic_entry, p.logistic_base, p.logistic_sign, p.logistic_shift, strict=True
    ):
        expression = f"{address[base]}{shift[s]}"
        yield entry, expression if sign > 0 else f"not ({expression})"
    for entry, base, s in zip(p.share_entry, p.share_base, p.share_shift, strict=True):
        yield entry, f"share of {address[base]}{shift[s]}"
    for entry, base, s, n_open, steps, happens in zip(
        p.hazard_entry,
        p.hazard_base,
        p.hazard_shift,
        p.hazard_open,
        p.hazard_steps,
        p.hazard_happens,
        strict=True,
    ):
        expression = f"{address[base]}{shift[s]}, {n_open} of {steps} steps"
        yield entry, expression if happens else f"not ({expression})"
    for entry, pace, position, n_open, steps in zip(
        p.step_entry, p.step_pace, p.step_position, p.step_open, p.step_steps, strict=True
    ):
        yield entry, f"step {position + 1} of {steps}, {n_open} open, {address[pace]}"
