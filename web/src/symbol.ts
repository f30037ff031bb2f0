// Names of variables as mathematics writes them.

import { mathElement } from "./mathml";

const GREEK =
  "alpha α beta β gamma γ delta δ epsilon ϵ zeta ζ eta η theta θ iota ι kappa κ lambda λ mu μ nu ν xi ξ pi π rho ρ sigma σ tau τ upsilon υ phi ϕ chi χ psi ψ omega ω Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Upsilon Υ Phi Φ Psi Ψ Omega Ω".split(
    " ",
  );

function letter(name: string): Element {
  const at = GREEK.indexOf(name);
  return mathElement("mi", (at % 2 === 0 ? GREEK[at + 1] : undefined) ?? name);
}

/** `W1` as W with an index, `lambda` as its letter. */
export function symbol(name: string): Element {
  const [, base, index] = /^(\p{L}+)_?(\p{N}+|\p{L}+)$/u.exec(name) ?? [];
  const isIndexed = base && index && (name.includes("_") || /^\d+$/.test(index));
  return mathElement("math", isIndexed ? mathElement("msub", letter(base), letter(index)) : letter(name));
}
