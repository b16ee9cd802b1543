"""A server that is away, busy or has ended the session: said in words, and what was typed is kept."""

import re

import pytest
from journey import grant, order_number

from harness.customer import end_sessions
from harness.waiting import wait_until

# While a server is away, each request of the page fails.
NO_CONNECTION = r"request: \S+ http://127\.0\.0\.1:\d+/\S+: [a-zA-Z]"


def test_typed_input_survives_a_stop_of_the_server(make_customer, start_server, hand):
    server = start_server()
    customer = make_customer(hand, at=server)
    customer.page.expect(NO_CONNECTION)
    customer.register()
    number = order_number()
    customer.fill("orderNumber", number)
    server.stop()
    customer.press("add")
    customer.wait_for("offline")
    customer.wait_for("connectionLost")
    assert customer.value("orderNumber") == number
    server.start()
    customer.press("add")
    customer.wait_for("orderAdded", number=number)
    # The page is live again by itself.
    grant(server.accrual, number, 5)
    customer.wait_for_balance("5")
    lost = customer.texts.pattern("connectionLost")
    wait_until(lambda: not lost.search(customer.page.text()), "the page has its stream again")


def test_ended_session_asks_for_the_password_and_goes_on(make_customer, server, hand):
    customer = make_customer(hand)
    customer.page.expect(": 401$")
    customer.register()
    number = order_number()
    customer.fill("orderNumber", number)
    end_sessions(customer, server.shop)
    customer.press("add")
    dialog = customer.page.find("dialog", customer.texts("signInAgain"))
    customer.wait_for("signInAgainWhy")
    customer.fill("password", customer.password)
    hand.press(customer.page, customer.page.find("button", customer.texts("signInNow"), within=dialog))
    customer.wait_for("orderAdded", number=number)


def test_ended_session_is_said_without_taking_the_focus(make_customer, server):
    customer = make_customer()
    customer.page.expect(": 401$")
    customer.register()
    customer.fill("orderNumber", "12")
    field = customer.page.focused()
    end_sessions(customer, server.shop)
    customer.wait_for("sessionEnded")
    assert customer.page.focused() == field and customer.value("orderNumber") == "12"


def test_too_many_attempts_are_explained(make_customer, start_server, hand):
    server = start_server(MARTLET_ACCOUNTS_LOGIN_FAILURES_MAX="1")
    customer = make_customer(hand, at=server)
    customer.page.expect("/login: (401|429)$")
    customer.register()
    customer.sign_out()
    customer.fill("login", customer.login)
    said = re.compile("|".join(customer.texts.pattern(name).pattern for name in ["tooManySeconds", "tooManyMinutes"]))
    # The first waits are seconds, which a slow attempt may take.
    for attempt in range(12):
        customer.fill("password", f"wrong {attempt}")
        customer.press("signInNow")
        customer.wait_until_sent()
        if said.search(customer.page.text()):
            break
    customer.page.wait_for_text(said)
    assert customer.value("login") == customer.login and customer.value("password") == f"wrong {attempt}"


def test_browser_that_keeps_no_cookies_is_explained(make_customer):
    customer = make_customer()
    customer.page.keep_no_cookies()
    customer.press("register")
    customer.fill("login", customer.login)
    customer.fill("newPassword", customer.password)
    customer.press("registerNow")
    customer.wait_for("noCookie")
    assert customer.value("login") == customer.login


@pytest.mark.parametrize("language", ["en", "ru"])
def test_draft_survives_a_reload(make_customer, language):
    customer = make_customer(language=language)
    customer.register()
    customer.fill("orderNumber", "123")
    customer.page.driver.refresh()
    customer.wait_until_signed_in()
    assert customer.value("orderNumber") == "123"
