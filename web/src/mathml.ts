// Formulas of the engine as elements of the page.

const NAMESPACE = "http://www.w3.org/1998/Math/MathML";

/** Longer ones would take the browser longer to set than anyone reads. */
const LONGEST = 300_000;

const ELEMENTS = new Set(
  "math mrow mi mn mo mtext mspace mpadded msup msub msubsup mfrac msqrt mroot mover munder munderover mtable mtr mtd".split(
    " ",
  ),
);
const ATTRIBUTES = new Set(
  "display form stretchy symmetric largeop movablelimits mathvariant lspace rspace width accent accentunder linethickness columnspacing displaystyle scriptlevel fence separator".split(
    " ",
  ),
);

/** An element of MathML. */
export function mathElement(name: string, ...children: (Node | string)[]): Element {
  const made = document.createElementNS(NAMESPACE, name);
  made.append(...children);
  return made;
}

/** A copy of what is known of an element, without what is not. */
function copy(root: Element): Element {
  const made = mathElement("math");
  const left: [Element, Element][] = [[root, made]];
  for (let next = left.pop(); next; next = left.pop()) {
    const [source, target] = next;
    for (const { name, value } of source.attributes) {
      if (ATTRIBUTES.has(name)) {
        target.setAttribute(name, value);
      }
    }
    for (const child of source.childNodes) {
      if (child.nodeType === Node.TEXT_NODE) {
        target.append(child.nodeValue ?? "");
      } else if (child instanceof Element && child.namespaceURI === NAMESPACE && ELEMENTS.has(child.localName)) {
        const inner = mathElement(child.localName);
        target.append(inner);
        left.push([child, inner]);
      }
    }
  }
  return made;
}

/** The formula of a MathML source, or nothing if it is none or is too long to be set. */
export function math(source: string): Element | undefined {
  if (source.length > LONGEST) {
    return undefined;
  }
  const root = new DOMParser().parseFromString(source, "application/xml").documentElement;
  return root.namespaceURI === NAMESPACE && root.localName === "math" ? copy(root) : undefined;
}

/** What is higher than a line of text. */
const HIGH = "mfrac, msqrt, mroot, munder, munderover, mtable, msup > mrow:first-child, msubsup > mrow:first-child";

/**
 * Lets brackets stretch only around what is high, as one writes them: browsers keep as much room for a bracket that
 * may stretch as for the largest one.
 */
export function fitFences(root: Element): void {
  for (const fence of root.querySelectorAll("mo[stretchy='true'][form]")) {
    if (fence.parentElement?.querySelector(HIGH)) {
      fence.classList.add("high");
    } else {
      fence.setAttribute("stretchy", "false");
    }
  }
}

/** Whether brackets that stretch take the room of the largest one; the style then takes it back. */
export function hasWideFences(): boolean {
  const [fence, plain] = [mathElement("mo", "("), mathElement("mo", "(")];
  fence.setAttribute("stretchy", "true");
  plain.setAttribute("stretchy", "false");
  const probe = mathElement("math", fence, plain);
  document.body.append(probe);
  const isWide = fence.getBoundingClientRect().width > 1.3 * plain.getBoundingClientRect().width;
  probe.remove();
  return isWide;
}
