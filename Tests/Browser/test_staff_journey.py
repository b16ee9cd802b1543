"""The staff at the counter: from a rule and a sale to returned goods, with a pointer and with the keyboard alone."""

import uuid

import pytest
import requests
from journey import login
from selenium.webdriver import Keys

from harness.hands import Keyboard
from harness.server import POSTGRESQL
from harness.staff import REASON
from harness.waiting import wait_until

LANGUAGES = {"pointer": "ru", "keyboard": "en"}
VIEWS_OF_CASHIER = ["today", "customers", "sale", "orders", "rules", "account"]
VIEWS_OF_OWNER = ["actions", "team", "shopSettings"]
# What only an owner may read.
OWNERS_PATHS = ["actions", "actions?format=csv", "staff", "backups", "figures?days=30", "customers/1/export"]


def make_watcher(make_customer, name: str, password: str, at):
    """Signs the customer in at a device of their own, and marks the page, so that a reload would be noticed."""
    watcher = make_customer(login=name, at=at)
    watcher.password = password
    watcher.sign_in()
    watcher.page.run("window.wasNotReloaded = true")
    return watcher


def assert_balance_by_itself(watcher, points: str) -> None:
    watcher.page.activate()
    watcher.wait_for_balance(points)
    assert watcher.page.run("return window.wasNotReloaded === true")


def test_sell_spend_refund_and_return(make_staff, make_customer, start_server, hand):
    server = start_server()
    boss = make_staff(hand, language=LANGUAGES[hand.name], at=server)
    boss.sign_in()
    boss.add_rule("Bork", "10")
    anna = login("anna")
    password = boss.add_customer(anna)
    boss.wait_for_points("0")
    watcher = make_watcher(make_customer, anna, password, server)

    boss.page.activate()
    sold = boss.sell(anna, ("Kettle Bork", "700"), ("Toaster Bork", "300"), ("Bread", "2.50"), points="100")
    assert_balance_by_itself(watcher, "100")

    boss.page.activate()
    boss.find_customer(anna)
    boss.wait_for_points("100")
    paid = boss.spend("40")
    boss.wait_for_points("60")
    assert_balance_by_itself(watcher, "60")

    boss.page.activate()
    boss.open_order(paid)
    boss.refund()
    assert_balance_by_itself(watcher, "100")

    boss.page.activate()
    boss.open_order(sold)
    boss.return_goods("30")
    assert_balance_by_itself(watcher, "70")

    boss.page.activate()
    boss.find_customer(anna)
    boss.wait_for_points("70")
    for kind in ["kind-return", "kind-refund"]:
        boss.wait_for_entry("history", boss.texts(kind), REASON, boss.name)
    assert_day_of_owner(boss, anna)


def assert_day_of_owner(boss, anna: str) -> None:
    """The owner reads what was done, and what it comes to."""
    boss.show("actions")
    for action, subject in [
        ("rule.add", "Bork"),
        ("customer.add", anna),
        ("receipt.add", anna),
        ("points.spend", anna),
        ("withdrawal.refund", anna),
        ("order.return", anna),
    ]:
        boss.wait_for_entry("actions", boss.texts(f"action-{action}"), subject, boss.name)
    boss.show("today")
    for figure, amount in [
        ("orders", "1"),
        ("granted", "100"),
        ("spent", "40"),
        ("returned", "30"),
        ("customers", "1"),
        ("outstanding", "70"),
    ]:
        wait_until(
            lambda: [boss.texts(f"figure-{figure}"), amount] in [entry.split("\n") for entry in boss.entries("today")],
            lambda: f"{figure} is {amount}: {boss.entries('today')}",
        )
        boss.page.find("heading", boss.texts(f"figure-{figure}"))
    boss.wait_for("noneWaiting")
    boss.wait_for("accrual-healthy")
    if POSTGRESQL:
        # The words before have come with all others.
        assert boss.texts("noBackup") not in boss.page.text()
    else:
        boss.wait_for("noBackup")


def test_enter_leads_through_a_sale(make_staff, server):
    boss = make_staff(Keyboard())
    boss.sign_in()
    match = f"Tea {uuid.uuid4()}"
    server.run("rule", "add", match, "5pt")
    anna = login("anna")
    boss.add_customer(anna)
    boss.show("sale")
    page, enter = boss.page, lambda *keys: boss.hand.keys(boss.page, *keys, Keys.ENTER)

    def wait_for_focus(label: str) -> None:
        wait_until(
            lambda: page.focused().accessible_name == label,
            lambda: f"the focus is on {label!r}; it is on {page.focused().accessible_name!r}",
        )

    boss.fill("saleCustomer", anna)
    enter()
    wait_for_focus(boss.texts("orderNumber"))
    boss.press("makeNumber")
    first_row = boss.texts.filled("goodsDescription", row="1")
    wait_for_focus(first_row)
    assert boss.value("orderNumber").isdigit()
    for row in ["1", "2"]:
        enter(match)
        wait_for_focus(boss.texts.filled("goodsPrice", row=row))
        enter("99,50")
        wait_for_focus(boss.texts.filled("goodsDescription", row=str(int(row) + 1)))
    boss.wait_for("wouldEarn", total="199.00", points="10 points")
    enter()
    wait_for_focus(boss.texts("sell"))
    enter()
    boss.wait_for("soldWithCustomer", points="10 points", login=anna)
    # The next sale can begin at once, and nothing of the last one is left.
    wait_for_focus(boss.texts("saleCustomer"))
    assert boss.value("orderNumber") == ""
    assert page.run("return arguments[0].value", page.field(first_row)) == ""


