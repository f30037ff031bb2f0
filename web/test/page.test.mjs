// The page in a real browser, as people use it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { answered, box, launch, served, type } from "./browser.mjs";
import { endless, MESSAGE } from "./endless.mjs";

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

/** A page in a fresh profile; what it complains about fails the test. */
async function open(t, fragment = "", options = {}) {
  const context = await browser.newContext({ serviceWorkers: "block", ...options });
  const page = await context.newPage();
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  t.after(async () => {
    await context.close();
    assert.deepEqual(complaints, []);
  });
  await page.goto(address + fragment);
  return page;
}

const text = (page, selector) => page.locator(selector).innerText();

/** The text of a form of the answer, as the button copies it. */
async function copied(page, what, notation) {
  await page.getByRole("button", { name: `Copy the ${what} as ${notation}`, exact: true }).first().click();
  return page.evaluate(() => navigator.clipboard.readText());
}

const CLIPBOARD = { permissions: ["clipboard-read", "clipboard-write"] };

test("the first answer is there without a key press", async (t) => {
  const page = await open(t, "", CLIPBOARD);
  await answered(page, "norm2(A*x - b)^2");
  assert.equal(await copied(page, "gradient", "text"), "2*A'*(A*x - b)");
  await page.waitForSelector(".verdict.good");
  assert.match(await text(page, "#verdict"), /verified numerically/);
});

test("every example of the gallery has an answer that is verified", async (t) => {
  const page = await open(t);
  await answered(page);
  await page.click("#gallery-button");
  await page.waitForSelector("#gallery .card");
  const cards = page.locator("#gallery .card");
  const count = await cards.count();
  assert.ok(count >= 36, `${count} examples`);
  for (let at = 0; at < count; at += 1) {
    if (!(await page.locator("#gallery").isVisible())) {
      await page.click("#gallery-button");
    }
    const title = await cards.nth(at).locator(".card-title").innerText();
    await cards.nth(at).click();
    await page.waitForFunction(
      (link) => {
        const answer = document.querySelector("#answer");
        const formula = new URLSearchParams(link.slice(1).replaceAll("+", "%2B")).get("f");
        return answer.dataset.formula === formula && !answer.classList.contains("stale");
      },
      await cards.nth(at).getAttribute("href"),
    );
    assert.equal(await page.locator(".mistakes li").count(), 0, title);
    assert.ok((await page.locator("#answer .derivative math").count()) > 1, title);
    await page.waitForFunction(() => {
      const verdict = document.querySelector("#verdict");
      return !verdict.classList.contains("stale") && verdict.querySelector(".verdict");
    });
    assert.equal(await page.locator("#verdict .verdict.bad").count(), 0, `${title}: ${await text(page, "#verdict")}`);
  }
});

