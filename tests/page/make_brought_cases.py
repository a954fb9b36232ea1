"""Write the cases of brought entries, which Python and the page's JavaScript both run.

`python tests/page/make_brought_cases.py` does it. `tests/test_page_brought.py` runs them in Python,
`tests/page/brought.test.mjs` in Node.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from helpers.brought_cases import BROUGHT, cases_of

CASES = Path(__file__).parent / "cases"


def main() -> None:
    found = [cases_of(name, text) for name, text in BROUGHT.items()]
    shipped = found[0]["shipped"]
    for case in found:
        assert case.pop("shipped") == shipped
    text = json.dumps({"shipped": shipped, "cases": found}, separators=(",", ":"), sort_keys=True)
    (CASES / "brought.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
