"""Answers to the staff that are lost after the server has made the change: nothing false is said, and nothing is done twice."""

import pytest
from journey import login

from harness.answers import lose_answer
from harness.server import POSTGRESQL
from harness.staff import REASON

# Notes how many milliseconds the page waits for the answer from each address.
NOTE_WAITS = """const limit = AbortSignal.timeout.bind(AbortSignal);
    const ask = window.fetch;
    let latest;
    window.waits = {};
    AbortSignal.timeout = (milliseconds) => {
        latest = milliseconds;
        return limit(milliseconds);
    };
    window.fetch = (address, options) => {
        window.waits[address] = latest;
        return ask(address, options);
    };"""


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


@pytest.mark.parametrize("label, path", [("addStaff", "/api/staff/staff"), ("addKey", "/api/staff/keys")])
def test_list_shows_the_account_whose_secret_is_lost(make_staff, label, path):
    boss = make_staff()
    boss.page.expect(rf"POST \S+{path}: 409$")
    boss.sign_in()
    boss.show("team")
    form = boss.page.find("form", boss.texts(label))
    name = login("helper")
    boss.hand.fill(boss.page, form.find_element("css selector", "input"), name)
    lose_answer(boss.page, path)
    boss.press(label, within=form)
    boss.page.wait_for_text(boss.texts("unsure"), form)
    boss.wait_for_entry("team", name)
    boss.press(label, within=form)
    boss.page.wait_for_text(boss.texts("staffNameTaken"), form)


def test_page_waits_minutes_for_a_backup(make_staff):
    boss = make_staff()
    # The server of all tests has no folder for backups.
    boss.page.expect(r"/api/staff/backups\S*: 409$")
    boss.sign_in()
    boss.show("shopSettings")
    boss.page.run(NOTE_WAITS)
    boss.press("backUpNow")
    deed = boss.page.run("return document.activeElement.closest('.deed')")
    boss.page.wait_for_text(boss.texts("backupsElsewhere" if POSTGRESQL else "backupsOff"), deed)
    waits = boss.page.run("return window.waits")
    assert waits["/api/staff/me"] < 60_000 <= waits["/api/staff/backups"]
