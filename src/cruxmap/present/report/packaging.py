"""The page's modules joined into one script, by their text: no build step, and the same bytes each time.

Each module becomes a function that returns what it exports; where it imports, it takes that from what the
other module's function returned. So names stay apart, and the sources stay what Node runs. Only a few forms
of `import` and `export` are known; anything else is a `JoinError` that says where it is.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import files
from pathlib import Path, PurePosixPath

from xstatic.pkg import js_yaml

PAGE = Path(__file__).parent / "page"
"""The folder of the page's own sources."""

LOADER, MAIN, WORKER = "loader.js", "main.js", "answers/worker.js"
"""The modules that the file, the page in it, and each of its workers begin with."""

LIBRARY = "language/yaml_library.js"
"""The module in whose place the text of the YAML library comes, which is no source of ours."""

STYLES = ("page.css", "argument.css", "reviewers.css", "document.css")

FORM, FORM_STYLES = "form.js", ("form.css",)
"""The module and the style sheet of a questionnaire, which is a page of its own."""

_IMPORT = re.compile(r'import \{([^{}]*)\} from "([^"\n]+)";', re.DOTALL)
_EXPORT = re.compile(r"export (?:async function\*?|function\*?|const|class) ([A-Za-z_$][\w$]*)")
_NAME = re.compile(r"[A-Za-z_$][\w$]*")
_LINE_COMMENT = re.compile(r"\s*(?://|/?\*)")
_ELSEWHERE = re.compile(r"(?<![\w$.\"'`])(?:import\s*[(.]|import\s+[\w{*\"']|export\s+[\w{*])")
_UNFIT = re.compile(r"</script|<!--|\r|\0", re.IGNORECASE)
"""What ends or hides a script within a page, or changes on the way into it."""
_ENDS_COMMENT = re.compile(rf"{_UNFIT.pattern}|\*/", re.IGNORECASE)


class JoinError(ValueError):
    """Raised for a source that has a form which is not known; it says in which file and line."""

    def __init__(self, file: str, line: int, why: str) -> None:
        super().__init__(f"{file}:{line}: {why}")


@dataclass(frozen=True, slots=True)
class Module:
    """A module's `body` without its imports and the word `export`; `imports` are names by file.

    The `library` that it makes when it is asked for comes before it as it is, with its licence.
    """

    file: str
    body: str
    imports: tuple[tuple[str, tuple[str, ...]], ...]
    exports: tuple[str, ...]
    library: str = ""

    @property
    def variable(self) -> str:
        """What it is called in the joined script."""
        return "$" + re.sub(r"\W", "_", self.file.removesuffix(".js"))

    def wrapped(self, variables: Mapping[str, str]) -> str:
        """Return it as a function that is called at once."""
        taken = "".join(
            f"const {{ {', '.join(names)} }} = {variables[file]};\n" for file, names in self.imports
        )
        given = f"return {{ {', '.join(self.exports)} }};\n" if self.exports else ""
        return f"const {self.variable} = (() => {{\n{self.library}{taken}{self.body}{given}}})();\n"


def script(sources: Mapping[str, str], entry: str) -> str:
    """Return the modules that one needs, joined, itself last; `sources` are texts by file (`view/dom.js`).

    Raises `JoinError` for forms that are not known, for names that are not exported, and for circles.
    """
    modules = _in_order(sources, entry)
    variables = {module.file: module.variable for module in modules}
    wrapped = "".join(module.wrapped(variables) for module in modules)
    return f'"use strict";\n{{\n{wrapped}}}\n'  # in a block, so that several scripts of a page stay apart


def page_sources(folder: Path = PAGE) -> dict[str, str]:
    """Return the texts of all modules of a folder, by their files in it."""
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*.js"))
    }


def page_style(folder: Path = PAGE, styles: Iterable[str] = STYLES) -> str:
    """Return the page's style sheets, one after the other."""
    texts = [(name, (folder / name)) for name in styles]
    joined = "\n".join(path.read_text(encoding="utf-8") for _, path in texts)
    for name, path in texts:
        text = path.read_text(encoding="utf-8")
        if (found := re.search(r"</|<!|\r|\0|url\(|@import", text)) is not None:
            raise JoinError(name, _line(text, found.start()), f"`{found[0]}` cannot be in a style sheet")
    return re.sub(r"/\*.*?\*/\n?", "", joined, flags=re.DOTALL)


def _in_order(sources: Mapping[str, str], entry: str) -> list[Module]:
    """Return a module with all that it needs, each after what it imports."""
    done: dict[str, Module] = {}
    begun: dict[str, Module] = {}
    stack: list[tuple[str, bool]] = [(entry, False)]
    while stack:
        file, finished = stack.pop()
        if finished:
            done[file] = begun[file]
            _check_names(begun[file], done, sources[file])
        elif file in begun:
            continue
        else:
            begun[file] = module = _with_library(_read(file, sources[file]))
            stack.append((file, True))
            for other, _ in reversed(module.imports):
                if other not in sources:
                    raise JoinError(file, _line_of(sources[file], other), f"there is no module {other}")
                if other in begun and other not in done and _on_the_way(other, stack):
                    raise JoinError(
                        file, _line_of(sources[file], other), f"imports run in a circle by {other}"
                    )
                stack.append((other, False))
    return [*done.values()]