test("a mistake is shown at its place, with advice, and goes when it is mended", async (t) => {
  const page = await open(t);
  await answered(page);
  await type(page, "A: matrix(m, n); b: vector(m); A*b");
  await page.waitForSelector(".mistakes li");
  assert.match(await text(page, ".mistakes"), /cannot multiply A \(m x n\) by b \(m\)/);
  assert.match(await text(page, ".mistakes"), /did you mean A'\*b/);
  assert.equal(await page.locator("#editor .cm-lintRange-error").innerText(), "A*b");
  await page.waitForFunction(() => document.querySelector("#alert").textContent.includes("cannot multiply"));
  await type(page, "A: matrix(m, n); b: vector(m); A'*b");
  await answered(page, "A: matrix(m, n); b: vector(m); A'*b");
  assert.equal(await page.locator(".mistakes li").count(), 0);
  assert.equal(await page.locator("#editor .cm-lintRange-error").count(), 0);
});

test("places count characters, also beyond 16 bits", async (t) => {
  const page = await open(t, "#f=%23 𝔸𝔹%0Ax%2B*y");
  await page.waitForSelector(".mistakes li");
  const marked = await page.locator("#editor .cm-lintRange-error").first().innerText();
  assert.ok(!marked.includes("𝔸"), marked);
});

test("an address opens its state, and the button back gives the last one", async (t) => {
  const page = await open(t, "#f=x'*A*x&wrt=x&order=2&A=symmetric(n)", CLIPBOARD);
  await answered(page, "x'*A*x");
  assert.equal(await copied(page, "Hessian", "text"), "2*A");
  assert.equal(await page.getByLabel("Kind of A", { exact: true }).inputValue(), "symmetric");
  await page.getByRole("radio", { name: "first" }).check();
  await page.waitForFunction(() => !location.hash.includes("order"));
  await type(page, "tr(A)");
  await answered(page, "tr(A)");
  assert.ok(page.url().includes("#f=tr(A)"), page.url());
  await page.goBack();
  await answered(page, "x'*A*x");
  assert.equal(await box(page).innerText(), "x'*A*x");
  await page.goBack();
  await page.waitForFunction(() => location.hash.includes("order=2"));
  await page.waitForSelector("h3:text-is('Hessian')");
});

test("the last problem is remembered", async (t) => {
  const page = await open(t);
  await answered(page);
  await type(page, "det(X)");
  await answered(page, "det(X)");
  await page.goto("about:blank");
  await page.goto(address);
  await answered(page, "det(X)");
});

test("kinds and sizes can be changed, and inferred again", async (t) => {
  const page = await open(t, "#f=tr(A*S)&wrt=S", CLIPBOARD);
  await answered(page, "tr(A*S)");
  await page.getByLabel("Kind of S", { exact: true }).selectOption("symmetric");
  await page.waitForFunction(() => location.hash.includes("S=symmetric("));
  await page.waitForSelector("#convention .choice");
  await page.waitForFunction(() => !document.querySelector("#convention-part").hidden);
  assert.equal(await copied(page, "gradient", "text"), "sym(A)");
  await page.getByRole("radio", { name: /independent entries/ }).check();
  await page.waitForFunction(() => document.querySelector("#answer").textContent.includes("diag"));
  await page.getByLabel("infer again: S").click();
  await page.waitForFunction(() => !location.hash.includes("S="));
  await page.getByLabel("Sizes of A").fill("3, k");
  await page.getByLabel("Sizes of A").press("Enter");
  await page.waitForFunction(() => location.hash.includes("A=matrix(3,k)"));
});

test("variables and orders are chosen by buttons", async (t) => {
  const page = await open(t, "#f=norm2(W2*tanh(W1*x) - y)^2&wrt=W1");
  await answered(page);
  await page.getByRole("checkbox", { name: "W2" }).check();
  await page.waitForFunction(() => document.querySelectorAll("#answer .derivative").length === 2);
  assert.ok(page.url().includes("wrt=W1,W2"), page.url());
  await page.getByRole("radio", { name: "second" }).check();
  await page.waitForFunction(() => location.hash.includes("order=2"));
  await answered(page);
  assert.equal(await page.locator(".mistakes li").count(), 0);
});

test("every copy button copies its notation and says so", async (t) => {
  const page = await open(t, "#f=X^2&wrt=X", CLIPBOARD);
  await answered(page, "X^2");
  assert.equal(await copied(page, "differential", "text"), "df = dX*X + X*dX");
  assert.match(await text(page, "#status"), /Copied the differential as text/);
  assert.equal(await copied(page, "differential", "LaTeX"), "\\mathrm{d}f = \\mathrm{d}X \\, X + X \\, \\mathrm{d}X");
  const mathml = await copied(page, "operator", "MathML");
  assert.match(mathml, /^<math xmlns="http:\/\/www.w3.org\/1998\/Math\/MathML"/);
  assert.equal(await copied(page, "Kronecker form", "text"), "M = kron(eye(n), X) + kron(X', eye(n))");
});

test("steps name rules that have an explanation", async (t) => {
  const page = await open(t, "#f=logdet(A'*A)&wrt=A&show=steps");
  await page.waitForSelector(".derivation li");
  const links = await page.$$eval(".reason a", (links) => links.map((link) => link.href));
  assert.ok(links.length >= 3);
  for (const link of new Set(links)) {
    await page.goto(link);
    const id = new URL(link).hash.slice(1);
    await page.waitForFunction((id) => document.getElementById(id), id);
  }
});

test("a wrong formula is judged", async (t) => {
  const page = await open(t, "#f=norm2(A*x - b)^2&wrt=x&show=claim");
  await answered(page);
  await page.getByLabel("My formula for the gradient").fill("A'*(A*x - b)");
  await page.waitForSelector(".judgment .verdict.bad");
  assert.match(await text(page, ".judgment"), /off by the factor 2/);
  await page.getByLabel("My formula for the gradient").fill("2*A'*(A*x - b)");
  await page.waitForSelector(".judgment .verdict.good");
});

test("numbers follow their inputs and sizes", async (t) => {
  const page = await open(t, "#f=x'*x&wrt=x&show=numbers&n=2&value.x=[3,4]");
  await page.waitForSelector(".outputs .figure");
  assert.equal(await text(page, ".outputs .figure"), "25");
  await page.getByLabel("x, entry 1").fill("0");
  await page.getByLabel("x, entry 1").press("Tab");
  await page.waitForFunction(() => document.querySelector(".outputs .figure")?.textContent === "16");
  assert.ok(decodeURIComponent(page.url()).includes("value.x=[0,4]"), page.url());
  await page.locator("#numbers .size-field input").fill("3");
  await page.keyboard.press("Tab");
  await page.waitForSelector("[aria-label='x, entry 3']");
});

test("the verdict has its plot, costs their sizes, the Hessian its section", async (t) => {
  const page = await open(t, "#f=sum(exp(A*x))&wrt=x&show=check,cost,second");
  await page.waitForSelector(".plot polyline.forward");
  await page.waitForSelector(".costs .best");
  await page.waitForSelector("#second-body h3:text-is('Hessian')");
  await page.locator("#cost .size-field input").first().fill("1000");
  await page.keyboard.press("Tab");
  await page.waitForFunction(() => location.hash.includes("cost."));
});

test("LaTeX is read, and written when the notation is switched", async (t) => {
  const page = await open(t, "#f=\\frac12 \\|Ax - b\\|_2^2&input=latex&wrt=x", CLIPBOARD);
  await answered(page);
  assert.equal(await copied(page, "gradient", "text"), "A'*(A*x - b)");
  assert.match(await text(page, "#read-as"), /norm2\(A\*x - b\)\^2/);
  await page.locator("#input").selectOption("text");
  await answered(page, "1/2*norm2(A*x - b)^2");
});

test("it works without a network after the first load", async (t) => {
  const page = await open(t, "", { serviceWorkers: "allow" });
  await answered(page);
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.context().setOffline(true);
  await page.goto(`${address}?embed#f=det(X)&wrt=X`);
  await answered(page, "det(X)");
  await page.waitForSelector(".verdict.good");
  await page.goto(`${address}notation.html`);
  await page.waitForSelector(".function");
  await page.goto(`${address}rules.html`);
  await page.waitForSelector(".rule");
});

test("after the load nothing is fetched from anywhere else, or at all", async (t) => {
  const page = await open(t);
  await answered(page);
  const requests = [];
  page.on("request", (request) => requests.push(request.url()));
  await type(page, "softmax(A*x)");
  await answered(page, "softmax(A*x)");
  await page.click("#steps summary");
  await page.waitForSelector(".derivation li");
  const other = requests.filter((url) => !/engine\.worker|\/fonts\/|icon\.svg/.test(url));
  assert.deepEqual(other, []);
});

test("in a frame it is only the problem and the answer", async (t) => {
  const page = await open(t, "?embed#f=X'*X&wrt=X");
  await answered(page, "X'*X");
  assert.equal(await page.locator(".top").isVisible(), false);
});

test("the keyboard alone is enough", async (t) => {
  const page = await open(t);
  await answered(page);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.id), "skip");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "main");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.id), "input");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.id), "editor");
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type("logd");
  await page.waitForSelector("#editor .cm-tooltip-autocomplete");
  // A list that has just come up does not take the key that was meant for the text.
  await page.waitForTimeout(200);
  await page.keyboard.press("Enter");
  await page.keyboard.type("X)");
  await answered(page, "logdet(X)");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Tab");
  assert.notEqual(await page.evaluate(() => document.activeElement.id), "editor");
  // Every stop of the tab key can be left again, and the sections open by the keyboard.
  const stops = new Set();
  for (let at = 0; at < 60; at += 1) {
    const stop = await page.evaluate(() => {
      const active = document.activeElement;
      return active.tagName === "SUMMARY" ? `#${active.parentElement.id}` : active.tagName;
    });
    stops.add(stop);
    if (stop === "#cost") {
      break;
    }
    await page.keyboard.press("Tab");
  }
  assert.ok(["#steps", "#second", "#check", "#numbers", "#claim", "#cost"].every((stop) => stops.has(stop)), [...stops].join());
  await page.keyboard.press("Enter");
  await page.waitForSelector(".costs");
});

