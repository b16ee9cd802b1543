"""Every view of the customer's page, in both themes and languages, on a desktop and on a narrow phone."""

import pytest
from journey import grant, order_number

from harness.accessibility import assert_good_view, assert_no_sideways_scroll
from harness.profile import DESKTOP, NARROW

VIEWS = ["orders", "spending", "history", "settings"]


@pytest.fixture(params=["en", "ru"])
def customer(make_customer, request):
    return make_customer(language=request.param)


def test_views_of_a_visitor(customer):
    assert customer.page.run("return document.documentElement.lang") == customer.texts.language
    assert_good_view(customer.page)
    customer.press("signInNow")
    customer.assert_problem("login", "loginMissing")
    assert_good_view(customer.page)
    customer.press("register")
    customer.page.find("heading", customer.texts("register"))
    assert_good_view(customer.page)


def test_views_of_an_account(customer, server):
    customer.register()
    for view in VIEWS:
        customer.show(view)
        assert_good_view(customer.page)
    customer.show("orders")
    number = order_number()
    grant(server.accrual, number, 1234567.89)
    customer.add_order(number)
    customer.add_order()
    customer.wait_for("credited")
    customer.show("spending")
    customer.spend("0.5")
    for view in VIEWS:
        customer.show(view)
        assert_good_view(customer.page)


@pytest.mark.parametrize("width", [390, 768, 1024])
def test_no_width_scrolls_sideways(make_customer, server, width):
    customer = make_customer(size=(width, 800))
    assert_no_sideways_scroll(customer.page)
    customer.register()
    for view in VIEWS:
        customer.show(view)
        assert_no_sideways_scroll(customer.page)


def test_the_language_changes_by_hand_and_stays(make_customer, hand):
    customer = make_customer(hand)
    customer.fill("login", "bo")
    customer.choose_language("ru")
    assert customer.value("login") == "bo"
    customer.page.find("heading", customer.texts("signIn"))
    customer.page.driver.refresh()
    customer.page.find("heading", customer.texts("signIn"))


def test_a_large_balance_fits_one_line(make_customer, server):
    customer = make_customer(size=NARROW)
    customer.register()
    number = order_number()
    grant(server.accrual, number, 1234567.89)
    customer.add_order(number)
    customer.wait_for_balance("1,234,567.89")
    for size in [NARROW, DESKTOP]:
        customer.page.resize(*size)
        lines = "return document.querySelector('.balance .number').getClientRects().length"
        assert customer.page.run(lines) == 1
