"""The page's modules joined by text: what comes of it, and which forms are refused, with their places."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from cruxmap.present.report.packaging import (
    FORM_STYLES,
    LOADER,
    MAIN,
    PAGE,
    STYLES,
    WORKER,
    JoinError,
    library,
    page_sources,
    page_style,
    script,
)

SOURCES = {
    "main.js": """\
/** What begins. */

import { twice, Pair } from "./lib/twice.js";
import {
  half,
} from "./lib/half.js";

/** Says what it found. */
export function found() {
  // a comment of its own
  const text = `kept
  // as it is
  /* here too */
    and there`;
  return [twice(4), half(4), new Pair(1, 2).sum, text];
}

globalThis.answer = found();
""",
    "lib/twice.js": """\
import { half } from "./half.js";

export const FACTOR = 2; // import { none } from nowhere
export class Pair {
  constructor(a, b) {
    this.sum = a + b;
  }
}
export async function later() {}
export function twice(x) {
  return half(x) * FACTOR * FACTOR;
}
""",
    "lib/half.js": "/* of two lines,\n   and no code */\nexport function half(x) {\n  return x / 2;\n}\n",
    "unused.js": "this is no module at all",
}


def with_main(text: str) -> dict[str, str]:
    return {**SOURCES, "main.js": text}


def test_each_module_comes_once_and_after_what_it_needs() -> None:
    joined = script(SOURCES, "main.js")
    assert re.findall(r"^const (\$\w+) =", joined, re.MULTILINE) == ["$lib_half", "$lib_twice", "$main"]
    assert not re.search(r"^(import|export)\b", joined, re.MULTILINE)
    assert "comment of its own" not in joined
    assert "  // as it is\n  /* here too */\n    and there`" in joined


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node")
def test_what_is_joined_does_what_the_modules_do(tmp_path: Path) -> None:
    file = tmp_path / "joined.js"
    file.write_text(script(SOURCES, "main.js") + "console.log(JSON.stringify(answer));")
    done = subprocess.run(["node", str(file)], capture_output=True, text=True, check=True)
    assert done.stdout == '[8,2,3,"kept\\n  // as it is\\n  /* here too */\\n    and there"]\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('import half from "./lib/half.js";', "main.js:1: write `import"),
        ('\nimport * as all from "./lib/half.js";', "main.js:2: write `import"),
        ('import "./lib/half.js";', "main.js:1: write `import"),
        ('import { half as other } from "./lib/half.js";', "main.js:1: `half as other`"),
        ('import { half } from "half";', "main.js:1: `half` is no file of the page"),
        ('import { half } from "../half.js";', "main.js:1: `../half.js` leads out of the page"),
        ('import { half } from "./none.js";', "main.js:1: there is no module none.js"),
        ('\n\nimport { third } from "./lib/half.js";', "main.js:3: lib/half.js does not export third"),
        ("export default function () {}", "main.js:1: write `export function`"),
        ("export { half };", "main.js:1: write `export function`"),
        ('export * from "./lib/half.js";', "main.js:1: write `export function`"),
        ('const half = await import("./lib/half.js");', "main.js:1: `import(`"),
        ("const here = import.meta.url;", "main.js:1: `import.`"),
        ('  import { half } from "./lib/half.js";', "main.js:1: `import {`"),
        ('const end = "</script>";', "main.js:1: '</script' cannot be in a script"),
        ("const a = 1;\nconst open = '<!--';", "main.js:2: '<!--' cannot be in a script"),
        ("const a = 1;\r\n", "main.js:1: '\\r' cannot be in a script"),
        ('import { found } from "./main.js";', "main.js:1: imports run in a circle by main.js"),
    ],
)
def test_other_forms_are_refused_where_they_stand(text: str, says: str) -> None:
    with pytest.raises(JoinError, match=re.escape(says)):
        script(with_main(f"{text}\n"), "main.js")


def test_circles_are_refused() -> None:
    circle = {
        "a.js": 'import { b } from "./b.js";\nexport const a = 1;\n',
        "b.js": 'import { a } from "./a.js";\nexport const b = 1;\n',
    }
    with pytest.raises(JoinError, match=r"b\.js:1: imports run in a circle by a\.js"):
        script(circle, "a.js")


def test_types_in_comments_and_quoted_words_are_no_imports() -> None:
    text = (
        '/** @param {import("./lib/half.js").Half} x */\n'
        'const a = "import (this)"; // export { that }\n'
        "const word = 'import x';\n"
    )
    assert "import (this)" in script(with_main(text), "main.js")


# --- the page's own sources --------------------------------------------------------------------------


def test_the_page_and_its_workers_can_be_joined() -> None:
    sources = page_sources()
    for entry in (LOADER, MAIN, WORKER):
        joined = script(sources, entry)
        assert joined == script(dict(reversed(sources.items())), entry)
        assert joined.isprintable() or "\x00" not in joined
    for file in sources:
        script(sources, file)


def test_the_yaml_library_is_joined_as_it_is_with_its_licence_and_only_where_it_is_needed() -> None:
    licence, text = library()
    joined = script(page_sources(), MAIN)
    assert joined.count(text) == joined.count(licence) == 1
    assert "Vitaly Puzrin" in licence
    assert "Permission is hereby granted" in licence
    for entry in (LOADER, WORKER):
        assert text not in script(page_sources(), entry)
    assert all("js-yaml 3" not in source for source in page_sources().values())


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node")
def test_the_joined_library_is_made_when_a_file_is_read_and_not_before(tmp_path: Path) -> None:
    reader = """\
import { readYaml } from "./language/yaml_text.js";

console.log(globalThis.made);
console.log([...readYaml("a: >-\\n  b\\n  c\\n").root].join());
console.log(globalThis.made, readYaml("a: {b: [c, >90%]}").problems[0].code, globalThis.jsyaml);
"""
    joined = script({**page_sources(), "reader.js": reader}, "reader.js")
    begin = "function library(module, exports) {\n"
    assert joined.count(begin) == 1
    file = tmp_path / "joined.js"
    file.write_text(joined.replace(begin, f"{begin}globalThis.made = 'made';\n"))
    done = subprocess.run(["node", str(file)], capture_output=True, text=True, check=True)
    assert done.stdout == "undefined\na,b c\nmade yaml-syntax undefined\n"


def test_the_sources_build_elements_and_no_html() -> None:
    forbidden = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|setTimeout\(\s*[\"'`]"
    )
    for file, text in page_sources().items():
        code = [line for line in text.splitlines() if not re.match(r"\s*(//|/?\*)", line)]
        assert not [line for line in code if forbidden.search(line)], file


def test_all_style_sheets_are_joined() -> None:
    assert sorted(path.name for path in PAGE.glob("*.css")) == sorted([*STYLES, *FORM_STYLES])
    assert "</" not in page_style()
