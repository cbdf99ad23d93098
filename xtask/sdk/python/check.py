"""Holds the simulator against google-genai, Google's SDK for Python.

    python check.py BASE_URL CHECKS

BASE_URL is what `dioscuri sim` prints first, CHECKS is ../checks.json. Each check prints a line, `ok NAME` or
`not ok NAME: why`. A client differs from one that talks to Google by its base URL alone, so whatever is done here can
be done in a test of any program.
"""

import functools
import json
import re
import sys

from google import genai
from google.genai import errors, types
from google.oauth2.credentials import Credentials

MODEL = "gemini-3.8-flash"
PROMPT = "Name the brothers of Helen of Troy."
SURFACES = ["developer", "vertex", "express"]


@functools.cache
def connect(surface, base_url, credential=None):
    """A client for one surface of the simulator."""
    http_options = types.HttpOptions(base_url=base_url)
    if surface == "developer":
        return genai.Client(api_key=credential or "sim-developer", http_options=http_options)
    if surface == "express":
        return genai.Client(enterprise=True, api_key=credential or "sim-express", http_options=http_options)
    return genai.Client(
        enterprise=True,
        project="sdk-vertex",
        location="global",
        # A token at hand; without it the SDK looks for the credentials of this machine.
        credentials=Credentials(credential or "sim-vertex"),
        http_options=http_options,
    )


# ---- Answers


def generate(client, check):
    response = client.models.generate_content(model=MODEL, contents=PROMPT)
    holds(response.text, "there is no text")
    same(response.model_version, MODEL, "modelVersion")
    same(response.candidates[0].finish_reason, types.FinishReason.STOP, "finishReason")
    usage = response.usage_metadata
    holds(usage.prompt_token_count > 0, "the prompt has no tokens")
    holds(usage.candidates_token_count > 0, "the answer has no tokens")
    holds(usage.thoughts_token_count > 0, "the thoughts have no tokens")
    total = usage.prompt_token_count + usage.candidates_token_count + usage.thoughts_token_count
    same(usage.total_token_count, total, "totalTokenCount")


def alias(client, check):
    response = client.models.generate_content(model="gemini-flash-latest", contents=PROMPT)
    same(response.model_version, MODEL, "modelVersion")


def stream(client, check):
    chunks = list(client.models.generate_content_stream(model=MODEL, contents=PROMPT))
    holds(len(chunks) > 1, "it came in one piece")
    holds("".join(chunk.text or "" for chunk in chunks), "there is no text")
    reasons = [chunk.candidates[0].finish_reason for chunk in chunks]
    same(reasons[-1], types.FinishReason.STOP, "finishReason of the last chunk")
    same(set(reasons[:-1]), {None}, "finishReason of the others")
    holds(chunks[-1].usage_metadata.candidates_token_count > 0, "the last chunk has no usage")


def count_tokens(client, check):
    counted = client.models.count_tokens(model=MODEL, contents=PROMPT)
    response = client.models.generate_content(model=MODEL, contents=PROMPT)
    same(counted.total_tokens, response.usage_metadata.prompt_token_count, "totalTokens")


def embed(client, check):
    one = client.models.embed_content(model=check["model"], contents=PROMPT)
    same([len(embedding.values) for embedding in one.embeddings], [8], "dimensions")
    short = types.EmbedContentConfig(output_dimensionality=4, task_type="RETRIEVAL_QUERY")
    cut = client.models.embed_content(model=check["model"], contents=PROMPT, config=short)
    same([len(embedding.values) for embedding in cut.embeddings], [4], "dimensions asked for")


def embed_several(client, check):
    response = client.models.embed_content(model=check["model"], contents=["Castor", "Pollux", "Castor"])
    castor, pollux, again = [embedding.values for embedding in response.embeddings]
    same(len(castor), 8, "dimensions")
    same(castor, again, "the same text")
    holds(castor != pollux, "two texts have one embedding")


def list_models(client, check):
    pager = client.models.list(config={"page_size": 3})
    same(len(pager.page), 3, "models on the first page")
    names = [model.name for model in pager]
    holds(len(names) > 6, "there are not three pages")
    same(len(names), len(set(names)), "models, each once")
    holds(any(name.endswith(f"models/{MODEL}") for name in names), f"{MODEL} is not listed")


def get_model(client, check):
    model = client.models.get(model=MODEL)
    holds(model.name.endswith(f"models/{MODEL}"), f"it is called {model.name}")
    if not client.vertexai:
        holds(model.input_token_limit > 0, "no inputTokenLimit")
        holds("generateContent" in model.supported_actions, "it cannot generate")


