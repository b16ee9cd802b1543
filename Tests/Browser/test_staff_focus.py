"""The focus of the staff's page: where a screen reader goes on reading after a change of what is shown."""

import uuid

from journey import login

from harness.staff import REASON
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
    boss.adjust("10")
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


def press_and_agree(boss, label: str, text: str) -> None:
    """Presses a button with that name, and agrees to the question, whose title and button have the text."""
    boss.hand.press(boss.page, boss.page.find("button", label))
    boss.press(text, within=boss.dialog(text))


def wait_for_focused_button(person, label: str) -> None:
    focused = "return document.activeElement.ariaLabel"
    wait_until(
        lambda: person.page.run(focused) == label,
        lambda: f"the focus is on {label!r}; it is on {person.page.run(focused)!r}",
    )


def wait_until_announced(person, name: str) -> None:
    said = "return document.getElementById('announcements').textContent"
    wait_until(lambda: person.page.run(said) == person.texts(name), lambda: f"{name} is said: {person.page.run(said)!r}")


def test_row_of_a_person_keeps_the_focus_and_says_its_change(make_staff, start_server, hand):
    server = start_server()
    helper = "helper"
    server.add_staff(helper, "cashier")
    boss = make_staff(hand, at=server)
    boss.sign_in()
    boss.show("team")
    for text, next_text, words in [
        ("makeOwner", "makeCashier", "action-staff.role"),
        ("disable", "enable", "action-staff.disable"),
    ]:
        press_and_agree(boss, boss.texts.filled(f"{text}Of", name=helper), text)
        wait_for_focused_button(boss, boss.texts.filled(f"{next_text}Of", name=helper))
        wait_until_announced(boss, words)
    press_and_agree(boss, boss.texts.filled("removeOf", name=helper), "remove")
    wait_for_focused_heading(boss, 2, boss.texts("team"))
    wait_until_announced(boss, "action-staff.delete")


def test_removed_rule_is_said(make_staff, server):
    match = f"Urn {uuid.uuid4()}"
    server.run("rule", "add", match, "10%")
    boss = make_staff()
    boss.sign_in()
    boss.show("rules")
    boss.hand.press(boss.page, boss.page.find("button", boss.texts.filled("removeRule", match=match)))
    boss.press("remove", within=boss.dialog("removeRuleTitle"))
    wait_for_focused_heading(boss, 2, boss.texts("rules"))
    wait_until_announced(boss, "action-rule.remove")


def test_refund_in_the_list_of_a_customer_is_said(make_staff):
    boss = make_staff()
    boss.sign_in()
    boss.add_customer(login("anna"))
    boss.adjust("10")
    paid = boss.spend("5")
    boss.page.run("document.querySelector('.lists > details:last-of-type > summary').click()")
    boss.hand.press(boss.page, boss.page.find("button", boss.texts.filled("refundOf", number=paid)))
    dialog = boss.dialog("refundTitle")
    boss.fill("reason", REASON)
    boss.press("refundNow", within=dialog)
    boss.wait_for("refunded", points="5 points")
    entry = "return document.activeElement.tagName === 'LI' && document.activeElement.textContent.includes(arguments[0])"
    wait_until(lambda: boss.page.run(entry, paid), "the focus is on the entry of the order")
    boss.wait_for_entry("withdrawals", boss.texts("isRefunded"))
