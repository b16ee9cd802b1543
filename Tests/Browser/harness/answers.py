"""Answers of the server that are late or lost, as on a bad network. The server has carried out the request."""

HELD = """const [path] = arguments;
    const ask = window.fetch;
    window.fetch = async (address, options) => {
        const answer = await ask(address, options);
        if (options?.method === 'POST' && address.endsWith(path)) {
            await new Promise((resolve) => { window.letAnswersCome = resolve; });
        }
        return answer;
    };"""

LOST = """const [path] = arguments;
    const ask = window.fetch;
    window.fetch = async (address, options) => {
        const answer = await ask(address, options);
        if (options?.method !== 'POST' || !address.endsWith(path)) return answer;
        window.fetch = ask;
        throw new TypeError('The test loses this answer.');
    };"""


def hold_answers(page, path: str) -> None:
    """From now on, the answers to POST requests whose address ends so are late."""
    page.run(HELD, path)


def is_answer_held(page) -> bool:
    """Returns true if the server has answered, and the page does not know it yet."""
    return page.run("return window.letAnswersCome !== undefined")


def let_answers_come(page) -> None:
    page.run("window.letAnswersCome()")


def lose_answer(page, path: str) -> None:
    """The page gets no answer to the next POST request whose address ends so."""
    page.run(LOST, path)
