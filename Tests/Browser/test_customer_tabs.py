"""Two tabs of one customer, and what a customer keeps."""

import requests
from journey import grant, order_number

from harness.customer import Customer, end_sessions
from harness.waiting import wait_until


def second_tab(customer, server) -> Customer:
    page = customer.page.profile.tab(server.shop)
    second = Customer(page, customer.hand, customer.texts, customer.login)
    second.wait_until_signed_in()
    return second


def test_tabs_show_the_same_orders_and_sign_out_together(make_customer, server):
    first = make_customer()
    first.register()
    second = second_tab(first, server)
    first.page.activate()
    number = order_number()
    grant(server.accrual, number, 10)
    first.add_order(number)
    first.wait_for_balance("10")
    second.page.activate()
    second.wait_for_balance("10")
    second.page.wait_for_text("+10")
    second.sign_out()
    first.page.activate()
    first.wait_for("signedOutElsewhere")
    first.page.find("heading", first.texts("signIn"))


def test_another_account_in_a_second_tab_gets_nothing_that_was_typed_in_the_first(make_customer, server):
    first = make_customer()
    first.register()
    first.fill("orderNumber", order_number())
    second = second_tab(first, server)
    second.sign_out()
    second.login += "-other"
    second.register()
    first.page.activate()
    first.wait_for("otherAccountElsewhere")
    assert first.value("orderNumber") == ""
    first.wait_for("noOrders")


def test_change_that_waits_for_a_password_is_not_made_by_another_customer(make_customer, server):
    first = make_customer()
    first.page.expect(": 401$")
    first.register()
    first.fill("orderNumber", order_number())
    end_sessions(first, server.shop)
    first.press("add")
    first.page.find("dialog", first.texts("signInAgain"))
    second = Customer(first.page.profile.tab(server.shop), first.hand, first.texts)
    second.register()
    first.page.activate()
    first.wait_for("otherAccountElsewhere")
    first.page.wait_until_gone("dialog")
    # The order that waited would come before this one.
    number = first.add_order()
    cookies = first.page.profile.cookies()
    orders = requests.get(f"{server.shop}/api/user/orders", cookies=cookies, timeout=10).json()
    assert [order["number"] for order in orders] == [number]


def test_drafts_of_an_ended_session_are_not_for_another_customer(make_customer, server):
    customer = make_customer()
    customer.page.expect(": 401$")
    customer.register()
    customer.fill("orderNumber", "123")
    end_sessions(customer, server.shop)
    customer.page.driver.refresh()
    customer.page.find("heading", customer.texts("signIn"))
    customer.login += "-other"
    customer.register()
    assert customer.value("orderNumber") == ""


def test_history_is_kept_as_a_table(make_customer, server, tmp_path):
    customer = make_customer()
    customer.page.profile.receive_downloads(tmp_path)
    customer.register()
    number = order_number()
    grant(server.accrual, number, 7.5)
    customer.add_order(number)
    customer.wait_for_balance("7.50")
    customer.show("history")
    customer.press("downloadCSV")
    file = tmp_path / "points.csv"
    wait_until(lambda: file.exists() and number in file.read_text(), "the table is saved")
    assert len(file.read_text().splitlines()) == 2
