"""Three bad days of Gemini, and whether a small program bears them.

Needs `pip install google-genai` and a running simulator:

    dioscuri sim --listen 127.0.0.1:8080
    python bad_days.py http://127.0.0.1:8080
"""

import json
import sys
import time
import urllib.request

from google import genai
from google.genai import errors

MODEL = "gemini-3.8-flash"


# The program under test: put your own here.


class DayIsOver(Exception):
    """The quota of the day is used up; before midnight Pacific nothing helps."""


class Incomplete(Exception):
    """A stream ended before the answer did."""


def ask(client, prompt, pause=0.05):
    """Asks, and asks again where that helps."""
    for attempt in range(5):
        try:
            return client.models.generate_content(model=MODEL, contents=prompt).text
        except errors.APIError as error:
            # The server's hint says seconds even for a day: what counts is which quota it was.
            if any("PerDay" in quota for quota in quotas(error)):
                raise DayIsOver from error
            if error.code not in (429, 500, 503):
                raise
            time.sleep(pause * 2**attempt)
    raise TimeoutError("five attempts were not enough")


def quotas(error):
    """The ids of the quotas that a refusal names."""
    details = error.details.get("error", {}).get("details", [])
    violations = [each for detail in details for each in detail.get("violations", [])]
    return [violation.get("quotaId", "") for violation in violations]


def read(client, prompt):
    """Reads a stream to its end, and makes sure that it has one."""
    text, reason = "", None
    for chunk in client.models.generate_content_stream(model=MODEL, contents=prompt):
        text += chunk.text or ""
        if chunk.candidates:
            reason = chunk.candidates[0].finish_reason or reason
    if reason is None:
        raise Incomplete(text)
    return text


# The bad days.

WORLD = """
[[model]]
name = "gemini-3.8-flash"
[[project]]
id = "castor"
surface = "developer"
tier = "free"
key = [{ secret = "test-key" }]
"""

OVERLOAD = """
[[incident]]
what = "capacity"
count = 2
"""

LAST_OF_THE_DAY = """
quota = [{ model = "gemini-3.8-flash", rpd = 20, rpd_used = 19 }]
"""

SILENT_END = """
[[incident]]
what = "stream_end"
frames = 2
"""


class Simulator:
    """What a test asks of the simulator, and does to it."""

    def __init__(self, url):
        self.url = url

    def control(self, method, path, body=None):
        request = urllib.request.Request(self.url + path, method=method, data=body and body.encode())
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def start(self, toml):
        """A new world, and a client for it that knows nothing of simulators."""
        self.control("PUT", "/sim/scenario", toml)
        return genai.Client(api_key="test-key", http_options={"base_url": self.url})

    def stats(self):
        return self.control("GET", "/sim/stats")


def an_overload_passes(simulator):
    client = simulator.start(WORLD + OVERLOAD)
    assert ask(client, "Who is Castor?")
    stats = simulator.stats()
    assert (stats["arrivals"], stats["refused"]) == (3, {"capacity": 2}), stats


def a_spent_day_is_not_knocked_at(simulator):
    client = simulator.start(WORLD + LAST_OF_THE_DAY)
    assert ask(client, "Who is Castor?")
    try:
        ask(client, "Who is Pollux?")
        raise AssertionError("the day was spent")
    except DayIsOver:
        pass
    assert simulator.stats()["arrivals"] == 2
    # A night passes in no time.
    simulator.control("POST", "/sim/time", '{"advance": "25h"}')
    assert ask(client, "Who is Pollux?")


def half_an_answer_is_none(simulator):
    client = simulator.start(WORLD + SILENT_END)
    try:
        read(client, "Who is Castor?")
        raise AssertionError("the stream had no end")
    except Incomplete:
        pass


if __name__ == "__main__":
    simulator = Simulator(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8080")
    for test in (an_overload_passes, a_spent_day_is_not_knocked_at, half_an_answer_is_none):
        test(simulator)
        print("ok", test.__name__)