def tier(client, check):
    """What served a request: in a header on the Developer API, beside the usage on Vertex."""
    if client.vertexai:
        response = client.models.generate_content(model=MODEL, contents=PROMPT)
        same(response.usage_metadata.traffic_type, types.TrafficType.ON_DEMAND, "trafficType")
    else:
        config = types.GenerateContentConfig(service_tier="flex")
        response = client.models.generate_content(model=MODEL, contents=PROMPT, config=config)
        same(response.sdk_http_response.headers.get("x-gemini-service-tier"), "flex", "x-gemini-service-tier")


def max_tokens(client, check):
    config = types.GenerateContentConfig(max_output_tokens=5)
    response = client.models.generate_content(model=MODEL, contents=PROMPT, config=config)
    same(response.candidates[0].finish_reason, types.FinishReason.MAX_TOKENS, "finishReason")


def continuation(client, check):
    """An answer longer than a request may be: the SDK asks on by itself, and adds up."""
    response = client.models.generate_content(model=check["model"], contents=PROMPT)
    same(response.candidates[0].finish_reason, types.FinishReason.STOP, "finishReason")
    holds(len(response.candidates[0].content.parts) > 1, "it came in one request")
    holds(response.usage_metadata.candidates_token_count > check["hop"], "the tokens are those of one request")


def continuation_by_hand(client, check):
    """The same request with the token of the last answer, until it is the last."""
    config = types.GenerateContentConfig(automatic_continuation=False)
    reasons = []
    while not reasons or reasons[-1] == "CONTINUATION":
        holds(len(reasons) < 5, f"it does not end: {reasons}")
        response = client.models.generate_content(model=check["model"], contents=PROMPT, config=config)
        holds(response.usage_metadata.candidates_token_count <= check["hop"], "too many tokens for one request")
        [candidate] = response.candidates
        reasons.append(candidate.finish_reason.value)
        config = config.model_copy(update={"continuation_token": candidate.continuation_token})
    same(reasons, ["CONTINUATION", "CONTINUATION", "STOP"], "finishReason of each request")


def continuation_in_stream(client, check):
    chunks = list(client.models.generate_content_stream(model=check["model"], contents=PROMPT))
    reasons = [chunk.candidates[0].finish_reason for chunk in chunks]
    same(reasons[-1], types.FinishReason.STOP, "finishReason of the last chunk")
    same(set(reasons[:-1]), {None}, "finishReason of the others")
    tokens = chunks[-1].usage_metadata.candidates_token_count
    holds(tokens > check["hop"], "the tokens are those of one request")


def retries_of_the_sdk(client, check):
    """Two refusals, then an answer. The SDK does not retry unless it is told to."""
    retries = types.HttpRetryOptions(attempts=3, initial_delay=0.01, jitter=0)
    config = types.GenerateContentConfig(http_options=types.HttpOptions(retry_options=retries))
    holds(client.models.generate_content(model=check["model"], contents=PROMPT, config=config).text, "no text")


def finishes(client, check):
    response = client.models.generate_content(model=check["model"], contents=PROMPT)
    same(response.candidates[0].finish_reason, types.FinishReason(check["finish"]), "finishReason")


def blocked(client, check):
    response = client.models.generate_content(model=check["model"], contents=PROMPT)
    same(response.prompt_feedback.block_reason, types.BlockedReason(check["block"]), "blockReason")
    same(response.candidates, None, "candidates")
    same(response.text, None, "text")


# ---- Errors


def refused(client, check):
    error = raised(lambda: client.models.generate_content(model=check["model"], contents=PROMPT))
    same_error(error, check["error"])


def unknown_field(client, check):
    """What is wrong with a request is named field by field."""
    http_options = types.HttpOptions(extra_body={"nonsense": 1})
    config = types.GenerateContentConfig(http_options=http_options)
    error = raised(lambda: client.models.generate_content(model=MODEL, contents=PROMPT, config=config))
    same_error(error, check["error"])
    violations = detail(error, "BadRequest")["fieldViolations"]
    same([violation["description"] for violation in violations], [error.message], "descriptions of fieldViolations")


def get_unknown_model(client, check):
    same_error(raised(lambda: client.models.get(model=check["model"])), check["error"])


def quota_of_a_minute(client, check):
    """One request a minute: the second is refused. On Vertex without details, as Google does it."""
    client.models.generate_content(model=check["model"], contents=PROMPT)
    error = raised(lambda: client.models.generate_content(model=check["model"], contents=PROMPT))
    same_error(error, check["error"])
    if not client.vertexai:
        [violation] = detail(error, "QuotaFailure")["violations"]
        same(violation["quotaId"], "GenerateRequestsPerMinutePerProjectPerModel", "quotaId")
        same(violation["quotaValue"], "1", "quotaValue")
        same(violation["quotaDimensions"], {"location": "global", "model": check["model"]}, "quotaDimensions")
        delay = float(detail(error, "RetryInfo")["retryDelay"].removesuffix("s"))
        holds(0 < delay <= 60, f"retryDelay is {delay} s")
        said = float(re.search(r"Please retry in ([\d.]+)s\.", error.message)[1])
        same(said, delay, "the delay that the message names")


