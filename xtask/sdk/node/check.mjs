// Holds the simulator against @google/genai, Google's SDK for Node.
//
//     node check.mjs BASE_URL CHECKS
//
// BASE_URL is what `dioscuri sim` prints first, CHECKS is ../checks.json. Each check prints a line, `ok NAME` or
// `not ok NAME: why`. A client differs from one that talks to Google by its base URL alone, so whatever is done here
// can be done in a test of any program.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

import { ApiError, GoogleGenAI } from "@google/genai";
import { OAuth2Client } from "google-auth-library";

const MODEL = "gemini-3.8-flash";
const PROMPT = "Name the brothers of Helen of Troy.";
const SURFACES = ["developer", "vertex", "express"];

/** A client for one surface of the simulator. */
function connect(surface, baseUrl, credential) {
  const httpOptions = { baseUrl };
  if (surface === "developer") {
    return new GoogleGenAI({ apiKey: credential ?? "sim-developer", httpOptions });
  }
  if (surface === "express") {
    return new GoogleGenAI({ enterprise: true, apiKey: credential ?? "sim-express", httpOptions });
  }
  // A token at hand; without it the SDK looks for the credentials of this machine.
  const authClient = new OAuth2Client();
  authClient.setCredentials({ access_token: credential ?? "sim-vertex" });
  return new GoogleGenAI({
    enterprise: true,
    project: "sdk-vertex",
    location: "global",
    googleAuthOptions: { authClient },
    httpOptions,
  });
}

// ---- Answers

async function generate(client) {
  const response = await client.models.generateContent({ model: MODEL, contents: PROMPT });
  assert(response.text, "there is no text");
  same(response.modelVersion, MODEL, "modelVersion");
  same(response.candidates[0].finishReason, "STOP", "finishReason");
  const usage = response.usageMetadata;
  assert(usage.promptTokenCount > 0, "the prompt has no tokens");
  assert(usage.candidatesTokenCount > 0, "the answer has no tokens");
  assert(usage.thoughtsTokenCount > 0, "the thoughts have no tokens");
  const total = usage.promptTokenCount + usage.candidatesTokenCount + usage.thoughtsTokenCount;
  same(usage.totalTokenCount, total, "totalTokenCount");
}

async function alias(client) {
  const response = await client.models.generateContent({ model: "gemini-flash-latest", contents: PROMPT });
  same(response.modelVersion, MODEL, "modelVersion");
}

async function stream(client) {
  const chunks = await all(await client.models.generateContentStream({ model: MODEL, contents: PROMPT }));
  assert(chunks.length > 1, "it came in one piece");
  assert(chunks.map((chunk) => chunk.text ?? "").join(""), "there is no text");
  const reasons = chunks.map((chunk) => chunk.candidates[0].finishReason);
  same(reasons.pop(), "STOP", "finishReason of the last chunk");
  same(new Set(reasons), new Set([undefined]), "finishReason of the others");
  assert(chunks.at(-1).usageMetadata.candidatesTokenCount > 0, "the last chunk has no usage");
}

async function countTokens(client) {
  const counted = await client.models.countTokens({ model: MODEL, contents: PROMPT });
  const response = await client.models.generateContent({ model: MODEL, contents: PROMPT });
  same(counted.totalTokens, response.usageMetadata.promptTokenCount, "totalTokens");
}

async function embed(client, { model }) {
  const one = await client.models.embedContent({ model, contents: PROMPT });
  same(one.embeddings.map((embedding) => embedding.values.length), [8], "dimensions");
  const config = { outputDimensionality: 4, taskType: "RETRIEVAL_QUERY" };
  const cut = await client.models.embedContent({ model, contents: PROMPT, config });
  same(cut.embeddings.map((embedding) => embedding.values.length), [4], "dimensions asked for");
}

async function embedSeveral(client, { model }) {
  const response = await client.models.embedContent({ model, contents: ["Castor", "Pollux", "Castor"] });
  const [castor, pollux, again] = response.embeddings.map((embedding) => embedding.values);
  same(castor.length, 8, "dimensions");
  same(castor, again, "the same text");
  assert.notDeepEqual(castor, pollux, "two texts have one embedding");
}

async function listModels(client) {
  const pager = await client.models.list({ config: { pageSize: 3 } });
  same(pager.page.length, 3, "models on the first page");
  const names = (await all(pager)).map((model) => model.name);
  assert(names.length > 6, "there are not three pages");
  same(new Set(names).size, names.length, "models, each once");
  assert(names.some((name) => name.endsWith(`models/${MODEL}`)), `${MODEL} is not listed`);
}

async function getModel(client) {
  const model = await client.models.get({ model: MODEL });
  assert(model.name.endsWith(`models/${MODEL}`), `it is called ${model.name}`);
  if (!client.vertexai) {
    assert(model.inputTokenLimit > 0, "no inputTokenLimit");
    assert(model.supportedActions.includes("generateContent"), "it cannot generate");
  }
}

