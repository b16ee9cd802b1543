"""The owner adds people and keys: with a password of their own, or with one that the server makes."""

import uuid

from harness.waiting import wait_until


def addition(boss, label: str):
    """Returns the form that adds a person or a key, with a new name in it, and the name."""
    form = boss.page.find("form", boss.texts(label))
    name = f"helper-{uuid.uuid4()}"
    boss.hand.fill(boss.page, form.find_element("css selector", "input"), name)
    return form, name


def test_person_signs_in_with_the_password_that_the_owner_chose(make_staff, start_server, hand):
    # The keyboard passes all members of the staff. The server of all tests has hundreds of places for the focus.
    server = start_server()
    boss = make_staff(hand, at=server)
    boss.sign_in()
    boss.show("team")
    form, name = addition(boss, "addStaff")
    password = boss.page.find("form", boss.texts("addStaff")).find_element("css selector", "input[type=password]")
    boss.hand.fill(boss.page, password, "correct horse battery")
    boss.press("addStaff", within=form)
    boss.wait_for("isAdded")
    boss.wait_for_entry("team", name)
    # The owner knows the password, and the next person gets another one.
    assert not boss.page.all("dialog")
    assert boss.page.run("return arguments[0].value", password) == ""
    helper = make_staff(hand, role="cashier", at=server)
    helper.name, helper.password = name, "correct horse battery"
    helper.sign_in()


def test_form_is_ready_while_a_secret_is_shown(make_staff):
    boss = make_staff()
    boss.sign_in()
    boss.show("team")
    for label, title in [("addStaff", "passwordOfStaff"), ("addKey", "tokenOfKey")]:
        form, name = addition(boss, label)
        boss.press(label, within=form)
        dialog = boss.dialog(title)
        wait_until(lambda: form.get_attribute("aria-busy") == "false", "the form is ready")
        assert boss.page.run("return arguments[0].querySelector('output').textContent", dialog)
        boss.press("done", within=dialog)
        boss.wait_for_entry("team", name)
