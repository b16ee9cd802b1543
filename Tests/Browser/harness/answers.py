"""Answers of the server that are late or lost, as on a bad network, and those that would take a test too long to get."""

HELD = """const [path] = arguments;
    const ask = window.fetch.bind(window);
    const end = new Promise((resolve) => { window.letAnswersCome = resolve; });
    window.fetch = async (address, options) => {
        const answer = await ask(address, options);
        if (!address.endsWith(path)) return answer;
        window.isAnswerHeld = true;
        await end;
        return answer;
    };"""

# After another round trip, the page has taken the answers.
RELEASED = """window.letAnswersCome();
    return window.fetch('/config.json').then((answer) => answer.text());"""

LOST = """const [path] = arguments;
    const ask = window.fetch;
    window.fetch = async (address, options) => {
        const answer = await ask(address, options);
        if (options?.method !== 'POST' || !address.endsWith(path)) return answer;
        window.fetch = ask;
        throw new TypeError('The test loses this answer.');
    };"""

REFUSED = """const [path, status, type] = arguments;
    const ask = window.fetch;
    window.fetch = async (address, options) => {
        if (options?.method !== 'POST' || !address.endsWith(path)) return ask(address, options);
        return new Response(JSON.stringify({ type: `/docs#problem-${type}` }), { status });
    };"""


def hold_answers(page, path: str) -> None:
    """From now on, the answers to requests whose address ends so are late. The server has carried them out."""
    page.run(HELD, path)


def is_answer_held(page) -> bool:
    """Returns true if the server has answered, and the page does not know it yet."""
    return page.run("return window.isAnswerHeld === true")


def let_answers_come(page) -> None:
    page.run(RELEASED)


def lose_answer(page, path: str) -> None:
    """The page gets no answer to the next POST request whose address ends so. The server has carried it out."""
    page.run(LOST, path)


def refuse(page, path: str, status: int, problem: str) -> None:
    """From now on, POST requests whose address ends so are refused, and the server does not get them."""
    page.run(REFUSED, path, status, problem)
