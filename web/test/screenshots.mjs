// Pictures of every state in both themes and three widths, to be looked at.

import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { answered, launch, served } from "./browser.mjs";

const FOLDER = fileURLToPath(new URL("../screenshots/", import.meta.url));
const ALL = "steps,second,check,numbers,claim,cost,forms";
const STATES = {
  start: "#f=norm2(A*x - b)^2&wrt=x",
  matrix: "#f=X^2&wrt=X",
  open: `#f=norm2(A*x - b)^2&wrt=x&claim=A'*(A*x - b)&show=${ALL}`,
  network: "#f=norm2(W2*tanh(W1*x) - y)^2&wrt=W1,W2&show=steps",
  structured: "#f=logdet(S) %2B tr(inv(S)*C)&wrt=S&S=posdef(n)&C=symmetric(n)&convention=vech&show=steps",
  hessian: "#f=x'*A*x/(x'*x)&wrt=x&order=2",
  mistake: "#f=A: matrix(m, n); b: vector(m); A*b&wrt=b",
  latex: "#f=\\frac12 \\|Ax - b\\|_2^2 + \\lambda \\|x\\|_1&wrt=x&input=latex",
  long: "#f=softmax(Q*K'/sqrt(d), 2)*V&wrt=Q",
};

const wanted = process.argv.slice(2);
await mkdir(FOLDER, { recursive: true });
const { server, address } = await served();
const browser = await launch();
for (const colorScheme of ["light", "dark"]) {
  for (const width of [375, 768, 1440]) {
    const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 }, serviceWorkers: "block" });
    const shot = async (page, name) => {
      await page.screenshot({ path: `${FOLDER}${name}-${width}-${colorScheme}.png`, fullPage: true });
    };
    const is = (name) => wanted.length === 0 || wanted.includes(name) || wanted.includes(`${name}-${width}-${colorScheme}`);
    for (const [name, fragment] of Object.entries(STATES).filter(([name]) => is(name))) {
      const page = await context.newPage();
      page.on("console", (message) => message.type() === "error" && console.log(name, message.text()));
      page.on("pageerror", (error) => console.log(name, error.message));
      await page.goto(address + fragment);
      await (name === "mistake" ? page.waitForSelector(".mistakes") : answered(page));
      await page.waitForTimeout(600);
      await shot(page, name);
      await page.close();
    }
    const page = await context.newPage();
    if (is("gallery")) {
      await page.goto(address);
      await answered(page);
      await page.click("#gallery-button");
      await page.waitForTimeout(1500);
      await page.screenshot({ path: `${FOLDER}gallery-${width}-${colorScheme}.png` });
    }
    for (const name of ["notation", "rules"].filter(is)) {
      await page.goto(`${address}${name}.html`);
      await page.waitForTimeout(700);
      await page.screenshot({ path: `${FOLDER}${name}-${width}-${colorScheme}.png` });
    }
    await context.close();
  }
}
await browser.close();
server.close();
