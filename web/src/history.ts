// The address and the memory of the page follow the state.

import { fromFragment, type State, type Store, toFragment } from "./state";

const LAST = "gateaux.last";

/** The state that the page starts with: that of the address, else the last one, if any. */
export function first(): State | undefined {
  return fromFragment(location.hash) ?? fromFragment(read() ?? "");
}

function read(): string | null {
  try {
    return localStorage.getItem(LAST);
  } catch {
    return null;
  }
}

/** Keeps the address; the button "back" gives earlier states back. */
export function follow(store: Store): () => void {
  let isTyping = false;
  store.watch((state, _before, act) => {
    const fragment = toFragment(state);
    // Browsers escape more in an address than is written here, so that states are compared, not texts.
    const standing = fromFragment(location.hash);
    if (act === "silent" || (standing && fragment === toFragment(standing))) {
      return;
    }
    if (act === "typing" && isTyping) {
      history.replaceState(null, "", fragment);
    } else {
      history.pushState(null, "", fragment);
    }
    isTyping = act === "typing";
    try {
      localStorage.setItem(LAST, fragment);
    } catch {
      // A page in a frame may have no storage; then nothing is remembered.
    }
  });
  addEventListener("popstate", () => {
    isTyping = false;
    const state = fromFragment(location.hash);
    if (state) {
      store.change(state, "silent");
    }
  });
  return () => {
    isTyping = false;
  };
}
