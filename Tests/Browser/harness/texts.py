"""The texts of the pages, read from the pages' own tables, so that wording can change without changing a test."""

import re
from pathlib import Path

PAGES = Path(__file__).resolve().parents[3] / "Sources" / "CPages"
LANGUAGES = ["en", "ru"]


class Texts:
    """The texts of one page in one language."""

    def __init__(self, table: dict, language: str) -> None:
        self.table = table
        self.language = language

    def __call__(self, name: str) -> str:
        """Returns a text without values."""
        text = self.table[name][LANGUAGES.index(self.language)]
        assert isinstance(text, str) and "{" not in text, f"{name} has values: use pattern()"
        return text

    def filled(self, name: str, /, **values: str) -> str:
        """Returns a text with these values."""
        return self.table[name][LANGUAGES.index(self.language)].format(**values)

    def pattern(self, name: str, /, **values: str | re.Pattern) -> re.Pattern:
        """Returns a pattern for a text with these values, which may be patterns. It matches any plural, and anything for a
        value that is not given."""
        text = self.table[name][LANGUAGES.index(self.language)]
        forms = [text] if isinstance(text, str) else list(text.values())
        return re.compile("|".join(form_pattern(form, values) for form in forms))

    def into(self, language: str) -> "Texts":
        """Returns the same texts in another language."""
        return Texts(self.table, language)


def form_pattern(form: str, values: dict[str, str | re.Pattern]) -> str:
    parts = re.split(r"\{(\w+)\}", form)
    return "".join(
        value_pattern(values.get(part)) if index % 2 else re.escape(part) for index, part in enumerate(parts)
    )


def value_pattern(value: str | re.Pattern | None) -> str:
    if value is None:
        return ".+?"
    return value.pattern if isinstance(value, re.Pattern) else re.escape(str(value))


def read_table(driver, page: str) -> dict:
    """Returns the table of a page, such as `Customer`, with the texts that all pages share. The browser evaluates the files,
    since rows may be made by functions."""
    script = ""
    names = []
    for path in [PAGES / "Common" / "texts.js", *sorted((PAGES / page).glob("*exts.js"))]:
        source = re.sub(r"^import .*$", "", path.read_text(), flags=re.MULTILINE)
        names += re.findall(r"^export const (\w+)", source, flags=re.MULTILINE)
        script += re.sub(r"^export ", "", source, flags=re.MULTILINE) + "\n"
    return driver.execute_script(script + "return {" + ", ".join(f"...{name}" for name in names) + "}")
