// A browser with the built page: every test gets a fresh one.

import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { serve } from "../serve.mjs";

const DIST = fileURLToPath(new URL("../dist/", import.meta.url));
const ARGUMENTS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** The browser that is installed; another one by the variable CHROMIUM. */
export const launch = () =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ARGUMENTS });

export const served = () => serve(DIST);

/** Waits until the answer to this formula is shown, with its variables. */
export async function answered(page, formula) {
  await page.waitForFunction(
    (formula) => {
      const answer = document.querySelector("#answer");
      const isShown = answer?.dataset.formula !== undefined && !answer.classList.contains("stale");
      return isShown && (formula === undefined || answer.dataset.formula === formula);
    },
    formula,
    { timeout: 20_000 },
  );
  await page.waitForSelector("#order .choice");
}

/** The box for the formula, which stands in a shadow tree. */
export const box = (page) => page.locator("#editor .cm-content");

/** Replaces the formula as somebody types it. */
export async function type(page, formula, delay = 0) {
  await box(page).focus();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type(formula, { delay });
}
