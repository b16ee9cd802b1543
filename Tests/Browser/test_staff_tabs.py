"""Two people of the staff at one browser: what one has begun is neither seen nor finished by the other."""

import uuid

import requests

from harness.staff import Staff, end_sessions


def second_tab(first, server, role: str = "owner") -> Staff:
    """Opens another tab of the browser for another person, who has not signed in yet."""
    second = Staff(first.page.profile.tab(server.staff), first.hand, first.texts)
    second.password = server.add_staff(second.name, role)
    return second


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
