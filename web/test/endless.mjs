// An engine in WebAssembly, small enough to be written by hand: it answers short questions, always in the same way, and
// never comes back from long ones.

const LONGEST = 2000;

/** What it answers. */
export const MESSAGE = "the small engine answered";

function leb(value) {
  const bytes = [];
  for (let rest = value; ; rest >>= 7) {
    const isLast = rest >= -64 && rest < 64;
    bytes.push((rest & 0x7f) | (isLast ? 0 : 0x80));
    if (isLast) {
      return bytes;
    }
  }
}

function unsigned(value) {
  const bytes = [];
  for (let rest = value; ; rest >>>= 7) {
    bytes.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    if (rest <= 0x7f) {
      return bytes;
    }
  }
}

const sized = (bytes) => [...unsigned(bytes.length), ...bytes];
const text = (value) => sized([...new TextEncoder().encode(value)]);
const list = (items) => [...unsigned(items.length), ...items.flat()];
const section = (id, bytes) => [id, ...sized(bytes)];

const [I32, END] = [0x7f, 0x0b];
const reply = [...new TextEncoder().encode(JSON.stringify({ ok: false, errors: [{ code: "", message: MESSAGE, span: [0, 0] }] }))];
const constant = (value) => [0x41, ...leb(value)];
// The length of a question stands at 0, the reply at 16, the question at 4096.
const question = [0, ...constant(0), 0x20, 0, 0x36, 2, 0, ...constant(4096), END];
const isLong = [...constant(0), 0x28, 2, 0, ...constant(LONGEST), 0x4b];
const answer = [0, ...isLong, 0x04, 0x40, 0x03, 0x40, 0x0c, 0, END, END, ...constant(reply.length), END];

export const endless = Buffer.from([
  ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...section(1, list([[0x60, 1, I32, 1, I32], [0x60, 0, 1, I32]])),
  ...section(3, list([[0], [1], [1]])),
  ...section(5, list([[0, 2]])),
  ...section(
    7,
    list([
      [...text("memory"), 2, 0],
      [...text("question"), 0, 0],
      [...text("answer"), 0, 1],
      [...text("reply"), 0, 2],
    ]),
  ),
  ...section(10, list([question, answer, [0, ...constant(16), END]].map(sized))),
  ...section(11, list([[0, ...constant(16), END, ...sized(reply)]])),
]);
