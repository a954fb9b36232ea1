"""Write the cases of averages over draws, which Python and the page's JavaScript both run.

`python tests/page/make_average_cases.py` does it. `tests/test_page_averages.py` runs them in Python,
`tests/page/averages.test.mjs` in Node, on the models of `cases/answers.json`.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from helpers.page_answers import FILES, model_of
from helpers.page_averages import averages_of

CASES = Path(__file__).parent / "cases"


def main() -> None:
    """Write the table."""
    cases = {name: averages_of(model_of(name)) for name in FILES}
    text = json.dumps(cases, ensure_ascii=False, indent=1)
    (CASES / "averages.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