/** What served a request: in a header on the Developer API, beside the usage on Vertex. */
async function tier(client) {
  if (client.vertexai) {
    const response = await client.models.generateContent({ model: MODEL, contents: PROMPT });
    same(response.usageMetadata.trafficType, "ON_DEMAND", "trafficType");
  } else {
    const config = { serviceTier: "flex" };
    const response = await client.models.generateContent({ model: MODEL, contents: PROMPT, config });
    same(response.sdkHttpResponse.headers["x-gemini-service-tier"], "flex", "x-gemini-service-tier");
  }
}

async function maxTokens(client) {
  const config = { maxOutputTokens: 5 };
  const response = await client.models.generateContent({ model: MODEL, contents: PROMPT, config });
  same(response.candidates[0].finishReason, "MAX_TOKENS", "finishReason");
}

/** An answer longer than a request may be: the SDK asks on by itself, and adds up. */
async function continuation(client, { model, hop }) {
  const response = await client.models.generateContent({ model, contents: PROMPT });
  same(response.candidates[0].finishReason, "STOP", "finishReason");
  assert(response.candidates[0].content.parts.length > 1, "it came in one request");
  assert(response.usageMetadata.candidatesTokenCount > hop, "the tokens are those of one request");
}

/** The same request with the token of the last answer, until it is the last. */
async function continuationByHand(client, { model, hop }) {
  const config = { automaticContinuation: false };
  const reasons = [];
  while (reasons.length === 0 || reasons.at(-1) === "CONTINUATION") {
    assert(reasons.length < 5, `it does not end: ${reasons}`);
    const response = await client.models.generateContent({ model, contents: PROMPT, config });
    assert(response.usageMetadata.candidatesTokenCount <= hop, "too many tokens for one request");
    const [candidate] = response.candidates;
    reasons.push(candidate.finishReason);
    config.continuationToken = candidate.continuationToken;
  }
  same(reasons, ["CONTINUATION", "CONTINUATION", "STOP"], "finishReason of each request");
}

async function continuationInStream(client, { model, hop }) {
  const chunks = await all(await client.models.generateContentStream({ model, contents: PROMPT }));
  const reasons = chunks.map((chunk) => chunk.candidates[0].finishReason);
  same(reasons.pop(), "STOP", "finishReason of the last chunk");
  same(new Set(reasons), new Set([undefined]), "finishReason of the others");
  assert(chunks.at(-1).usageMetadata.candidatesTokenCount > hop, "the tokens are those of one request");
}

/** Two refusals, then an answer. The SDK does not retry unless it is told to. */
async function retriesOfTheSdk(client, { model }) {
  const config = { httpOptions: { retryOptions: { attempts: 3, initialDelay: 0.01, jitter: 0 } } };
  assert((await client.models.generateContent({ model, contents: PROMPT, config })).text, "no text");
}

async function finishes(client, { model, finish }) {
  const response = await client.models.generateContent({ model, contents: PROMPT });
  same(response.candidates[0].finishReason, finish, "finishReason");
}

async function blocked(client, { model, block }) {
  const response = await client.models.generateContent({ model, contents: PROMPT });
  same(response.promptFeedback.blockReason, block, "blockReason");
  same(response.candidates, undefined, "candidates");
  same(response.text, undefined, "text");
}

// ---- Errors

async function refused(client, { model, error: wanted }) {
  sameError(await raised(() => client.models.generateContent({ model, contents: PROMPT })), wanted);
}

/** What is wrong with a request is named field by field. */
async function unknownField(client, { error: wanted }) {
  const config = { httpOptions: { extraBody: { nonsense: 1 } } };
  const error = await raised(() => client.models.generateContent({ model: MODEL, contents: PROMPT, config }));
  sameError(error, wanted);
  const descriptions = detail(error, "BadRequest").fieldViolations.map((violation) => violation.description);
  same(descriptions, [body(error).message], "descriptions of fieldViolations");
}

async function getUnknownModel(client, { model, error: wanted }) {
  sameError(await raised(() => client.models.get({ model })), wanted);
}

/** One request a minute: the second is refused. On Vertex without details, as Google does it. */
async function quotaOfAMinute(client, { model, error: wanted }) {
  await client.models.generateContent({ model, contents: PROMPT });
  const error = await raised(() => client.models.generateContent({ model, contents: PROMPT }));
  sameError(error, wanted);
  if (!client.vertexai) {
    const [violation, ...others] = detail(error, "QuotaFailure").violations;
    same(others, [], "other violations");
    same(violation.quotaId, "GenerateRequestsPerMinutePerProjectPerModel", "quotaId");
    same(violation.quotaValue, "1", "quotaValue");
    same(violation.quotaDimensions, { location: "global", model }, "quotaDimensions");
    const delay = Number.parseFloat(detail(error, "RetryInfo").retryDelay);
    assert(delay > 0 && delay <= 60, `retryDelay is ${delay} s`);
    const [, said] = /Please retry in ([\d.]+)s\./.exec(body(error).message);
    same(Number.parseFloat(said), delay, "the delay that the message names");
  }
}