def test_receipt_is_corrected_until_its_order_is_credited(make_staff, make_customer, server, hand):
    boss = make_staff(hand)
    boss.sign_in()
    match = f"Vase {uuid.uuid4()}"
    server.run("rule", "add", match, "10%")
    number = boss.sell(None, (match, "700"), points="70")

    boss.open_order(number)
    boss.page.find("heading", boss.texts("correctReceipt"))
    boss.fill_goods((match, "200"))
    boss.wait_for("wouldEarn", points="20 points")
    boss.press("correctReceipt")
    boss.wait_for("receiptCorrected", points="20 points")

    customer = make_customer()
    customer.register()
    customer.add_order(number)
    customer.wait_for_balance("20")

    boss.page.activate()
    boss.open_order(number)
    boss.wait_for("statusCredited")
    assert not boss.page.all("heading", boss.texts("correctReceipt"))


def test_number_of_another_sale_is_refused_beside_the_field(make_staff, server):
    boss = make_staff()
    boss.sign_in()
    match = f"Lamp {uuid.uuid4()}"
    server.run("rule", "add", match, "10%")
    number = boss.sell(None, (match, "100"), points="10")
    boss.page.expect(r"POST \S+/api/staff/receipts: 409$")
    boss.fill("orderNumber", number)
    boss.fill_goods((match, "50"))
    boss.press("sell")
    boss.assert_problem("orderNumber", "saleTaken")
    boss.wait_for("orderHasReceipt")
    assert boss.value("orderNumber") == number


def test_cashier_sees_nothing_of_the_owner(make_staff, server):
    boss = make_staff()
    boss.sign_in()
    cashier = make_staff(role="cashier")
    cashier.sign_in()
    navigation = cashier.page.find("navigation", cashier.texts("views"))
    words = [cashier.page.text(link) for link in cashier.page.all("link", within=navigation)]
    assert words == [cashier.texts(view) for view in VIEWS_OF_CASHIER]
    anna = login("anna")
    cashier.add_customer(anna)
    for label in ["disable", "exportCustomer", "deleteCustomer"]:
        assert not cashier.page.all("button", cashier.texts(label))
    for view in VIEWS_OF_OWNER:
        # Another address of the page, and then that of the view.
        cashier.show("account")
        cashier.page.run("location.hash = arguments[0]", view)
        cashier.page.find("region", cashier.texts("customers"))
        assert not cashier.page.all("region", cashier.texts(view))
    cashier.show("rules")
    cashier.page.find("heading", cashier.texts("tryRules"))
    assert not cashier.page.all("heading", cashier.texts("addRule"))
    cashier.show("today")
    wait_until(lambda: len(cashier.entries("today")) == 6, "the figures of today are shown")
    for label in ["state", "charts"]:
        assert not cashier.page.all("heading", cashier.texts(label))

    asked = cashier.page.run("return performance.getEntriesByType('resource').map((each) => each.name)")
    assert any("figures?days=1" in address for address in asked)
    assert not [address for address in asked for path in OWNERS_PATHS if f"/api/staff/{path}" in address]
    for path in OWNERS_PATHS:
        assert status(server.staff, f"/api/staff/{path}", cookies=cashier.page.profile.cookies()) == 403
        # The server of all tests has no folder for backups, and perhaps no customer with this id. The rights count.
        assert status(server.staff, f"/api/staff/{path}", cookies=boss.page.profile.cookies()) not in [401, 403]


def test_cookie_of_one_listener_is_worthless_at_the_other(make_staff, make_customer, server):
    boss = make_staff()
    boss.sign_in()
    customer = make_customer()
    customer.register()
    session = customer.page.profile.cookies()["session"]
    staff = boss.page.profile.cookies()["staff"]
    assert status(server.shop, "/api/user/balance", cookies={"session": session}) == 200
    assert status(server.staff, "/api/staff/me", cookies={"staff": staff}) == 200
    for token, base, path in [(staff, server.shop, "/api/user/balance"), (session, server.staff, "/api/staff/me")]:
        assert status(base, path, headers={"Authorization": f"Bearer {token}"}) == 401
        for name in ["session", "staff"]:
            assert status(base, path, cookies={name: token}) == 401
    assert status(server.shop, "/api/staff/me", cookies={"staff": staff}) == 404
    assert status(server.staff, "/api/user/balance", cookies={"session": session}) == 404
    # The page of one listener shows nobody who has signed in at the other.
    page = boss.page.profile.tab(server.shop)
    page.expect(r"GET \S+/api/user: 401$")
    page.find("button", customer.texts("signInNow"))


def status(base: str, path: str, **properties) -> int:
    return requests.get(base + path, timeout=10, **properties).status_code
