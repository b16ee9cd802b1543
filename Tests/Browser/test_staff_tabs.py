"""Two people of the staff at one browser: what one has begun is neither seen nor finished by the other."""

import uuid

import pytest
import requests
from journey import login

from harness.staff import REASON, Staff, end_sessions
from harness.waiting import wait_until

# Signs another person in as another tab would, but this tab is not told.
SIGN_IN_UNNOTICED = """return window.fetch('/api/staff/session', {
    method: 'POST', headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ name: arguments[0], password: arguments[1] }),
}).then((response) => response.status)"""


def second_tab(first, server) -> Staff:
    """Opens another tab of the browser for another person, who has not signed in yet."""
    second = Staff(first.page.profile.tab(server.staff), first.hand, first.texts)
    second.password = server.add_staff(second.name, "owner")
    return second


def begin_adjustment(boss):
    """Adds a customer and fills in the dialog that adjusts the points. Returns the login and the dialog."""
    anna = login("anna")
    boss.add_customer(anna)
    boss.press("adjustPoints")
    dialog = boss.dialog("adjustPoints")
    boss.fill("sum", "5")
    boss.fill("reason", REASON)
    return anna, dialog


def test_change_that_waits_for_a_password_is_not_made_by_another_person(make_staff, server):
    boss = make_staff()
    boss.page.expect(": 401$")
    boss.sign_in()
    boss.show("rules")
    waiting, later = (f"Kettle {uuid.uuid4()}" for _ in range(2))
    boss.fill("match", waiting)
    boss.fill("reward", "5")
    end_sessions(boss, server.staff)
    boss.press("addRule")
    boss.dialog("signInAgain")
    second_tab(boss, server).sign_in()
    boss.page.activate()
    boss.wait_for("otherPersonElsewhere")
    boss.page.wait_until_gone("dialog")
    # The rule that waited would come before this one.
    boss.add_rule(later, "5")
    rules = requests.get(f"{server.staff}/api/staff/rules", cookies=boss.page.profile.cookies(), timeout=10).json()
    matches = [rule["match"] for rule in rules]
    assert later in matches and waiting not in matches


def test_secret_is_not_shown_after_a_sign_out_in_another_tab(make_staff, server):
    boss = make_staff()
    boss.page.expect(": 401$")
    boss.sign_in()
    boss.show("team")
    form = boss.page.find("form", boss.texts("addKey"))
    boss.hand.fill(boss.page, form.find_element("css selector", "input"), f"till-{uuid.uuid4()}")
    boss.press("addKey", within=form)
    token = boss.content(boss.dialog("tokenOfKey").find_element("css selector", "output"))
    assert token in boss.page.driver.page_source
    same = Staff(boss.page.profile.tab(server.staff), boss.hand, boss.texts)
    same.show("account")
    same.press("signOut")
    same.page.find("heading", same.texts("signInStaff"))
    boss.page.activate()
    boss.wait_for("signedOutElsewhere")
    boss.page.wait_until_gone("dialog")
    boss.page.find("heading", boss.texts("signInStaff"))
    wait_until(lambda: token not in boss.page.driver.page_source, "the token has left the page")


def test_dialog_of_one_person_is_closed_if_another_signs_in(make_staff, server):
    boss = make_staff()
    boss.page.expect(": 401$")
    boss.sign_in()
    begin_adjustment(boss)
    end_sessions(boss, server.staff)
    second_tab(boss, server).sign_in()
    boss.page.activate()
    boss.wait_for("otherPersonElsewhere")
    boss.page.wait_until_gone("dialog")


def test_change_is_not_sent_if_the_tab_has_not_noticed_another_person(make_staff, server):
    boss = make_staff()
    boss.sign_in()
    anna, dialog = begin_adjustment(boss)
    other = f"boss-{uuid.uuid4()}"
    assert boss.page.run(SIGN_IN_UNNOTICED, other, server.add_staff(other, "owner")) == 200
    boss.press("adjustPoints", within=dialog)
    boss.wait_for("otherPersonElsewhere")
    boss.page.wait_until_gone("dialog")
    boss.find_customer(anna)
    boss.wait_for_points("0")


@pytest.mark.parametrize("is_same", [True, False], ids=["same person", "another person"])
def test_drafts_of_an_ended_session_are_only_for_the_same_person(make_staff, server, is_same):
    boss = make_staff()
    boss.page.expect(": 401$")
    boss.sign_in()
    boss.show("rules")
    boss.fill("match", "Kettle")
    end_sessions(boss, server.staff)
    boss.page.driver.refresh()
    boss.page.find("heading", boss.texts("signInStaff"))
    if not is_same:
        boss.name = f"boss-{uuid.uuid4()}"
        boss.password = server.add_staff(boss.name, "owner")
    boss.sign_in()
    boss.show("rules")
    assert boss.value("match") == ("Kettle" if is_same else "")


@pytest.mark.parametrize("way", ["looking", "changing"])
def test_page_follows_a_new_role(make_staff, server, way):
    cashier = make_staff(role="cashier")
    cashier.sign_in()
    cashier.show("customers")
    cashier.press("newCustomer")
    dialog = cashier.dialog("newCustomer")
    anna = login("anna")
    cashier.fill("login", anna)
    server.run("staff", "set-role", cashier.name, "--role", "owner")
    if way == "looking":
        cashier.page.run("document.dispatchEvent(new Event('visibilitychange'))")
    else:
        cashier.press("addCustomer", within=dialog)
    cashier.wait_for("roleChanged")
    cashier.page.wait_until_gone("dialog")
    cashier.show("team")
    # What was typed is still there, and was not sent.
    cashier.show("customers")
    cashier.press("newCustomer")
    assert cashier.value("login") == anna
    cashier.press("addCustomer", within=cashier.dialog("newCustomer"))
    cashier.dialog("passwordOfCustomer")