async function quotaOfADay(client, { model, error: wanted }) {
  const error = await raised(() => client.models.generateContent({ model, contents: PROMPT }));
  sameError(error, wanted);
  const [violation] = detail(error, "QuotaFailure").violations;
  same(violation.quotaId, "GenerateRequestsPerDayPerProjectPerModel", "quotaId");
}

/** The server's own limit. A client's `timeout` sends the same header, but then the client gives up first. */
async function serverTimeout(client, { model, error: wanted }) {
  const config = { httpOptions: { headers: { "X-Server-Timeout": "1" } } };
  sameError(await raised(() => client.models.generateContent({ model, contents: PROMPT, config })), wanted);
}

// ---- Streams that do not end well

/** Before the first chunk a stream is refused as anything else is. */
async function streamRefused(client, { model, error: wanted }) {
  sameError(await raised(() => client.models.generateContentStream({ model, contents: PROMPT })), wanted);
}

/** After the first chunks, with a status of 200 long sent. */
async function streamError(client, { model, frames, error: wanted }) {
  const chunks = [];
  const error = await raised(async () => {
    for await (const chunk of await client.models.generateContentStream({ model, contents: PROMPT })) {
      chunks.push(chunk);
    }
  });
  sameError(error, wanted);
  same(chunks.length, frames, "chunks before the error");
}

/** No error: who does not look for a finishReason takes a part for the whole. */
async function streamEndsSilently(client, { model, frames }) {
  const chunks = await all(await client.models.generateContentStream({ model, contents: PROMPT }));
  same(chunks.length, frames, "chunks");
  same(new Set(chunks.map((chunk) => chunk.candidates[0].finishReason)), new Set([undefined]), "finishReason");
}

// ---- What is checked, and how

const BY_NAME = {
  generate,
  alias,
  stream,
  "count-tokens": countTokens,
  embed,
  "embed-several": embedSeveral,
  "list-models": listModels,
  "get-model": getModel,
  tier,
  "max-tokens": maxTokens,
  continuation,
  "continuation-by-hand": continuationByHand,
  "continuation-in-stream": continuationInStream,
  "retries-of-the-sdk": retriesOfTheSdk,
  "400-unknown-field": unknownField,
  "404-get-unknown-model": getUnknownModel,
  "429-quota-of-a-minute": quotaOfAMinute,
  "429-quota-of-a-day": quotaOfADay,
  "504-by-server-timeout": serverTimeout,
  "stream-refused": streamRefused,
  "stream-error": streamError,
  "stream-bare-error": streamError,
  "stream-ends-silently": streamEndsSilently,
};

/** How a check is made: by its name, or by what it expects. */
function way(check) {
  return BY_NAME[check.name] ?? (check.finish ? finishes : check.block ? blocked : refused);
}

async function all(items) {
  const found = [];
  for await (const item of items) {
    found.push(item);
  }
  return found;
}

/** The SDK's own error that `call` throws. */
async function raised(call) {
  try {
    await call();
  } catch (error) {
    if (error instanceof ApiError) {
      return error;
    }
    throw error;
  }
  throw new assert.AssertionError({ message: "no error was thrown" });
}

/** The error's code, status, message and details are those that are wanted. */
function sameError(error, wanted) {
  same(error.status, wanted.code, "status of the error");
  const { code, status, message } = body(error);
  same(code, wanted.code, "code");
  same(status, wanted.status, "status");
  assert(message.includes(wanted.message), `the message is: ${message}`);
  same(details(error).map(kindOf).sort(), [...wanted.details].sort(), "details");
}

/** The error as Google sent it. The SDK writes it into the message; within a stream a status stands before it. */
function body(error) {
  return JSON.parse(error.message.slice(error.message.indexOf("{"))).error;
}

function details(error) {
  return body(error).details ?? [];
}

function detail(error, kind) {
  return details(error).find((detail) => kindOf(detail) === kind);
}

function kindOf(detail) {
  return detail["@type"].replace("type.googleapis.com/google.rpc.", "");
}

function same(got, wanted, what) {
  assert.deepEqual(got, wanted, `${what}: ${show(got)} instead of ${show(wanted)}`);
}

function show(value) {
  return JSON.stringify(value instanceof Set ? [...value] : value);
}

const [baseUrl, path] = process.argv.slice(2);
for (const check of JSON.parse(await readFile(path, "utf8"))) {
  for (const surface of check.on ?? SURFACES) {
    const name = `${check.name}/${surface}`;
    try {
      await way(check)(connect(surface, baseUrl, check.credential), check);
      console.log(`ok ${name}`);
    } catch (error) {
      process.exitCode = 1;
      console.log(`not ok ${name}: ${error.name}: ${error.message.replaceAll("\n", " ")}`);
    }
  }
}
