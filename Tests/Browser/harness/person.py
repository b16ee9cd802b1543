"""A person at a page, with a pointer or the keyboard alone: the steps that all pages share."""

from selenium.webdriver.remote.webelement import WebElement

from .page import Page
from .waiting import wait_until


class Person:
    """A person at a tab, who reads the texts of one language."""

    def __init__(self, page: Page, hand, texts) -> None:
        self.page = page
        self.hand = hand
        self.texts = texts

    def fill(self, label: str, text: str) -> None:
        self.hand.fill(self.page, self.page.field(self.texts(label)), text)

    def press(self, label: str, role: str = "button", within: WebElement | None = None) -> None:
        self.hand.press(self.page, self.page.find(role, self.texts(label), within))

    def show(self, view: str) -> None:
        """Goes to a view by the navigation."""
        self.press(view, "link", self.page.find("navigation", self.texts("views")))
        self.page.find("region", self.texts(view))

    def wait_for(self, name: str, **values) -> None:
        self.page.wait_for_text(self.texts.pattern(name, **values))

    def choose_language(self, language: str) -> None:
        """Chooses the language by hand. The list is labelled in the language before the choice."""
        names = {"en": "English", "ru": "Русский"}
        self.hand.choose(self.page, self.page.field(self.texts("languageLabel")), names[language])
        self.texts = self.texts.into(language)
        self.page.field(self.texts("languageLabel"))

    def assert_problem(self, label: str, name: str, has_focus: bool = True, **values: str) -> None:
        """Waits until a field is marked as wrong, has the focus, and these words describe it."""
        pattern = self.texts.pattern(name, **values)

        def is_described() -> bool:
            field = self.page.field(self.texts(label))
            is_marked = self.page.run("return arguments[0].ariaInvalid", field) == "true"
            is_there = not has_focus or field == self.page.focused()
            return is_marked and is_there and bool(pattern.search(self.page.problem_of(field)))

        wait_until(is_described, lambda: f"{label} has the problem {name}; the page shows {self.page.text()}")

    def value(self, label: str) -> str:
        return self.page.run("return arguments[0].value", self.page.field(self.texts(label)))

    def wait_until_sent(self) -> None:
        """Waits until no form waits for the server."""
        is_busy = "return document.querySelector('form[aria-busy=true]') !== null"
        wait_until(lambda: not self.page.run(is_busy), "the server has answered")

    def entries(self, label: str) -> list[str]:
        """Returns the texts of the entries of a list."""
        list_element = self.page.find("list", self.texts(label))
        return [self.page.text(item) for item in list_element.find_elements("css selector", "li")]
