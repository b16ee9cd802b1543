"""A customer at the customer's page: the steps of which journeys are made."""

import re
import uuid

import requests
from journey import order_number

from .page import Page
from .person import Person
from .waiting import wait_until

PASSWORD = "correct horse battery"


class Customer(Person):
    """A customer with a login, at a tab, with a pointer or the keyboard alone."""

    def __init__(self, page: Page, hand, texts, login: str | None = None) -> None:
        super().__init__(page, hand, texts)
        self.login = login or f"anna-{uuid.uuid4()}"
        self.password = PASSWORD

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


def end_sessions(customer, shop: str) -> None:
    """Changes the password from another device, which ends the sessions of all others."""
    session = requests.Session()
    who = {"login": customer.login, "password": customer.password}
    session.post(f"{shop}/api/user/login", json=who, timeout=10).raise_for_status()
    customer.password = "changed elsewhere"
    change = {"current": who["password"], "new": customer.password}
    session.post(f"{shop}/api/user/password", json=change, timeout=10).raise_for_status()
