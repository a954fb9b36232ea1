"""Problems as editors show them, and what they offer to do about those that have one right form."""

from collections.abc import Iterable
from pathlib import Path

from lsprotocol.types import (
    CodeAction,
    CodeActionKind,
    CodeDescription,
    Diagnostic,
    DiagnosticSeverity,
    TextEdit,
    WorkspaceEdit,
)
from pygls.workspace import PositionCodec

from cruxmap.editing.server.texts import Ruler, range_on_line
from cruxmap.errors import Hint, Problem
from cruxmap.language.yaml_text import without_controls
from cruxmap.present import manual

NAME = "cruxmap"


def diagnostic(problem: Problem, codec: PositionCodec, root: Path, *, is_problem: bool) -> Diagnostic:
    """Return a problem as an editor shows it: the sentence, the hint below it, the code with its section.

    What can be put in its place goes along, so that the editor gives it back with the question what to do.
    """
    here = f"{root.as_posix()}/"
    words = [problem.message, *([f"hint: {problem.hint}"] if problem.hint else [])]
    hint = problem.hint
    return Diagnostic(
        range=range_on_line(problem.span, problem.line_text, codec),
        message=without_controls("\n".join(words).replace(here, "")),
        severity=DiagnosticSeverity.Error if is_problem else DiagnosticSeverity.Warning,
        code=str(problem.code),
        code_description=CodeDescription(manual.address(problem.code)),
        source=NAME,
        data={"written": hint.written, "instead": hint.instead} if isinstance(hint, Hint) else None,
    )


def actions(uri: str, diagnostics: Iterable[Diagnostic], ruler: Ruler) -> list[CodeAction]:
    """Return a quick fix for each diagnostic that knows what to write, where that still stands there."""
    found = []
    for each in diagnostics:
        data = each.data
        if each.source != NAME or not isinstance(data, dict) or not data.get("written"):
            continue
        line, start = each.range.start.line, ruler.column(each.range.start)
        stop = ruler.column(each.range.end) if each.range.end.line == line else len(ruler.line(line))
        written, instead = str(data["written"]), str(data.get("instead", ""))
        text = ruler.line(line)[start:stop]
        if text.count(written) != 1:
            continue
        at = start + text.index(written)
        edit = TextEdit(ruler.between(line, at, at + len(written)), instead)
        found.append(
            CodeAction(
                f"Write `{instead}`",
                kind=CodeActionKind.QuickFix,
                diagnostics=[each],
                edit=WorkspaceEdit({uri: [edit]}),
                is_preferred=True,
            )
        )
    return found
