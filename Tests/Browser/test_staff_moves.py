"""The staff moves between views: by "Back", by a reload, and faster than the server answers."""

import uuid

from journey import login

from harness.answers import hold_answers, is_answer_held, let_answers_come
from harness.waiting import wait_until


def wait_for_heading(staff, view: str) -> None:
    """Waits until the view that was opened has read everything, after which its heading gets the focus."""
    wait_until(
        lambda: staff.page.focused().tag_name == "h2" and staff.content(staff.page.focused()) == staff.texts(view),
        lambda: f"the heading of {view} has the focus: {staff.page.text()}",
    )


def test_sale_keeps_the_customer_who_was_chosen_last(make_staff):
    boss = make_staff()
    boss.sign_in()
    anna, boris = login("anna"), login("boris")
    for each in [boris, anna]:
        boss.add_customer(each)
    boss.press("sellTo", "link")
    boss.wait_for("soldTo", login=anna)
    boss.find_in("saleCustomer", boris)
    boss.wait_for("soldTo", login=boris)
    boss.show("rules")
    wait_for_heading(boss, "rules")
    boss.page.run("history.back()")
    wait_for_heading(boss, "sale")
    boss.wait_for("soldTo", login=boris)
    assert boss.page.run("return location.hash") == "#sale"
    boss.page.driver.refresh()
    boss.page.find("region", boss.texts("sale"))
    boss.wait_for("soldTo", login=boris)


def go_and_come_back(staff, view: str, item: str) -> None:
    """Opens an item of the view that is shown, and goes back before the answer comes."""
    hold_answers(staff.page, f"/api/staff/{view}/{item}")
    staff.page.run("location.hash = arguments[0]", f"{view}/{item}")
    wait_until(lambda: is_answer_held(staff.page), "the page has asked for the item")
    staff.page.run("document.activeElement.blur(); history.back()")
    wait_until(
        lambda: staff.page.focused().tag_name == "h3",
        lambda: f"the item that was shown before has the focus: {staff.page.text()}",
    )
    let_answers_come(staff.page)


def test_late_answer_does_not_replace_the_customer_who_was_opened_last(make_staff):
    boss = make_staff()
    boss.sign_in()
    anna, boris = login("anna"), login("boris")
    boss.add_customer(anna)
    late = boss.page.run("return location.hash").removeprefix("#customers/")
    boss.add_customer(boris)
    go_and_come_back(boss, "customers", late)
    boss.wait_for_customer(boris)


def test_late_answer_does_not_replace_the_order_that_was_opened_last(make_staff, server):
    boss = make_staff()
    boss.sign_in()
    match = f"Mug {uuid.uuid4()}"
    server.run("rule", "add", match, "5pt")
    late, last = (boss.sell(None, (match, "10"), points="5") for _ in range(2))
    boss.open_order(last)
    go_and_come_back(boss, "orders", late)
    shown = "return document.querySelector('.order h3')?.textContent"
    wait_until(lambda: boss.page.run(shown) == last, lambda: f"order {last} is shown: {boss.page.text()}")
