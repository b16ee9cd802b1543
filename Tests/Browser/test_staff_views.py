"""Every view and dialog of the staff's page, in both themes and languages, on a desktop and on a narrow phone."""

import contextlib
import uuid

import pytest
from journey import login

from harness.accessibility import assert_good_view, assert_no_sideways_scroll
from harness.hostile import HOSTILE
from harness.page import GONE
from harness.profile import NARROW
from harness.server import POSTGRESQL
from harness.waiting import wait_until

VIEWS = {
    "owner": ["today", "customers", "sale", "orders", "rules", "actions", "team", "shopSettings", "account"],
    "cashier": ["today", "customers", "sale", "orders", "rules", "account"],
}
# True if no list of the view waits for the server.
IS_READ = "return document.querySelector('.paged[aria-busy=true]') === null"


@pytest.fixture(params=["en", "ru"])
def language(request):
    return request.param


def assert_good(staff) -> None:
    wait_until(lambda: staff.page.run(IS_READ), "the view is read")
    assert_good_view(staff.page)


def close_dialog(staff) -> None:
    staff.press("close")
    wait_until(lambda: not staff.page.all("dialog"), "the dialog is closed")


def open_details(staff, place: str) -> None:
    """Opens what can be opened in a part of the page, which may be made anew meanwhile."""

    def is_open() -> bool:
        closed = staff.page.run(f"return document.querySelector('{place} details:not([open]) > summary')")
        if closed:
            with contextlib.suppress(*GONE):
                closed.click()
        return closed is None

    wait_until(is_open, f"everything in {place} is open")


def test_view_of_a_visitor(make_staff, language):
    staff = make_staff(language=language)
    staff.page.find("heading", staff.texts("signInStaff"))
    assert staff.page.run("return document.documentElement.lang") == language
    assert_good(staff)
    staff.press("signInNow")
    staff.assert_problem("login", "loginMissing")
    assert_good(staff)


@pytest.mark.parametrize("role", VIEWS)
def test_empty_views(make_staff, start_server, language, role):
    staff = make_staff(language=language, role=role, at=start_server())
    if role == "owner":
        # Without a folder, there is no list of backups.
        staff.page.expect(r"/api/staff/backups\S*: 409$")
    staff.sign_in()
    for view in VIEWS[role]:
        staff.show(view)
        if view == "shopSettings":
            staff.wait_for("backupsElsewhere" if POSTGRESQL else "backupsOff")
        assert_good(staff)


def test_views_and_dialogs_with_data(make_staff, start_server, tmp_path, language):
    backups = tmp_path / "backups"
    backups.mkdir()
    # PostgreSQL's own tools make backups, and the server refuses the folder.
    server = start_server(**({} if POSTGRESQL else {"MARTLET_BACKUPS_FOLDER": str(backups)}))
    boss = make_staff(language=language, at=server)
    if POSTGRESQL:
        boss.page.expect(r"/api/staff/backups\S*: 409$")
    boss.sign_in()
    boss.add_rule("Bork", "10")
    anna = login("anna")
    boss.add_customer(anna)
    number = boss.sell(anna, ("Kettle Bork", "700"), ("Bread", "2"), points="70")
    loose = boss.sell(None, ("Kettle Bork", "100"), points="10")
    assert_good(boss)

    boss.find_customer(anna)
    boss.wait_for_points("70")
    for label, title in [("newCustomer", "newCustomer"), ("spendPoints", "spendPoints"), ("adjustPoints", "adjustPoints"),
                         ("newPassword", "newPassword"), ("disable", "disableCustomer"),
                         ("deleteCustomer", "deleteCustomer")]:
        boss.press(label)
        boss.dialog(title)
        assert_good(boss)
        close_dialog(boss)
    paid = boss.spend("0.5")
    open_details(boss, ".lists")
    boss.wait_for_entry("orders", "+70")
    boss.wait_for_entry("withdrawals", boss.texts("refund"))
    assert_good(boss)

    boss.open_order(paid)
    boss.press("refund")
    assert_good(boss)
    close_dialog(boss)
    boss.refund()
    boss.open_order(number)
    boss.press("returnGoods")
    assert_good(boss)
    close_dialog(boss)
    boss.open_order(loose)
    boss.page.find("heading", boss.texts("correctReceipt"))
    assert_good(boss)

    boss.show("team")
    for label, title in [("addStaff", "passwordOfStaff"), ("addKey", "tokenOfKey")]:
        form = boss.page.find("form", boss.texts(label))
        name = form.find_element("css selector", "input")
        boss.hand.fill(boss.page, name, f"{label}-helper")
        boss.press(label, within=form)
        dialog = boss.dialog(title)
        assert_good(boss)
        boss.press("done", within=dialog)
        boss.wait_for_entry("team", f"{label}-helper")
    assert_good(boss)

    boss.show("shopSettings")
    boss.press("backUpNow")
    boss.wait_for("backupsElsewhere" if POSTGRESQL else "backupMade")
    boss.press("closeRegistration")
    boss.wait_for("registrationIsClosed")
    assert_good(boss)
    for view in ["today", "customers", "sale", "rules", "actions"]:
        boss.show(view)
        assert_good(boss)
    boss.show("today")
    boss.page.find("heading", boss.texts("charts"))
    open_details(boss, ".charts")
    assert_good(boss)


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_customer_and_goods_appear_as_text(make_staff, start_server, kind):
    boss = make_staff(size=NARROW, at=start_server())
    boss.sign_in()
    name = HOSTILE[kind] + str(uuid.uuid4())
    good = name[:200]
    boss.add_rule(name[-100:], "10")
    boss.add_customer(name)
    assert_harmless(boss, name)
    boss.show("sale")
    boss.find_in("saleCustomer", name)
    boss.fill_goods((good, "100"))
    boss.wait_for("wouldEarn", points="10 points")
    assert_harmless(boss, name)
    boss.press("makeNumber")
    wait_until(lambda: boss.value("orderNumber"), "the number is made")
    number = boss.value("orderNumber")
    boss.press("sell")
    boss.wait_for("soldWithCustomer", points="10 points")
    assert_harmless(boss, name)
    boss.open_order(number)
    assert_harmless(boss, name)
    for view in ["rules", "actions", "today"]:
        boss.show(view)
        assert_harmless(boss, name[-100:])


def assert_harmless(staff, text: str) -> None:
    """The view shows the text as text, and stays within the phone."""
    page = staff.page
    has_text = "return document.querySelector('main').textContent.includes(arguments[0])"
    wait_until(lambda: page.run(has_text, text), lambda: f"{text!r} is shown: {page.text()}")
    assert_no_sideways_scroll(page)
    assert page.driver.title != "taken"
    assert page.run("return document.querySelector('main img, main script, main b') === null")
