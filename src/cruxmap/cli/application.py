"""The application that commands are put into, and how their help ends."""

from typing import Annotated

import typer

from cruxmap.exit_codes import FINE
from cruxmap.present import terminal


def examples(*commands: str) -> str:
    """Return the end of a `--help`: what to try, on the map that `new --help` copies out."""
    return "\n".join(("\b", "Examples:", *(f"  cruxmap {command}" for command in commands)))


app = typer.Typer(
    name="cruxmap",
    help="Bayesian argument maps: what follows from claims, what it turns on, where people disagree.",
    epilog=examples("new trial --like legal-case", "run trial"),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback(invoke_without_command=True)
def _top(
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    if version:
        from cruxmap import __version__

        terminal.tell(f"cruxmap {__version__}")
        raise typer.Exit(FINE)
