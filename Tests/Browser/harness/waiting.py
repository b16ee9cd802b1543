"""Waiting for conditions. No test sleeps a fixed time."""

import time

SECONDS_MAX = 15
PAUSE_SECONDS = 0.03


def wait_until(condition, description: str, seconds_max: float = SECONDS_MAX):
    """Asks for the condition until it is true, and returns its value.

    `description` completes the sentence "not within 15 s: …"; a callable is asked for it at the end.
    """
    end = time.monotonic() + seconds_max
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            words = description() if callable(description) else description
            raise AssertionError(f"not within {seconds_max} s: {words}")
        time.sleep(PAUSE_SECONDS)
