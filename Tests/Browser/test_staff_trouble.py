"""A session of the staff that has ended: said in words, and what was typed is kept."""

from journey import login

from harness.staff import end_sessions
from harness.waiting import wait_until


def sign_in_again(person) -> None:
    dialog = person.dialog("signInAgain")
    person.wait_for("signInAgainWhy")
    person.fill("password", person.password)
    person.press("signInNow", within=dialog)


def add_rule_without_session(boss, server):
    """Types a rule, and sends it after the session has ended. Returns the dialog that asks for the password."""
    boss.page.expect(": 401$")
    boss.sign_in()
    boss.show("rules")
    boss.fill("match", "Kettle")
    boss.fill("reward", "5")
    end_sessions(boss, server.staff)
    boss.press("addRule")
    return boss.dialog("signInAgain")


def test_ended_session_asks_for_the_password_and_goes_on(make_staff, server, hand):
    boss = make_staff(hand)
    boss.page.expect(": 401$")
    boss.sign_in()
    boss.show("customers")
    boss.press("newCustomer")
    dialog = boss.dialog("newCustomer")
    anna = login("anna")
    boss.fill("login", anna)
    end_sessions(boss, server.staff)
    boss.press("addCustomer", within=dialog)
    sign_in_again(boss)
    dialog = boss.dialog("passwordOfCustomer")
    boss.press("done", within=dialog)
    boss.wait_for_customer(anna)


def test_refused_sign_in_keeps_what_was_typed(make_staff, server):
    boss = make_staff()
    dialog = add_rule_without_session(boss, server)
    boss.fill("password", "wrong")
    boss.press("signInNow", within=dialog)
    boss.assert_problem("password", "wrongCredentials")
    boss.press("close", within=dialog)
    boss.wait_for("sessionEnded")
    assert boss.value("match") == "Kettle" and boss.value("reward") == "5"


def test_ended_session_is_said_without_taking_the_focus(make_staff, server):
    boss = make_staff()
    boss.page.expect(": 401$")
    boss.sign_in()
    boss.show("rules")
    boss.fill("match", "Kettle")
    field = boss.page.focused()
    end_sessions(boss, server.staff)
    # The person comes back to the tab, and the page looks at the session.
    boss.page.run("document.dispatchEvent(new Event('visibilitychange'))")
    boss.wait_for("sessionEnded")
    assert boss.page.focused() == field and boss.value("match") == "Kettle"
    boss.press("signInAgain")
    sign_in_again(boss)
    words = boss.texts("sessionEnded")
    wait_until(lambda: words not in boss.page.text(), "the page does not ask any more")
    assert boss.value("match") == "Kettle"


def test_browser_that_keeps_no_cookies_is_explained(make_staff):
    boss = make_staff()
    boss.page.keep_no_cookies()
    boss.fill("login", boss.name)
    boss.fill("password", boss.password)
    boss.press("signInNow")
    boss.wait_for("noCookie")
    assert boss.value("login") == boss.name


def test_typed_input_survives_a_browser_that_no_longer_keeps_cookies(make_staff, server):
    boss = make_staff()
    dialog = add_rule_without_session(boss, server)
    boss.page.keep_no_cookies()
    sign_in_again(boss)
    boss.wait_for("noCookie")
    boss.press("close", within=dialog)
    boss.wait_for("sessionEnded")
    assert boss.value("match") == "Kettle" and boss.value("reward") == "5"
