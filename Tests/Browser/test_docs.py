"""The pages that describe the APIs."""

import urllib.request

import pytest
from selenium.webdriver import ActionChains, Keys

from harness.accessibility import THEMES, assert_accessible, assert_no_sideways_scroll
from harness.hands import Keyboard
from harness.profile import DESKTOP, NARROW
from harness.waiting import wait_until

MARKED = "return document.querySelector('#contents [aria-current]')?.textContent.trim()"
SHOWN_ENTRIES = "return [...document.querySelectorAll('#contents li li a')].filter((each) => each.checkVisibility()).length"


@pytest.fixture(params=["shop", "accrual", "staff"])
def address(server, request):
    return f"{server.addresses[request.param]}/docs"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_documentation_is_accessible_and_fits_every_width(make_profile, address, theme):
    page = make_profile(theme=theme).tab(address)
    page.find("navigation", "Contents")
    # axe-core looks at each of thousands of elements.
    page.driver.set_script_timeout(120)
    assert page.run("return matchMedia('(prefers-color-scheme: dark)').matches") == (theme == "dark")
    for width in [320, 768, 1440]:
        page.resize(width, 800)
        assert_no_sideways_scroll(page)
        # No part of the page scrolls sideways by itself, either.
        scrolling = "return [...document.querySelectorAll('pre, dl, figure')].filter((each) => each.scrollWidth > each.clientWidth + 1).length"
        assert page.run(scrolling) == 0
        if theme == THEMES[page.profile.browser.name] and width == {"light": 1440, "dark": 320}[theme]:
            assert_accessible(page)


def test_keyboard_skips_the_contents(make_profile, address):
    page = make_profile().tab(address)
    first = page.run("return document.querySelector('a')")
    target = page.run("return document.querySelector(arguments[0].hash)", first)
    Keyboard().press(page, first)
    assert target.tag_name == "main" and page.focused() == target


def test_contents_stay_in_view_and_mark_the_section(make_profile, server):
    page = make_profile().tab(f"{server.staff}/docs")
    nav = page.find("navigation", "Contents")
    for id in ["addCustomer", "sell", "schemas"]:
        page.run("location.hash = arguments[0]", id)
        link = page.run("return document.querySelector(`#contents a[href='#${arguments[0]}']`)", id)
        wait_until(lambda: link.get_attribute("aria-current") == "location", f"{id} is marked: {page.run(MARKED)}")
        box = page.run("const { top, bottom } = arguments[0].getBoundingClientRect(); return [top, bottom]", link)
        assert 0 <= box[0] and box[1] <= DESKTOP[1], "the marked entry is in view"
        assert page.run("return arguments[0].getBoundingClientRect().top", nav) == 0


def test_contents_are_a_block_on_a_phone(make_profile, server):
    page = make_profile(size=NARROW).tab(f"{server.shop}/docs")
    hand = Keyboard()
    summary = page.run("return document.querySelector('#contents summary')")
    is_open = "return document.querySelector('#contents details').open"
    wait_until(lambda: not page.run(is_open), "the contents are closed")
    hand.press(page, summary)
    assert page.run(is_open)
    hand.press(page, page.find("link", "Balance"))
    wait_until(lambda: not page.run(is_open), "the contents are closed again")
    top = "return document.getElementById('chapter-balance').getBoundingClientRect().top"
    wait_until(lambda: 0 < page.run(top) < 200, "the chapter is below the bar")


@pytest.mark.parametrize(
    "words, hit", [("spend", "Spend points on an order"), ("/api/user/ledger", "List every change"), ("luhn", "Order number")]
)
def test_search_finds_operations_words_and_objects(make_profile, server, words, hit):
    page = make_profile().tab(f"{server.shop}/docs")
    hand = Keyboard()
    page.field("Search")
    count = page.run(SHOWN_ENTRIES)
    hand.keys(page, "/")
    assert page.focused() == page.field("Search")
    hand.keys(page, words)
    shown = page.text(page.find("navigation", "Contents"))
    assert hit.lower().replace(" ", "") in shown.lower().replace(" ", "")
    assert page.run(SHOWN_ENTRIES) < count
    said = "return document.querySelector('body > [role=status]').textContent"
    wait_until(lambda: "hit" in page.run(said), "the number of hits is said")
    assert_accessible(page)
    hand.keys(page, "qqqq")
    page.wait_for_text("Nothing has these words.")
    hand.keys(page, Keys.ESCAPE)
    assert page.field("Search").get_attribute("value") == "" and page.run(SHOWN_ENTRIES) == count
    hand.keys(page, "spend")
    link = page.find("link", "POST Spend points on an order")
    hand.press(page, link)
    wait_until(lambda: page.run("return location.hash") == "#withdraw", "the entry leads to its section")


@pytest.mark.parametrize("language", ["curl", "JavaScript", "Python"])
def test_language_is_chosen_once_and_samples_are_copied(make_profile, server, hand, language):
    page = make_profile().tab(f"{server.shop}/docs")
    page.run("location.hash = 'getBalance'")
    samples = page.run("return document.querySelector('[aria-labelledby=getBalance] .samples')")
    hand.press(page, page.find("button", language, samples))
    text = page.text(samples.find_element("css selector", f"[data-language={language}]"))
    assert server.shop in text and "/api/user/balance" in text
    hand.press(page, page.find("button", "Copy", samples))
    page.find("button", "Copied", samples)
    # The text is pasted into a field of the page.
    page.run("location.hash = 'register'")
    hand.press(page, page.find("button", "Try it: Add a user, and sign in"))
    field = page.field("Body (application/json)")
    hand.fill(page, field, "")
    ActionChains(page.driver, duration=0).key_down(Keys.CONTROL).send_keys("v").key_up(Keys.CONTROL).perform()
    wait_until(lambda: field.get_attribute("value") == text, lambda: f"{text} is pasted: {field.get_attribute('value')}")
    page.open(f"{server.shop}/docs")
    pressed = "return document.querySelector('[aria-labelledby=register] [aria-pressed=true]').textContent"
    assert page.run(pressed) == language


def test_headings_have_links(make_profile, server):
    page = make_profile().tab(f"{server.shop}/docs")
    headings = page.run("return [...document.querySelectorAll('h2, h3')].map((each) => each.id)")
    assert len(headings) > 40 and all(headings)
    link = page.find("link", "Link to: Spend points on an order")
    page.run("location.hash = 'withdraw'")
    Keyboard().reach(page, link)
    assert page.run("return getComputedStyle(arguments[0]).opacity", link) == "1"


def test_document_is_complete_without_scripts(server):
    # The samples and the text are in the HTML itself, and the forms are not.
    with urllib.request.urlopen(f"{server.shop}/docs", timeout=20) as response:
        html = response.read().decode()
    assert html.count("<figure data-language=") > 40 and "<form" not in html and "<button" not in html