test("text of users never becomes a part of the page", async (t) => {
  const hostile = "<img src=x onerror=alert(1)><script>alert(1)</script>";
  const page = await open(t, `#f=${encodeURIComponent(`${hostile} + x`)}&wrt=${encodeURIComponent(hostile)}&claim=${encodeURIComponent(hostile)}&show=claim`);
  await page.waitForSelector(".mistakes li");
  assert.equal(await page.locator("img, #main script").count(), 0);
  await type(page, `"${hostile}"`);
  await page.waitForTimeout(500);
  assert.equal(await page.locator("img, #main script").count(), 0);
});

const HOSTILE = {
  "a large power": "X^99999",
  "a long product": Array.from({ length: 1500 }, (_, at) => `A${at}`).join("*"),
  "deep nesting": `${"sin(".repeat(3000)}x${")".repeat(3000)}`,
  "brackets without end": "(".repeat(20_000),
  "many powers": `X${"^2".repeat(400)}`,
  "a tower of products": `${"(".repeat(30)}X*Y${"*(X+Y))'".repeat(30)}`,
};
for (const [name, formula] of Object.entries(HOSTILE)) {
  test(`${name} does not freeze the page`, async (t) => {
    const page = await open(t);
    await answered(page);
    await page.evaluate((formula) => {
      location.hash = `#f=${encodeURIComponent(formula)}`;
    }, formula);
    // The page answers, or says why not, and stays awake meanwhile.
    await page.waitForFunction(
      (formula) =>
        document.querySelector(".mistakes li") ||
        (document.querySelector("#answer").dataset.formula === formula &&
          !document.querySelector("#answer").classList.contains("stale")),
      formula,
      { timeout: 12_000 },
    );
    const awake = await page.evaluate(async () => {
      const start = performance.now();
      await new Promise((next) => setTimeout(next));
      return performance.now() - start;
    });
    assert.ok(awake < 500, `${awake} ms`);
    await type(page, "x'*x");
    await answered(page, "x'*x");
  });
}

