"""Write the cases of pools and pairs, which Python and the page's JavaScript both run.

`python tests/page/make_together_cases.py` does it. `tests/test_page_together.py` runs them in Python,
`tests/page/together.test.mjs` in Node, on the models of `cases/answers.json` with nothing observed.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from helpers.page_answers import FILES, model_of
from helpers.page_together import clusterings, together_of

CASES = Path(__file__).parent / "cases"


def main() -> None:
    """Write the table."""
    found = {name: together_of(model_of(name)) for name in FILES}
    text = json.dumps({"clusterings": clusterings(), "models": found}, ensure_ascii=False, indent=1)
    (CASES / "together.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
