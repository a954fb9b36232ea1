"""How a command ends: the exit codes, and which one an answer deserves."""

FINE, PROBLEMS, WRONG_USAGE, NOT_CONVERGED = 0, 1, 2, 3
FAULT, INTERRUPTED = 70, 130


def exit_code(undefined: bool, converged: bool = True) -> int:
    """Return the code of an answer: problems where part of it is undefined, or not converged, or fine."""
    if undefined:
        return PROBLEMS
    return FINE if converged else NOT_CONVERGED
