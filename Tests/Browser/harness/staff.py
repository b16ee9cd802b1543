"""A person of the staff at the staff's page: the steps of which journeys are made."""

import re
import uuid

import requests
from journey import order_number
from selenium.webdriver import Keys
from selenium.webdriver.remote.webelement import WebElement

from .page import Page
from .person import Person
from .waiting import wait_until

REASON = "The customer asked at the counter."


class Staff(Person):
    """A cashier or an owner, at a tab, with a pointer or the keyboard alone."""

    def __init__(self, page: Page, hand, texts) -> None:
        super().__init__(page, hand, texts)
        self.name = f"boss-{uuid.uuid4()}"
        self.password = ""

    def sign_in(self) -> None:
        self.fill("login", self.name)
        self.fill("password", self.password)
        self.press("signInNow")
        self.page.find("navigation", self.texts("views"))

    def dialog(self, title: str) -> WebElement:
        return self.page.find("dialog", self.texts(title))

    def add_customer(self, login: str) -> str:
        """Adds a customer, whom the page shows then, and returns the password that is shown once."""
        self.show("customers")
        self.press("newCustomer")
        dialog = self.dialog("newCustomer")
        self.fill("login", login)
        self.press("addCustomer", within=dialog)
        dialog = self.dialog("passwordOfCustomer")
        password = self.page.run("return arguments[0].querySelector('output').textContent", dialog)
        assert login in self.page.run("return arguments[0].textContent", dialog)
        self.press("done", within=dialog)
        self.wait_for_customer(login)
        return password

    def find_customer(self, login: str) -> None:
        self.show("customers")
        self.find_in("findCustomer", login)
        self.wait_for_customer(login)

    def find_in(self, label: str, login: str) -> None:
        """Types into a field that finds customers, and takes the one that it finds."""
        self.fill(label, login)
        found = wait_until(
            lambda: [each for each in self.page.all("button") if login in self.content(each)],
            lambda: f"{login} is found: {self.page.text()}",
        )
        self.hand.press(self.page, found[0])

    def wait_for_customer(self, login: str) -> WebElement:
        region = self.page.find("region", self.texts("customer"))
        wait_until(lambda: login in self.content(region), lambda: f"{login} is shown: {self.page.text()}")
        return region

    def wait_for_points(self, points: str) -> None:
        """Waits until the customer that the page shows has that balance."""
        region = self.page.find("region", self.texts("customer"))
        self.page.wait_for_text(f"\n{points} ", region)

    def content(self, element: WebElement) -> str:
        return self.page.run("return arguments[0].textContent", element)

    def add_rule(self, match: str, reward: str) -> None:
        self.show("rules")
        self.fill("match", match)
        self.fill("reward", reward)
        self.press("addRule")
        self.wait_for("ruleAdded")

    def fill_goods(self, *goods: tuple[str, str]) -> None:
        for row, (description, price) in enumerate(goods, 1):
            for label, text in [("goodsDescription", description), ("goodsPrice", price)]:
                self.hand.fill(self.page, self.page.field(self.texts.filled(label, row=str(row))), text)
            # The next row comes with Enter in the last price.
            self.page.focused().send_keys(Keys.ENTER)

    def sell(self, login: str | None, *goods: tuple[str, str], points: str) -> str:
        """Records a sale after the preview has shown the points, and returns the order's number."""
        self.show("sale")
        if login:
            self.find_in("saleCustomer", login)
        number = order_number()
        self.fill("orderNumber", number)
        self.fill_goods(*goods)
        # The amount comes with its word, in the plural of the language.
        amount = re.compile(rf"{re.escape(points)} \w+")
        self.wait_for("wouldEarn", points=amount)
        self.press("sell")
        self.wait_for("soldWithCustomer" if login else "soldWithoutCustomer", number=number, points=amount)
        return number

    def open_order(self, number: str) -> None:
        self.show("orders")
        self.fill("orderNumber", number)
        self.press("find")
        shown = "return document.querySelector('.order h3')?.textContent"
        wait_until(lambda: self.page.run(shown) == number, lambda: f"order {number} is shown: {self.page.text()}")

    def spend(self, points: str) -> str:
        """Spends points of the customer that the page shows, and returns the order's number."""
        self.press("spendPoints")
        dialog = self.dialog("spendPoints")
        number = order_number()
        self.fill("orderToPay", number)
        self.fill("sum", points)
        self.press("spendPoints", within=dialog)
        self.wait_for("spentOn", number=number)
        return number

    def adjust(self, points: str) -> None:
        """Adds points to the customer that the page shows."""
        self.press("adjustPoints")
        dialog = self.dialog("adjustPoints")
        self.fill("sum", points)
        self.fill("reason", REASON)
        self.press("adjustPoints", within=dialog)
        self.wait_for("adjusted")

    def refund(self) -> None:
        """Refunds the order that the page shows."""
        self.press("refund")
        dialog = self.dialog("refundTitle")
        self.fill("reason", REASON)
        self.press("refundNow", within=dialog)
        self.wait_for("refunded")

    def return_goods(self, points: str) -> None:
        """Returns goods of the order that the page shows."""
        self.press("returnGoods")
        dialog = self.dialog("returnTitle")
        self.fill("pointsToReturn", points)
        self.fill("reason", REASON)
        self.press("returnNow", within=dialog)
        self.wait_for("returned")

    def wait_for_entry(self, label: str, *words: str) -> None:
        """Waits until an entry of a list has all these words."""
        wait_until(
            lambda: any(all(word in entry for word in words) for entry in self.entries(label)),
            lambda: f"{label} has an entry with {words}: {self.entries(label)}",
        )


def end_sessions(person, staff: str) -> None:
    """Changes the password from another device, which ends the sessions of all others."""
    session = requests.Session()
    who = {"name": person.name, "password": person.password}
    session.post(f"{staff}/api/staff/session", json=who, timeout=10).raise_for_status()
    person.password = "changed elsewhere"
    change = {"current": who["password"], "new": person.password}
    session.post(f"{staff}/api/staff/me/password", json=change, timeout=10).raise_for_status()
