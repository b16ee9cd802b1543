"""Answers to the staff that are lost after the server has made the change: nothing false is said, and nothing is done twice."""

from journey import login

from harness.answers import lose_answer
from harness.staff import REASON


def test_refund_is_said_if_its_answer_is_lost(make_staff):
    boss = make_staff()
    boss.sign_in()
    anna = login("anna")
    boss.add_customer(anna)
    boss.adjust("10")
    boss.open_order(boss.spend("5"))
    boss.press("refund")
    dialog = boss.dialog("refundTitle")
    boss.fill("reason", REASON)
    lose_answer(boss.page, "/refund")
    boss.press("refundNow", within=dialog)
    boss.wait_for("refunded", points="5 points", login=anna)
    boss.page.wait_until_gone("dialog")
    assert not boss.page.all("button", boss.texts("refund"))