def quota_of_a_day(client, check):
    error = raised(lambda: client.models.generate_content(model=check["model"], contents=PROMPT))
    same_error(error, check["error"])
    [violation] = detail(error, "QuotaFailure")["violations"]
    same(violation["quotaId"], "GenerateRequestsPerDayPerProjectPerModel", "quotaId")


def server_timeout(client, check):
    """The server's own limit. A client's `timeout` sends the same header, but then the client gives up first."""
    http_options = types.HttpOptions(headers={"X-Server-Timeout": "1"})
    config = types.GenerateContentConfig(http_options=http_options)
    error = raised(lambda: client.models.generate_content(model=check["model"], contents=PROMPT, config=config))
    same_error(error, check["error"])


# ---- Streams that do not end well


def stream_refused(client, check):
    """Before the first chunk a stream is refused as anything else is."""
    error = raised(lambda: list(client.models.generate_content_stream(model=check["model"], contents=PROMPT)))
    same_error(error, check["error"])


def stream_error(client, check):
    """After the first chunks, with a status of 200 long sent."""
    chunks = []
    error = raised(lambda: chunks.extend(client.models.generate_content_stream(model=check["model"], contents=PROMPT)))
    same_error(error, check["error"])
    same(len(chunks), check["frames"], "chunks before the error")


def stream_ends_silently(client, check):
    """No error: who does not look for a finishReason takes a part for the whole."""
    chunks = list(client.models.generate_content_stream(model=check["model"], contents=PROMPT))
    same(len(chunks), check["frames"], "chunks")
    same({chunk.candidates[0].finish_reason for chunk in chunks}, {None}, "finishReason")


# ---- What is checked, and how

BY_NAME = {
    "generate": generate,
    "alias": alias,
    "stream": stream,
    "count-tokens": count_tokens,
    "embed": embed,
    "embed-several": embed_several,
    "list-models": list_models,
    "get-model": get_model,
    "tier": tier,
    "max-tokens": max_tokens,
    "continuation": continuation,
    "continuation-by-hand": continuation_by_hand,
    "continuation-in-stream": continuation_in_stream,
    "retries-of-the-sdk": retries_of_the_sdk,
    "400-unknown-field": unknown_field,
    "404-get-unknown-model": get_unknown_model,
    "429-quota-of-a-minute": quota_of_a_minute,
    "429-quota-of-a-day": quota_of_a_day,
    "504-by-server-timeout": server_timeout,
    "stream-refused": stream_refused,
    "stream-error": stream_error,
    "stream-bare-error": stream_error,
    "stream-ends-silently": stream_ends_silently,
}


def way(check):
    """How a check is made: by its name, or by what it expects."""
    if check["name"] in BY_NAME:
        return BY_NAME[check["name"]]
    return finishes if "finish" in check else blocked if "block" in check else refused


def raised(call):
    """The SDK's own error that `call` raises."""
    try:
        call()
    except errors.APIError as error:
        return error
    raise AssertionError("no error was raised")


def same_error(error, wanted):
    """The error's class, code, status, message and details are those that are wanted."""
    kind = errors.ClientError if wanted["code"] < 500 else errors.ServerError
    same(type(error), kind, "class")
    same(error.code, wanted["code"], "code")
    same(error.status, wanted["status"], "status")
    holds(wanted["message"] in error.message, f"the message is: {error.message}")
    same(sorted(map(kind_of, details(error))), sorted(wanted["details"]), "details")


def details(error):
    """The details of an error; `error.details` is the whole body."""
    return error.details.get("error", {}).get("details", [])


def detail(error, kind):
    return next(detail for detail in details(error) if kind_of(detail) == kind)


def kind_of(detail):
    return detail["@type"].removeprefix("type.googleapis.com/google.rpc.")


def same(got, wanted, what):
    holds(got == wanted, f"{what}: {got!r} instead of {wanted!r}")


def holds(condition, otherwise):
    if not condition:
        raise AssertionError(otherwise)


def main(base_url, path):
    with open(path, encoding="utf-8") as file:
        checks = json.load(file)
    failed = False
    for check in checks:
        for surface in check.get("on", SURFACES):
            name = f"{check['name']}/{surface}"
            try:
                way(check)(connect(surface, base_url, check.get("credential")), check)
            except Exception as error:  # Whatever it is, the other checks go on.
                failed = True
                why = f"{type(error).__name__}: {error}".replace("\n", " ")
                print(f"not ok {name}: {why}", flush=True)
            else:
                print(f"ok {name}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
