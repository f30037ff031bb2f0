// Measures in the browser: the first answer after a cold load, and the answer after a key press over the gallery.

import { answered, box, launch, served } from "./browser.mjs";

const LOADS = 7;

function quantile(values, part) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
}

function report(name, values) {
  const [median, late] = [quantile(values, 0.5), quantile(values, 0.95)];
  console.log(`${name}: median ${median.toFixed(0)} ms, 95th percentile ${late.toFixed(0)} ms, ${values.length} times`);
}

const { server, address } = await served();
const browser = await launch();

const loads = [];
for (let at = 0; at < LOADS; at += 1) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.addInitScript(() => {
    new MutationObserver((_changes, observer) => {
      if (document.querySelector("#answer math")) {
        observer.disconnect();
        requestAnimationFrame(() => {
          window.firstAnswer = performance.now();
        });
      }
    }).observe(document, { childList: true, subtree: true });
  });
  await page.goto(address);
  await page.waitForFunction(() => window.firstAnswer !== undefined);
  loads.push(await page.evaluate(() => window.firstAnswer));
  await context.close();
}
report("first answer after a cold load", loads);

const context = await browser.newContext();
const page = await context.newPage();
await page.goto(address);
await answered(page);
await page.click("#gallery-button");
await page.waitForSelector("#gallery .card");
const links = await page.$$eval("#gallery a.card", (cards) => cards.map((card) => card.getAttribute("href")));
await page.click("#gallery-close");
// From the key to the answer in the document, and to the next frame.
const [computed, painted] = [[], []];
for (const link of links) {
  await page.evaluate((link) => {
    location.hash = link;
  }, link);
  await page.waitForTimeout(250);
  await answered(page);
  await box(page).focus();
  await page.keyboard.press("ControlOrMeta+End");
  await page.evaluate(() => {
    window.measured = new Promise((done) => {
      const editor = document.querySelector("#editor").shadowRoot;
      const answer = document.querySelector("#answer");
      let pressed = 0;
      editor.addEventListener("keydown", () => (pressed = performance.now()), { once: true, capture: true });
      new MutationObserver((_changes, observer) => {
        if (pressed && !answer.classList.contains("stale")) {
          observer.disconnect();
          const inserted = performance.now();
          requestAnimationFrame(() => setTimeout(() => done([inserted - pressed, performance.now() - pressed])));
        }
      }).observe(answer, { childList: true });
    });
  });
  // A blank behind the formula: the same problem, asked anew.
  await page.keyboard.press(" ");
  const never = page.waitForTimeout(8000).then(() => [Number.NaN, Number.NaN]);
  const [inserted, seen] = await Promise.race([page.evaluate(() => window.measured), never]);
  if (Number.isNaN(inserted)) {
    console.log("no answer:", link);
    continue;
  }
  computed.push(inserted);
  painted.push(seen);
}
report("key press to answer", computed);
report("key press to painted answer", painted);
await browser.close();
server.close();