_MADE_ONCE = """\
let made = null;
function yamlLibrary() {
if (made === null) {
const module = { exports: {} };
library.call(globalThis, module, module.exports);
made = module.exports;
}
return made;
}
"""


def _with_library(module: Module) -> Module:
    """Return the module that gives the YAML library with the library in it, and others as they are."""
    if module.file != LIBRARY:
        return module
    assert module.exports == ("yamlLibrary",)
    licence, text = library()
    wrapped = f"/*\n{licence}*/\nfunction library(module, exports) {{\n{text}\n}}\n"
    return Module(module.file, _MADE_ONCE, (), module.exports, wrapped)


@cache
def library() -> tuple[str, str]:
    """Return the licence of the YAML library, and its text; raise `JoinError` where they cannot be joined."""
    text = Path(js_yaml.BASE_DIR, "js-yaml.js").read_text(encoding="utf-8")
    [beside] = [file for file in files("XStatic-js-yaml") or () if file.name == "LICENSE"]
    licence = beside.read_text(encoding="utf-8")
    for name, part, unfit in (("js-yaml.js", text, _UNFIT), ("LICENSE", licence, _ENDS_COMMENT)):
        if (found := unfit.search(part)) is not None:
            line = _line(part, found.start())
            raise JoinError(name, line, f"{found[0]!r} cannot be in a script of a page")
    return licence, text


def _on_the_way(file: str, stack: list[tuple[str, bool]]) -> bool:
    return (file, True) in stack


def _check_names(module: Module, done: Mapping[str, Module], text: str) -> None:
    for file, names in module.imports:
        for name in names:
            if name not in done[file].exports:
                raise JoinError(module.file, _line_of(text, file), f"{file} does not export {name}")


def _read(file: str, text: str) -> Module:
    """Take a module apart."""
    if (found := _UNFIT.search(text)) is not None:
        raise JoinError(file, _line(text, found.start()), f"{found[0]!r} cannot be in a script of a page")
    imports: list[tuple[str, tuple[str, ...]]] = []
    exports: list[str] = []
    body: list[str] = []
    at = 0
    while at < len(text):
        end = text.find("\n", at) + 1 or len(text)
        line = text[at:end]
        if line.startswith("import"):
            if (found := _IMPORT.match(text, at)) is None:
                raise JoinError(file, _line(text, at), 'write `import { a, b } from "./file.js";`')
            names = [name.strip() for name in found[1].split(",")]
            names = names[:-1] if names[-1] == "" else names
            for name in names:
                if _NAME.fullmatch(name) is None:
                    raise JoinError(
                        file, _line(text, at), f"`{name}` cannot be imported: only plain names can"
                    )
            imports.append((_resolved(file, found[2], _line(text, at)), tuple(names)))
            at = found.end()
            if not text[at : text.find("\n", at) + 1 or len(text)].strip():
                at = text.find("\n", at) + 1 or len(text)
            continue
        if line.startswith("export"):
            if (found := _EXPORT.match(line)) is None:
                raise JoinError(file, _line(text, at), "write `export function`, `const` or `class`")
            exports.append(found[1])
            line = line.removeprefix("export ")
        elif (
            not _LINE_COMMENT.match(line) and (found := _ELSEWHERE.search(_without_text(line))) is not None
        ):
            raise JoinError(file, _line(text, at), f"`{found[0]}` may only stand at the start of a line")
        body.append(line)
        at = end
    return Module(file, "".join(_shortened(body)), tuple(imports), tuple(exports))


_TEXT = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\\n]|\\.)*`|//.*")


def _without_text(line: str) -> str:
    """Return a line of code without what it quotes, where that begins and ends in it, and its comment."""
    return _TEXT.sub('""', line)


def _shortened(lines: list[str]) -> Iterator[str]:
    """Leave out indents, and comments that have lines of their own, unless a template is open there."""
    inside, ticks = False, 0
    for line in lines:
        bare = line.strip()
        if inside or (ticks % 2 == 0 and bare.startswith("/*")):
            inside = not bare.endswith("*/")
        elif ticks % 2 == 0 and (bare.startswith("//") or not bare):
            continue
        else:
            indented = line if ticks % 2 else line.lstrip(" ")
            ticks += _without_text(line).count("`")
            yield indented if line.endswith("\n") else f"{indented}\n"


def _resolved(file: str, written: str, line: int) -> str:
    """Return which file an import in another one names."""
    if not written.startswith(("./", "../")) or not written.endswith(".js"):
        raise JoinError(file, line, f"`{written}` is no file of the page: write `./file.js`")
    parts: list[str] = []
    for part in (PurePosixPath(file).parent / written).parts:
        if part == ".." and not parts:
            raise JoinError(file, line, f"`{written}` leads out of the page")
        parts = parts[:-1] if part == ".." else [*parts, part]
    return "/".join(parts)


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def _line_of(text: str, file: str) -> int:
    """Return the line of the import that names a file."""
    return _line(text, max(text.find(PurePosixPath(file).name), 0))
