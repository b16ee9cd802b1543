"""A customer from registering to signing in again, with a pointer and with the keyboard alone."""

import pytest
from journey import grant, order_number

LANGUAGES = {"pointer": "en", "keyboard": "ru"}
# The balance as each language writes it.
AMOUNTS = {"en": ("729.98", "500", "229.98"), "ru": ("729,98", "500", "229,98")}


@pytest.fixture
def customer(make_customer, hand):
    return make_customer(hand, language=LANGUAGES[hand.name])


def test_register_earn_spend_and_return(customer, server):
    earned, spent, left = AMOUNTS[customer.texts.language]
    customer.register()
    customer.wait_for("noOrders")

    number = order_number()
    grant(server.accrual, number, 729.98)
    customer.add_order(number)
    # The points appear without a reload.
    customer.wait_for_balance(earned)
    customer.page.wait_for_text(f"+{earned}")

    customer.show("spending")
    paid = customer.spend("500")
    customer.wait_for_balance(left)
    customer.wait_for("spentInAll")

    customer.show("history")
    customer.wait_for("kind-withdrawal")
    entries = customer.entries("history")
    assert len(entries) == 2 and customer.texts("kind-withdrawal") in entries[0]
    assert f"+{earned}" in entries[1]
    assert paid in entries[0].replace(" ", "").replace("\n", "")

    customer.show("settings")
    customer.fill("currentPassword", customer.password)
    customer.password = "another long password"
    customer.fill("newPassword", customer.password)
    customer.press("changePassword")
    customer.wait_for("passwordChanged")
    customer.sign_out()
    customer.sign_in()
    customer.wait_for_balance(left)
