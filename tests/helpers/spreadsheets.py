"""What a spreadsheet program makes of a cell that it reads or that somebody types, and saves as text again.

Of each program only what changes cells: percentages and numbers get the program's own form, ranges and
fractions become dates, odds become times, and what begins as a formula does is computed.
"""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

MONTHS_DE = ("Jan", "Feb", "Mrz", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dez")
MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MONTHS_FR = ("janv", "févr", "mars", "avr", "mai", "juin", "juil", "août", "sept", "oct", "nov", "déc")


@dataclass(frozen=True)
class Program:
    """A program in a language: its decimal sign, what separates the parts of dates, and how it shows all."""

    name: str
    point: str
    percent: str
    date_signs: str
    date: str
    separator: str
    encoding: str

    def saved(self, cell: str) -> str:
        """What the program saves of a cell."""
        text = cell.strip(" ")
        if re.match(r"[=+@\uff1d\uff0b\uff0d\uff20]|-(?=\D)", text):
            return "#NAME?"
        number = rf"\d+(?:{re.escape(self.point)}\d+)?"
        if found := re.fullmatch(rf"({number})\s?%", text):
            value = Decimal(found[1].replace(self.point, "."))
            whole = "," not in found[1] and "." not in found[1]
            shown = value if whole else value.quantize(Decimal("0.01"), ROUND_HALF_UP)
            return f"{str(shown).replace('.', self.point)}{self.percent}"
        if re.fullmatch(number, text):
            return text
        if found := re.fullmatch(rf"(\d{{1,2}})[{self.date_signs}](\d{{1,2}})", text):
            return self._date(int(found[1]), int(found[2])) or text
        if found := re.fullmatch(r"(\d{1,2}):(\d{1,2})", text):
            hours, minutes = divmod(60 * int(found[1]) + int(found[2]), 60)
            return f"{hours:02}:{minutes:02}"
        return text

    def _date(self, first: int, second: int) -> str:
        day, month = (second, first) if self.date.startswith("en") else (first, second)
        if not (1 <= month <= 12 and 1 <= day <= 28):
            return ""
        months = {"de": MONTHS_DE, "fr": MONTHS_FR}.get(self.date[:2], MONTHS_EN)
        return {
            "de": f"{day:02}. {months[month - 1]}",
            "fr": f"{day:02}-{months[month - 1]}",
            "en": f"{day}-{months[month - 1]}",
            "iso": f"2026-{month:02}-{day:02}",
        }[self.date]

    def saved_table(self, rows: list[list[str]]) -> bytes:
        """What the program saves of a table."""
        lines = []
        for row in rows:
            cells = (self.saved(cell) for cell in row)
            quoted = (
                '"{}"'.format(cell.replace('"', '""'))
                if re.search(f'["\n\r{self.separator}]', cell)
                else cell
                for cell in cells
            )
            lines.append(self.separator.join(quoted))
        return ("\r\n".join(lines) + "\r\n").encode(self.encoding, "replace")


PROGRAMS = (
    Program("Excel, American", ".", "%", "-/", "en", ",", "utf-8-sig"),
    Program("Excel, German", ",", "%", "-/.", "de", ";", "cp1252"),
    Program("Excel, French", ",", " %", "-/", "fr", ";", "cp1252"),
    Program("Excel, French, with narrow blanks", ",", "\u202f%", "-/", "fr", ";", "utf-16"),
    Program("LibreOffice, English", ".", "%", "-/", "iso", ",", "utf-8"),
    Program("LibreOffice, German", ",", " %", "-.", "iso", "\t", "utf-8"),
)
