// Three bad days of Gemini, and whether a small program bears them.
//
// Needs `npm install @google/genai` and a running simulator:
//
//     dioscuri sim --listen 127.0.0.1:8080
//     node bad_days.mjs http://127.0.0.1:8080

import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { ApiError, GoogleGenAI } from "@google/genai";

const MODEL = "gemini-3.8-flash";

// The program under test: put your own here.

/** The quota of the day is used up; before midnight Pacific nothing helps. */
class DayIsOver extends Error {}

/** A stream ended before the answer did. */
class Incomplete extends Error {}

/** Asks, and asks again where that helps. */
async function ask(client, prompt, pause = 50) {
  for (let attempt = 0; attempt < 5; attempt++) {
    try {
      return (await client.models.generateContent({ model: MODEL, contents: prompt })).text;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // The server's hint says seconds even for a day: what counts is which quota it was.
      if (quotas(error).some((quota) => quota.includes("PerDay"))) throw new DayIsOver();
      if (![429, 500, 503].includes(error.status)) throw error;
      await sleep(pause * 2 ** attempt);
    }
  }
  throw new Error("five attempts were not enough");
}

/** The ids of the quotas that a refusal names. */
function quotas(error) {
  const details = JSON.parse(error.message).error.details ?? [];
  return details.flatMap((detail) => detail.violations ?? []).map((violation) => violation.quotaId ?? "");
}

/** Reads a stream to its end, and makes sure that it has one. */
async function read(client, prompt) {
  let text = "";
  let reason;
  for await (const chunk of await client.models.generateContentStream({ model: MODEL, contents: prompt })) {
    text += chunk.text ?? "";
    reason = chunk.candidates?.[0]?.finishReason ?? reason;
  }
  if (!reason) throw new Incomplete(text);
  return text;
}

// The bad days.

const WORLD = `
[[model]]
name = "gemini-3.8-flash"
[[project]]
id = "castor"
surface = "developer"
tier = "free"
key = [{ secret = "test-key" }]
`;

const OVERLOAD = `
[[incident]]
what = "capacity"
count = 2
`;

const LAST_OF_THE_DAY = `
quota = [{ model = "gemini-3.8-flash", rpd = 20, rpd_used = 19 }]
`;

const SILENT_END = `
[[incident]]
what = "stream_end"
frames = 2
`;

const url = process.argv[2] ?? "http://127.0.0.1:8080";

/** What a test asks of the simulator, and does to it. */
async function control(method, path, body) {
  const answer = await fetch(url + path, { method, body });
  assert.ok(answer.ok, await answer.clone().text());
  return answer.json();
}

/** A new world, and a client for it that knows nothing of simulators. */
async function start(toml) {
  await control("PUT", "/sim/scenario", toml);
  return new GoogleGenAI({ apiKey: "test-key", httpOptions: { baseUrl: url } });
}

async function anOverloadPasses() {
  const client = await start(WORLD + OVERLOAD);
  assert.ok(await ask(client, "Who is Castor?"));
  const stats = await control("GET", "/sim/stats");
  assert.equal(stats.arrivals, 3);
  assert.deepEqual(stats.refused, { capacity: 2 });
}

async function aSpentDayIsNotKnockedAt() {
  const client = await start(WORLD + LAST_OF_THE_DAY);
  assert.ok(await ask(client, "Who is Castor?"));
  await assert.rejects(ask(client, "Who is Pollux?"), DayIsOver);
  assert.equal((await control("GET", "/sim/stats")).arrivals, 2);
  // A night passes in no time.
  await control("POST", "/sim/time", '{"advance": "25h"}');
  assert.ok(await ask(client, "Who is Pollux?"));
}

async function halfAnAnswerIsNone() {
  const client = await start(WORLD + SILENT_END);
  await assert.rejects(read(client, "Who is Castor?"), Incomplete);
}

for (const test of [anOverloadPasses, aSpentDayIsNotKnockedAt, halfAnAnswerIsNone]) {
  await test();
  console.log("ok", test.name);
}
