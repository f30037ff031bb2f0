// The engine itself: WebAssembly, which answers one question after the other.

interface Exports {
  memory: WebAssembly.Memory;
  question(length: number): number;
  answer(): number;
  reply(): number;
}

let compiled: WebAssembly.Module;
let engine: Exports | undefined;

function answer(question: string): string {
  engine ??= new WebAssembly.Instance(compiled).exports as unknown as Exports;
  const bytes = new TextEncoder().encode(question);
  const at = engine.question(bytes.length);
  new Uint8Array(engine.memory.buffer, at, bytes.length).set(bytes);
  const length = engine.answer();
  // The memory may have grown, so its buffer is another one.
  return new TextDecoder().decode(new Uint8Array(engine.memory.buffer, engine.reply(), length));
}

self.onmessage = (message: MessageEvent<WebAssembly.Module | string>) => {
  if (typeof message.data !== "string") {
    compiled = message.data;
    return;
  }
  try {
    self.postMessage({ reply: answer(message.data) });
  } catch (error) {
    // After a trap the memory is in no known state.
    engine = undefined;
    self.postMessage({ trap: String(error) });
  }
};
