"""Mistakes of a customer: clear words beside the field, nothing lost, nothing changed."""

import uuid

from journey import order_number


def with_wrong_check_digit(number: str) -> str:
    return number[:-1] + str((int(number[-1]) + 1) % 10)


def test_wrong_check_digit_is_noticed_before_anything_is_sent(make_customer, hand):
    customer = make_customer(hand)
    customer.register()
    number = with_wrong_check_digit(order_number())
    customer.fill("orderNumber", number)
    customer.wait_for("numberUnfinished")
    customer.press("add")
    # The words appear when the field is left, but not before a pointer has pressed the button, which they move away.
    customer.assert_problem("orderNumber", "numberCheckDigit")
    assert customer.value("orderNumber") == number
    customer.show("history")
    customer.show("orders")
    customer.wait_for("noOrders")
    assert customer.value("orderNumber") == number
    customer.fill("orderNumber", "12a")
    customer.assert_problem("orderNumber", "numberNotDigits")


def test_number_with_spaces_is_taken(make_customer):
    customer = make_customer()
    customer.register()
    number = order_number()
    customer.fill("orderNumber", " ".join(number[start : start + 4] for start in range(0, len(number), 4)))
    customer.press("add")
    customer.wait_for("orderAdded", number=number)


def test_order_of_another_customer_is_refused(make_customer):
    first, second = make_customer(), make_customer(language="ru")
    first.page.activate()
    first.register()
    number = first.add_order()
    second.page.activate()
    second.register()
    second.page.expect("/orders: 409$")
    second.fill("orderNumber", number)
    second.press("add")
    second.assert_problem("orderNumber", "orderOfAnother")
    assert second.value("orderNumber") == number


def test_more_than_the_balance_is_not_spent(make_customer, hand):
    customer = make_customer(hand)
    customer.page.expect("/withdraw: 402$")
    customer.register()
    customer.show("spending")
    number = order_number()
    customer.fill("orderToPay", number)
    for sum_, problem in [("", "sumMissing"), ("x", "sumNotNumber"), ("0", "sumZero"), ("1.234", "sumTooFine")]:
        customer.fill("sum", sum_)
        customer.press("spendPoints")
        customer.assert_problem("sum", problem)
    customer.fill("sum", "10,50")
    customer.wait_for("moreThanBalance")
    customer.press("spendPoints")
    customer.assert_problem("sum", "notEnough")
    assert customer.value("sum") == "10,50" and customer.value("orderToPay") == number


def test_wrong_password_and_taken_login(make_customer, hand):
    customer = make_customer(hand)
    customer.page.expect("/login: 401$", "/register: 409$", "/password: 4")
    customer.register()
    customer.show("settings")
    customer.fill("currentPassword", "wrong")
    customer.fill("newPassword", "another long password")
    customer.press("changePassword")
    customer.assert_problem("currentPassword", "wrongCurrentPassword")
    customer.sign_out()
    customer.fill("login", customer.login)
    customer.fill("password", f"wrong-{uuid.uuid4()}")
    customer.press("signInNow")
    customer.assert_problem("password", "wrongCredentials")
    customer.press("register")
    assert customer.value("login") == customer.login
    customer.fill("newPassword", "another long password")
    customer.press("registerNow")
    customer.assert_problem("login", "loginTaken")
