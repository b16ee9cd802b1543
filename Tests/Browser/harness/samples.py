"""The samples of a documentation page, as they are in its HTML."""

import urllib.request
from dataclasses import dataclass
from html.parser import HTMLParser

LANGUAGES = ["curl", "JavaScript", "Python"]


@dataclass
class Sample:
    # The id of the heading above it, which is that of an operation or of a first step.
    section: str
    language: str
    text: str


class SampleReader(HTMLParser):
    """Collects the samples, and the address for which they are written."""

    def __init__(self) -> None:
        super().__init__()
        self.samples: list[Sample] = []
        self.origin = ""
        self.section = ""
        self.language: str | None = None
        self.is_in_code = False

    def handle_starttag(self, tag, attributes) -> None:
        properties = dict(attributes)
        if tag == "body":
            self.origin = properties["data-origin"]
        elif tag in ("h2", "h3"):
            self.section = properties["id"]
        elif tag == "figure":
            self.language = properties.get("data-language")
        elif tag == "code" and self.language:
            self.is_in_code = True
            self.samples.append(Sample(self.section, self.language, ""))

    def handle_endtag(self, tag) -> None:
        if tag == "code":
            self.is_in_code = False
        elif tag == "figure":
            self.language = None

    def handle_data(self, data) -> None:
        if self.is_in_code:
            self.samples[-1].text += data


def read_samples(address: str) -> list[Sample]:
    """Returns the samples of an API's page, with the server's address in place of the one for which they are written."""
    with urllib.request.urlopen(f"{address}/docs", timeout=20) as response:
        reader = SampleReader()
        reader.feed(response.read().decode())
    for sample in reader.samples:
        assert reader.origin in sample.text, sample
        sample.text = sample.text.replace(reader.origin, address)
    return reader.samples


def read_start(address: str, language: str) -> list[str]:
    """Returns the programs of the first steps, in their order."""
    return [each.text for each in read_samples(address) if each.section.startswith("start-") and each.language == language]
