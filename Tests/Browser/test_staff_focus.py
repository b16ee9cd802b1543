"""The focus of the staff's page: where a screen reader goes on reading after a change of what is shown."""

from journey import login

from harness.waiting import wait_until

FOCUSED = "return document.activeElement.tagName + ' ' + document.activeElement.textContent"


def wait_for_focused_heading(person, level: int, words: str) -> None:
    wait_until(
        lambda: person.page.run(FOCUSED) == f"H{level} {words}",
        lambda: f"the focus is on the heading {words!r}; it is on {person.page.run(FOCUSED)!r}",
    )


def test_focus_is_on_what_was_found(make_staff, hand):
    boss = make_staff(hand)
    boss.sign_in()
    anna = login("anna")
    boss.add_customer(anna)
    wait_for_focused_heading(boss, 3, anna)
    boss.press("adjustPoints")
    dialog = boss.dialog("adjustPoints")
    boss.fill("sum", "10")
    boss.fill("reason", "a late parcel")
    boss.press("adjustPoints", within=dialog)
    boss.wait_for("adjusted")
    paid = boss.spend("5")

    boss.show("orders")
    wait_for_focused_heading(boss, 2, boss.texts("orders"))
    boss.open_order(paid)
    wait_for_focused_heading(boss, 3, paid)

    boss.find_customer(anna)
    wait_for_focused_heading(boss, 3, anna)
    # The same customer is found again while it is shown.
    boss.find_in("findCustomer", anna)
    wait_for_focused_heading(boss, 3, anna)
