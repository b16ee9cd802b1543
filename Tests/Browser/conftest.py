"""What the tests share: one browser and one server for all of them, and a new profile for each."""

import pytest

from harness import browsers, texts
from harness.complaints import Complaints
from harness.customer import Customer
from harness.hands import HANDS
from harness.profile import Profile
from harness.server import Server
from harness.staff import Staff

# A page that is left ends its stream of events.
LEFT = [r"/api/user/events: (NS_BINDING_ABORTED|net::ERR_ABORTED)"]


def pytest_addoption(parser):
    parser.addoption("--browser", choices=browsers.NAMES, default="chromium")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.when == "call":
        item.has_failed = report.failed
    return report


@pytest.fixture(scope="session")
def browser(request):
    browser = browsers.start(request.config.getoption("--browser"))
    browser.first_tab = browser.driver.current_window_handle
    browser.complaints = Complaints(browser.driver)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """The server for all tests that neither stop nor limit it."""
    server = Server(tmp_path_factory.mktemp("shared"))
    yield server
    server.stop()


@pytest.fixture
def start_server(tmp_path):
    """Starts a server with settings for one test."""
    started = []

    def start(**settings: str) -> Server:
        started.append(Server(tmp_path, **settings))
        return started[-1]

    yield start
    for server in started:
        server.stop()


@pytest.fixture
def make_profile(browser, request):
    """Makes profiles, and fails the test if the browser complains about their pages."""
    profiles = []

    def make(**properties) -> Profile:
        profiles.append(Profile(browser, browser.complaints, **properties))
        return profiles[-1]

    yield make
    complaints = [words for profile in profiles for words in profile.unexpected()]
    if complaints or getattr(request.node, "has_failed", False):
        for profile in profiles:
            profile.keep_evidence(request.node.name)
    for profile in profiles:
        profile.close()
    assert not complaints, "\n".join(complaints)


@pytest.fixture(params=HANDS, ids=lambda hand: hand.name)
def hand(request):
    return request.param


@pytest.fixture(scope="session")
def customer_table(browser):
    return texts.read_table(browser.driver, "Customer")


@pytest.fixture
def make_customer(make_profile, customer_table, server):
    """Makes customers with a profile, at the start of the customer's page."""

    def make(hand=HANDS[0], language: str = "en", login: str | None = None, at: Server = server, **properties) -> Customer:
        page = make_profile(language=language, **properties).tab(at.shop)
        # Before the page knows an account, it asks for one.
        page.expect(r"GET \S+/api/user: 401$", *LEFT)
        return Customer(page, hand, texts.Texts(customer_table, language), login)

    return make


@pytest.fixture(scope="session")
def staff_table(browser):
    return texts.read_table(browser.driver, "Staff")


@pytest.fixture
def make_staff(make_profile, staff_table, server):
    """Adds people to the staff by the owner's command. Each is at the start of the staff's page."""

    def make(hand=HANDS[0], language: str = "en", role: str = "owner", at: Server = server, **properties) -> Staff:
        page = make_profile(language=language, **properties).tab(at.staff)
        # Before the page knows a person, it asks for one.
        page.expect(r"GET \S+/api/staff/me: 401$")
        staff = Staff(page, hand, texts.Texts(staff_table, language))
        staff.password = at.add_staff(staff.name, role)
        return staff

    return make
