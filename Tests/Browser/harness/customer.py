"""A customer at the customer's page: the steps of which journeys are made."""

import re
import uuid

from journey import order_number

from .page import Page
from .waiting import wait_until

PASSWORD = "correct horse battery"


class Customer:
    """A customer with a login, at a tab, with a pointer or the keyboard alone."""

    def __init__(self, page: Page, hand, texts, login: str | None = None) -> None:
        self.page = page
        self.hand = hand
        self.texts = texts
        self.login = login or f"anna-{uuid.uuid4()}"
        self.password = PASSWORD

    # Parts of the page

    def fill(self, label: str, text: str) -> None:
        self.hand.fill(self.page, self.page.field(self.texts(label)), text)

    def press(self, label: str, role: str = "button") -> None:
        self.hand.press(self.page, self.page.find(role, self.texts(label)))

    def show(self, view: str) -> None:
        """Goes to a view by the navigation: `orders`, `spending`, `history` or `settings`."""
        self.press(view, "link")
        self.page.find("region", self.texts(view))

    def wait_for(self, name: str, **values: str) -> None:
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

    # Steps

    def register(self) -> None:
        self.press("register")
        self.fill("login", self.login)
        self.fill("newPassword", self.password)
        self.press("registerNow")
        self.wait_until_signed_in()

    def sign_in(self) -> None:
        self.fill("login", self.login)
        self.fill("password", self.password)
        self.press("signInNow")
        self.wait_until_signed_in()

    def wait_until_signed_in(self) -> None:
        self.page.find("region", self.texts("balance"))
        self.page.find("navigation", self.texts("views"))

    def sign_out(self) -> None:
        self.show("settings")
        self.press("signOut")
        self.page.find("heading", self.texts("signIn"))

    def add_order(self, number: str | None = None) -> str:
        number = number or order_number()
        self.fill("orderNumber", number)
        self.press("add")
        self.wait_for("orderAdded", number=number)
        return number

    def spend(self, points: str) -> str:
        number = order_number()
        self.fill("orderToPay", number)
        self.fill("sum", points)
        self.press("spendPoints")
        self.wait_for("spent", number=number)
        return number

    def wait_for_balance(self, points: str) -> None:
        """Waits until the balance is shown as that amount, as the language writes it."""
        balance = self.page.find("region", self.texts("balance"))
        wait_until(
            lambda: re.search(rf"(^|\n){re.escape(points)}\b", self.page.text(balance)),
            lambda: f"the balance is {points}; it shows {self.page.text(balance)}",
        )

    def entries(self, label: str) -> list[str]:
        """Returns the texts of the entries of a list, once it has any."""
        list_element = self.page.find("list", self.texts(label))
        return [self.page.text(item) for item in list_element.find_elements("css selector", "li")]
