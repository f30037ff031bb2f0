// The page on the rules.

import "./style.css";
import { byId } from "./element";
import { themeSwitch } from "./theme";

themeSwitch(byId<HTMLButtonElement>("theme"));
