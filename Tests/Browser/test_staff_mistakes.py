"""Refusals at the staff's page: words that help the staff to go on, and nothing is guessed."""

from journey import login, order_number

from harness.staff import REASON


def test_deleted_customer_is_named_as_the_reason(make_staff, server):
    boss = make_staff()
    boss.page.expect("/api/staff/customers/.*: 404$")
    boss.sign_in()
    anna = login("anna")
    boss.add_customer(anna)
    server.run("user", "delete", anna, "--yes")
    for label, fields in [
        ("adjustPoints", {"sum": "10", "reason": REASON}),
        ("spendPoints", {"orderToPay": order_number(), "sum": "10"}),
    ]:
        boss.press(label)
        dialog = boss.dialog(label)
        for field, text in fields.items():
            boss.fill(field, text)
        boss.press(label, within=dialog)
        boss.page.wait_for_text(boss.texts("customerGone"), dialog)
        boss.press("close", within=dialog)
        boss.page.wait_until_gone("dialog")
