// axe-core finds nothing to mend, in both themes, with everything open.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { answered, launch, served } from "./browser.mjs";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const ALL = "steps,second,check,numbers,claim,cost,forms";
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

let browser;
let server;
let address;

before(async () => {
  ({ server, address } = await served());
  browser = await launch();
});
after(async () => {
  await browser.close();
  server.close();
});

/** What axe-core says of the page as it stands, in words. */
async function violations(page) {
  // Evaluated by the driver, so that the page's policy on scripts stands as it is.
  await page.evaluate(axe);
  const found = await page.evaluate((rules) => window.axe.run(document, { runOnly: rules }), RULES);
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.html} ${node.failureSummary}`).join("; ")}`);
}

const STATES = {
  "the answer with all sections": `#f=norm2(A*x - b)^2&wrt=x&claim=A'*(A*x - b)&show=${ALL}`,
  "several answers": `#f=norm2(W2*tanh(W1*x) - y)^2&wrt=W1,W2&show=${ALL}`,
  "a matrix by a matrix": `#f=X^2&wrt=X&show=${ALL}`,
  "structure and convention": `#f=logdet(S)&wrt=S&S=posdef(n)&order=2&convention=vech&show=${ALL}`,
  "a mistake": "#f=A*b + &wrt=A",
};

for (const colorScheme of ["light", "dark"]) {
  for (const [name, fragment] of Object.entries(STATES)) {
    test(`${name}, ${colorScheme}`, async (t) => {
      const context = await browser.newContext({ colorScheme, serviceWorkers: "block", reducedMotion: "reduce" });
      t.after(() => context.close());
      const page = await context.newPage();
      await page.goto(address + fragment);
      await (name === "a mistake" ? page.waitForSelector(".mistakes li") : answered(page));
      await page.waitForTimeout(1200);
      assert.deepEqual(await violations(page), []);
    });
  }

  for (const path of ["notation.html", "rules.html"]) {
    test(`${path}, ${colorScheme}`, async (t) => {
      const context = await browser.newContext({ colorScheme, serviceWorkers: "block" });
      t.after(() => context.close());
      const page = await context.newPage();
      await page.goto(address + path);
      await page.waitForSelector(path === "rules.html" ? ".rule" : ".function");
      assert.deepEqual(await violations(page), []);
    });
  }

  test(`the gallery, ${colorScheme}`, async (t) => {
    const context = await browser.newContext({ colorScheme, serviceWorkers: "block" });
    t.after(() => context.close());
    const page = await context.newPage();
    await page.goto(address);
    await answered(page);
    await page.click("#gallery-button");
    await page.waitForTimeout(1500);
    assert.deepEqual(await violations(page), []);
  });
}
