// The page on the rules.

import "./style.css";
import { byId } from "./element";
import { watchScroll } from "./scroll";
import { themeSwitch } from "./theme";

themeSwitch(byId<HTMLButtonElement>("theme"));
for (const box of document.querySelectorAll<HTMLElement>("pre")) {
  watchScroll(box, "formulas");
}
