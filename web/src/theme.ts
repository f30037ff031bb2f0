// Light or dark: as the system has it, until somebody chooses.

const CHOICE = "gateaux.theme";

/** Lets a button switch between light and dark; `theme.js` applies the choice before the page is seen. */
export function themeSwitch(button: HTMLButtonElement): void {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const root = document.documentElement;
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  const show = () => {
    const other = isDark() ? "light" : "dark";
    button.textContent = isDark() ? "☀" : "☾";
    button.setAttribute("aria-label", `Switch to the ${other} theme`);
  };
  button.addEventListener("click", () => {
    const other = isDark() ? "light" : "dark";
    root.dataset.theme = other;
    try {
      localStorage.setItem(CHOICE, other);
    } catch {
      // Without storage the choice lasts as long as the page.
    }
    show();
  });
  system.addEventListener("change", show);
  show();
}
