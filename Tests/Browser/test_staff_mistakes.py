"""Refusals at the staff's page: words that help the staff to go on, and nothing is guessed."""

import uuid

from journey import login, order_number

from harness.answers import refuse
from harness.staff import REASON


def test_deleted_customer_is_named_as_the_reason(make_staff, server):
    boss = make_staff()
    boss.page.expect("/api/staff/customers/.*: 404$")
    boss.sign_in()
    anna = login("anna")
    boss.add_customer(anna)
    server.run("user", "delete", anna, "--yes")
    for label, fields in [
        ("adjustPoints", {"sum": "10", "reason": REASON}),
        ("spendPoints", {"orderToPay": order_number(), "sum": "10"}),
    ]:
        boss.press(label)
        dialog = boss.dialog(label)
        for field, text in fields.items():
            boss.fill(field, text)
        boss.press(label, within=dialog)
        boss.page.wait_for_text(boss.texts("customerGone"), dialog)
        boss.press("close", within=dialog)
        boss.page.wait_until_gone("dialog")


def test_reward_that_may_mean_two_numbers_is_asked(make_staff):
    boss = make_staff()
    boss.sign_in()
    boss.show("rules")
    boss.hand.choose(boss.page, boss.page.field(boss.texts("rewardType")), boss.texts("rewardPoints"))
    boss.fill("match", f"Samovar {uuid.uuid4()}")
    for typed, plain in [("1,000", "1000"), ("12.500", "12500")]:
        boss.fill("reward", typed)
        boss.press("addRule")
        boss.assert_problem("reward", "rewardAmbiguous", whole=plain, fraction=f"{typed}0")
    for typed, reward in [("1000", "1,000 points"), ("0,125", "0.125 points"), ("1.0000", "1 point")]:
        boss.fill("match", f"Samovar {uuid.uuid4()}")
        boss.fill("reward", typed)
        boss.press("addRule")
        boss.wait_for("ruleAdded", reward=reward)


def test_each_refusal_of_a_rule_has_its_words(make_staff):
    boss = make_staff()
    boss.sign_in()
    boss.show("rules")
    boss.fill("match", "Samovar")
    boss.fill("reward", "5")
    for status, problem, words in [
        (409, "too-many-rules", "tooManyRules"),
        (409, "rule-taken", "ruleExists"),
        (403, "forbidden", "roleForbids"),
    ]:
        refuse(boss.page, "/api/staff/rules", status, problem)
        boss.press("addRule")
        boss.wait_for(words)
