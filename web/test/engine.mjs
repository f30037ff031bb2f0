// The engine of the page without a page: the same WebAssembly in Node.js.

import { readFile } from "node:fs/promises";

const module = await WebAssembly.compile(await readFile(new URL("../dist/gateaux.wasm", import.meta.url)));

/** A fresh engine: a function from a question to its reply, both text. */
export function engine() {
  const { memory, question, answer, reply } = new WebAssembly.Instance(module).exports;
  return (asked) => {
    const bytes = new TextEncoder().encode(asked);
    const at = question(bytes.length);
    new Uint8Array(memory.buffer, at, bytes.length).set(bytes);
    const length = answer();
    return new TextDecoder().decode(new Uint8Array(memory.buffer, reply(), length));
  };
}
