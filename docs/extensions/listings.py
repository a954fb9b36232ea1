"""Colours of code blocks, in languages that Pygments lacks and in files that are wrong on purpose."""

from collections.abc import Iterator

from pygments.lexers import TextLexer, YamlLexer
from pygments.token import Error, Text, _TokenType
from sphinx.application import Sphinx


class Yaml(YamlLexer):
    """YAML, with mistakes too: pages on mistakes show them."""

    def get_tokens_unprocessed(
        self, text: str | None = None, context: object = None
    ) -> Iterator[tuple[int, _TokenType, str]]:
        """Yield the tokens, with what is none as text."""
        for place, kind, value in super().get_tokens_unprocessed(text, context):
            yield place, Text if kind is Error else kind, value


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the languages."""
    app.add_lexer("yaml", Yaml)
    for language in ("argdown", "bif", "csv", "mermaid"):
        app.add_lexer(language, TextLexer)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
