"""Dialogs of the staff: a result is never lost, and nothing is done by a key that was pressed once too often."""

import pytest
from journey import login
from selenium.webdriver import Keys

from harness.answers import hold_answers, is_answer_held, let_answers_come
from harness.hands import Keyboard
from harness.staff import REASON
from harness.waiting import wait_until


def leave_by_button(boss) -> None:
    boss.press("close", within=boss.dialog("adjustPoints"))


def leave_by_escape(boss) -> None:
    # A browser lets the second one through, and the dialog closes.
    for _ in range(2):
        Keyboard().keys(boss.page, Keys.ESCAPE)


@pytest.mark.parametrize("leave", [leave_by_button, leave_by_escape])
def test_result_is_said_if_the_dialog_is_left_before_it_comes(make_staff, leave):
    boss = make_staff()
    boss.sign_in()
    boss.add_customer(login("anna"))
    boss.press("adjustPoints")
    dialog = boss.dialog("adjustPoints")
    boss.fill("sum", "100")
    boss.fill("reason", REASON)
    hold_answers(boss.page, "/adjustments")
    boss.press("adjustPoints", within=dialog)
    wait_until(lambda: is_answer_held(boss.page), "the server has answered")
    leave(boss)
    let_answers_come(boss.page)
    boss.wait_for("adjusted", points="+100")
    boss.page.wait_until_gone("dialog")
    boss.wait_for_points("100")
    boss.wait_for_entry("history", "+100", REASON)


@pytest.mark.parametrize(
    ("label", "title"),
    [("deleteCustomer", "deleteCustomer"), ("disable", "disableCustomer"), ("newPassword", "newPassword")],
)
def test_second_enter_cancels(make_staff, label, title):
    boss = make_staff(Keyboard())
    boss.sign_in()
    anna = login("anna")
    boss.add_customer(anna)
    boss.press(label)
    boss.dialog(title)
    assert boss.page.focused().accessible_name == boss.texts("cancel")
    boss.hand.keys(boss.page, Keys.ENTER)
    boss.page.wait_until_gone("dialog")
    boss.find_customer(anna)
    # The state of a customer who is neither disabled nor deleted is not shown.
    assert boss.texts("state-disabled") not in boss.page.text(boss.wait_for_customer(anna))
