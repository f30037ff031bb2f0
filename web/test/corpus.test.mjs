// The engine of the page writes what the command writes, byte by byte, over the whole corpus.
// Only how far a check was off is left out: it is rounding, and other algorithms round otherwise.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { engine } from "./engine.mjs";

const CORPUS = new URL("../../spec/corpus/", import.meta.url);
/** The command `gateaux`, built for this machine. */
const NATIVE = process.env.GATEAUX;

async function lines(name) {
  const content = await readFile(new URL(name, CORPUS), "utf8");
  return content
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

/** The questions about the formulas of the corpus; numbers are left out, since other algorithms round otherwise. */
async function questions() {
  const good = [...(await lines("derivatives.jsonl")), ...(await lines("hessians.jsonl"))];
  const bad = (await lines("errors.jsonl")).map(({ id, text, wrt }) => ({ id, expr: text, wrt }));
  const asked = good.flatMap(({ id, expr, vars, wrt, order }) => {
    const problem = { id, expr, vars, wrt, order };
    const isTold = Array.isArray(wrt) ? wrt.length <= 2 : order <= 2;
    return [{ ...problem, mathml: true }, ...(isTold ? [{ ...problem, steps: "full" }] : [])];
  });
  return [...asked, ...bad].map((question) => JSON.stringify(question));
}

const withoutRounding = (reply) => reply.replaceAll(/("check":\{"verdict":"\w+(?: \w+)*","error":)[^,]+/g, "$1-");

const skip = NATIVE ? false : "set GATEAUX to the command to compare with";
test("the engine and the command write the same of every case of the corpus", { skip }, async () => {
  const asked = await questions();
  const native = spawn(NATIVE, ["batch"], { stdio: ["pipe", "pipe", "inherit"] });
  native.stdin.end(`${asked.join("\n")}\n`);
  const expected = (await text(native.stdout)).trimEnd().split("\n");
  assert.equal(expected.length, asked.length);
  const ask = engine();
  const other = asked.filter((question, at) => withoutRounding(ask(question)) !== withoutRounding(expected[at]));
  assert.deepEqual(other, [], `${other.length} of ${asked.length} are answered otherwise`);
});
