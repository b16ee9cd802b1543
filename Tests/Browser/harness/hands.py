"""Two ways to use a page: with a pointer, or with the keyboard alone. A journey is written once and done with each of them."""

from selenium.webdriver import ActionChains, Keys
from selenium.webdriver.remote.webelement import WebElement

# No view has more places for the focus than this.
TABS_MAX = 150

# True if a person sees which element has the focus: it or the frame around it has an outline or a shadow.
FOCUS_IS_VISIBLE = """return [arguments[0], arguments[0].parentElement].some((each) => {
    const style = getComputedStyle(each);
    return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none';
})"""


# The direction in which an element comes after the one that has the focus.
STEP_TO = """const focused = document.activeElement;
    if (focused === arguments[0]) return 'there';
    return focused.compareDocumentPosition(arguments[0]) & Node.DOCUMENT_POSITION_PRECEDING ? 'backward' : 'forward';"""


class Pointer:
    """Clicks, and types into the field that was clicked."""

    name = "pointer"

    def press(self, page, element: WebElement) -> None:
        element.click()

    def fill(self, page, element: WebElement, text: str) -> None:
        """Replaces the text of a field."""
        element.click()
        element.clear()
        element.send_keys(text)

    def choose(self, page, element: WebElement, option: str) -> None:
        """Chooses an option of a list by its text."""
        next(each for each in element.find_elements("css selector", "option") if each.text == option).click()


class Keyboard:
    """Moves with Tab, and presses with Enter. It fails if the focus can't reach an element or isn't visible there."""

    name = "keyboard"

    def keys(self, page, *keys: str) -> None:
        ActionChains(page.driver, duration=0).send_keys(*keys).perform()

    def reach(self, page, element: WebElement) -> None:
        """Moves the focus to the element, forward or backward."""
        for _ in range(TABS_MAX):
            step = page.run(STEP_TO, element)
            if step == "there":
                assert page.run(FOCUS_IS_VISIBLE, element), f"no visible focus on {html(page, element)}"
                return
            if step == "forward":
                self.keys(page, Keys.TAB)
            else:
                ActionChains(page.driver, duration=0).key_down(Keys.SHIFT).send_keys(Keys.TAB).key_up(Keys.SHIFT).perform()
        raise AssertionError(f"the focus does not reach {html(page, element)}; it is on {html(page, page.focused())}")

    def press(self, page, element: WebElement) -> None:
        self.reach(page, element)
        self.keys(page, Keys.ENTER)

    def fill(self, page, element: WebElement, text: str) -> None:
        self.reach(page, element)
        ActionChains(page.driver, duration=0).key_down(Keys.CONTROL).send_keys("a").key_up(Keys.CONTROL).perform()
        self.keys(page, Keys.DELETE, text)

    def choose(self, page, element: WebElement, option: str) -> None:
        self.reach(page, element)
        self.keys(page, option)


def html(page, element: WebElement) -> str:
    return page.run("return arguments[0].outerHTML", element)[:300]


HANDS = [Pointer(), Keyboard()]
