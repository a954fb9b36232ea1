"""The tables of cases of the language that the page's JavaScript runs too: Python reads them alike."""

from typing import Any

import pytest

from page import make_bringing_cases, make_file_cases, make_language_cases


def test_notation() -> None:
    _check("notation")


def test_conditions() -> None:
    _check("conditions")


def test_worldviews() -> None:
    _check("worldviews")


def test_phrases() -> None:
    _check("phrases")


def test_yaml_text() -> None:
    _check("yaml_text")


def test_bringing() -> None:
    table = make_language_cases.read(make_bringing_cases.NAME)
    _compare(make_bringing_cases.bringing(table), table, make_bringing_cases.NAME)


@pytest.mark.long
def test_files() -> None:
    table = make_language_cases.read(make_file_cases.NAME)
    _compare(make_file_cases.files(table), table, make_file_cases.NAME)


def _check(name: str) -> None:
    """Compare a table with what Python makes of it, logarithms to the last digits but one."""
    table = make_language_cases.read(name)
    found = make_language_cases.TABLES[name](table)
    _compare(found, table, name)


def _compare(found: Any, written: Any, where: str) -> None:
    match written:
        case float():
            assert found == pytest.approx(written, rel=1e-12, abs=0), where
        case dict():
            assert found.keys() == written.keys(), where
            for key in written:
                _compare(found[key], written[key], f"{where}, {key}")
        case list():
            assert len(found) == len(written), where
            for number, (one, other) in enumerate(zip(found, written, strict=True)):
                _compare(one, other, f"{where} {number}")
        case _:
            assert found == written, where
