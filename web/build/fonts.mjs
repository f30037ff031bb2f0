// Makes the fonts of the page: the characters it can show, out of the fonts' packages, with their licenses beside them.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import subset from "subset-font";

const require = createRequire(import.meta.url);
const target = new URL("../public/fonts/", import.meta.url);

const span = (from, to) =>
  Array.from({ length: to - from + 1 }, (_, at) => String.fromCodePoint(from + at)).join("");

const ascii = span(0x20, 0x7e);
const greek = span(0x391, 0x3a9) + span(0x3b1, 0x3c9) + "ϕϵϑϰϱϖ";
const operators =
  "±×÷·′″‖†‡…⁡⁢⁣⁤‾−∗∘√∂∇∈∉∅∞∑∏∫∀∃∓∝≠≈≃≡≤≥≪≫⊂⊗⊕⊙⊘⊤⊥⋅⋆⋯⋮⋱⟨⟩⌈⌉⌊⌋↦→←↔⇒⇔¬∧∨ℝℂℓℎıȷ^˜¯˙¨ˆ ⎛⎜⎝⎞⎟⎠⎡⎢⎣⎤⎥⎦⎧⎨⎩⎪⎫⎬⎭";
// The italic and bold letters that browsers take for names in MathML.
const letters = span(0x1d400, 0x1d467) + span(0x1d6a4, 0x1d71b) + span(0x1d7ce, 0x1d7d7);
const typography = " –—‘’“”•…→↗×·′≈≤≥−∂é";

const fonts = [
  ["@fontsource/stix-two-math", "stix-two-math-latin-400-normal", "stix-two-math", ascii + greek + operators + letters],
  ["@fontsource/stix-two-text", "stix-two-text-latin-400-normal", "stix-two-text", ascii + typography],
  ["@fontsource/stix-two-text", "stix-two-text-latin-400-italic", "stix-two-text-italic", ascii + typography],
  ["@fontsource/stix-two-text", "stix-two-text-latin-600-normal", "stix-two-text-semibold", ascii + typography],
  ["@fontsource/ibm-plex-mono", "ibm-plex-mono-latin-400-normal", "ibm-plex-mono", ascii + typography],
];

await mkdir(target, { recursive: true });
for (const [from, file, name, characters] of fonts) {
  const folder = dirname(require.resolve(`${from}/package.json`));
  const whole = await readFile(join(folder, "files", `${file}.woff2`));
  const small = await subset(whole, characters, { targetFormat: "woff2" });
  await writeFile(new URL(`${name}.woff2`, target), small);
  await writeFile(new URL(`LICENSE-${from.split("/")[1]}.txt`, target), await readFile(join(folder, "LICENSE")));
  console.log(name, whole.length, small.length);
}
