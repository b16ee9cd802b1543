"""The staff moves between views: by "Back", by a reload, and faster than the server answers."""

from journey import login

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