test("an engine without an answer is stopped after five seconds, and another one is started", async (t) => {
  const context = await browser.newContext({ serviceWorkers: "block" });
  t.after(() => context.close());
  const page = await context.newPage();
  await page.route("**/gateaux.wasm", (route) => route.fulfill({ body: endless, contentType: "application/wasm" }));
  await page.goto(`${address}#f=x`);
  await page.waitForFunction((message) => document.querySelector(".mistakes")?.textContent.includes(message), MESSAGE);
  const start = Date.now();
  await page.evaluate(() => {
    location.hash = `#f=${"x+".repeat(2000)}x`;
  });
  await page.waitForFunction(() => document.querySelector(".mistakes")?.textContent.includes("no answer within 5 seconds"));
  const waited = Date.now() - start;
  assert.ok(waited > 4500 && waited < 8000, `${waited} ms`);
  await page.evaluate(() => {
    location.hash = "#f=y";
  });
  await page.waitForFunction((message) => document.querySelector(".mistakes")?.textContent.includes(message), MESSAGE);
});

test("a newer question does not wait for an older one that takes long", async (t) => {
  const context = await browser.newContext({ serviceWorkers: "block" });
  t.after(() => context.close());
  const page = await context.newPage();
  await page.route("**/gateaux.wasm", (route) => route.fulfill({ body: endless, contentType: "application/wasm" }));
  await page.goto(`${address}#f=${"x+".repeat(2000)}x`);
  await page.waitForTimeout(1000);
  const start = Date.now();
  await page.evaluate(() => {
    location.hash = "#f=y";
  });
  await page.waitForFunction((message) => document.querySelector(".mistakes")?.textContent.includes(message), MESSAGE);
  assert.ok(Date.now() - start < 3000, `${Date.now() - start} ms`);
});
