"""Collects the complaints of the browser while a test runs: errors in the console, violations of the content security policy,
and requests that failed. A test fails if there is one that it did not expect."""

import re

# Chromium does not report violations as messages of the console. This runs in each page before its own scripts.
REPORT_VIOLATIONS = """() => addEventListener('securitypolicyviolation', (event) => console.error(
    `policy violation: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`), true)"""


class Complaints:
    """The complaints about all pages of a browser. They arrive on a thread of Selenium, in tabs that may be closed already."""

    def __init__(self, driver) -> None:
        self.found: list[tuple[str, str]] = []
        driver.script.add_preload_script(function_declaration=REPORT_VIOLATIONS)
        driver.script.add_console_message_handler(self.add_log_entry)
        driver.script.add_javascript_error_handler(self.add_log_entry)
        driver.network.add_event_handler("response_started", self.add_response)
        driver.network.add_event_handler("fetch_error", self.add_failed_request)

    def add_log_entry(self, entry) -> None:
        if entry.level == "error":
            self.found.append((context_of(entry), f"console: {entry.text}"))

    def add_response(self, event) -> None:
        # Selenium has no class for this event. Chromium reports the end of a response only if the page reads it.
        status, request = event["response"]["status"], event["request"]
        if status >= 400:
            self.found.append((event["context"], f"request: {request['method']} {request['url']}: {status}"))

    def add_failed_request(self, event) -> None:
        words = f"request: {event.request['method']} {event.request['url']}: {event.error_text}"
        self.found.append((event.context, words))

    def about(self, tabs: list[str], expected: list[str]) -> list[str]:
        """Returns the complaints about these tabs that match none of the expected patterns."""
        mine = [words for tab, words in list(self.found) if tab in tabs]
        return [words for words in mine if not any(re.search(pattern, words) for pattern in expected)]


def context_of(entry) -> str | None:
    source = entry.source
    return source.get("context") if isinstance(source, dict) else getattr(source, "context", None)
