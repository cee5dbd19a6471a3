import type { Face } from "./formula.ts";
import { FUNCTIONS } from "./texNames.ts";

/** The signs of a run as TeX. */
export function texText(text: string, face: Face): string {
  if (face === "words") return text === "" ? "" : `\\text{${escapedWords(text)}}`;
  const word = text.trim();
  if (face === "upright" && FUNCTIONS.has(word)) return `\\${word} `;
  const command = COMMANDS[face];
  const signs = [...text].map(signOf).join("");
  return command === "" || !/\p{L}/u.test(text) ? signs : `\\${command}{${signs}}`;
}

const COMMANDS: Readonly<Record<Exclude<Face, "words">, string>> = {
  italic: "",
  upright: "mathrm",
  bold: "mathbf",
  double: "mathbb",
  script: "mathcal",
  fraktur: "mathfrak",
};

function signOf(sign: string): string {
  const known = SIGNS.get(sign);
  if (known !== undefined) return known;
  const code = sign.codePointAt(0) ?? 0;
  if (code >= 0x1d400 && code <= 0x1d7ff) return alphabetic(sign, code);
  return sign;
}

/** A letter of a mathematical alphabet. */
function alphabetic(sign: string, code: number): string {
  const plain = signOf(sign.normalize("NFKC"));
  const command = ALPHABETS.find(([from, to]) => code >= from && code <= to)?.[2];
  return command === undefined ? plain : `\\${command}{${plain}}`;
}

const ALPHABETS: readonly (readonly [from: number, to: number, command: string])[] = [
  [0x1d400, 0x1d433, "mathbf"],
  [0x1d468, 0x1d49b, "boldsymbol"],
  [0x1d49c, 0x1d503, "mathcal"],
  [0x1d504, 0x1d537, "mathfrak"],
  [0x1d538, 0x1d56b, "mathbb"],
  [0x1d56c, 0x1d59f, "mathfrak"],
  [0x1d5a0, 0x1d66f, "mathsf"],
  [0x1d670, 0x1d6a3, "mathtt"],
  [0x1d6a8, 0x1d6e1, "boldsymbol"],
  [0x1d7ce, 0x1d7d7, "mathbf"],
];

/** Words keep their signs; `$` and backslashes would end the formula. */
function escapedWords(text: string): string {
  return text.replace(/[\\{}$&#^_%~<>]/g, (sign) => WORD_SIGNS.get(sign) ?? `\\${sign}`);
}

const WORD_SIGNS: ReadonlyMap<string, string> = new Map([
  ["\\", "\\textbackslash{}"],
  ["^", "\\textasciicircum{}"],
  ["~", "\\textasciitilde{}"],
  ["<", "\\textless{}"],
  [">", "\\textgreater{}"],
]);

const GREEK =
  "α alpha β beta γ gamma δ delta ε varepsilon ϵ epsilon ζ zeta η eta θ theta ϑ vartheta ι iota κ kappa λ lambda μ mu ν nu ξ xi π pi ϖ varpi ρ rho ϱ varrho σ sigma ς varsigma τ tau υ upsilon φ varphi ϕ phi χ chi ψ psi ω omega Γ Gamma Δ Delta Θ Theta Λ Lambda Ξ Xi Π Pi Σ Sigma Υ Upsilon Φ Phi Ψ Psi Ω Omega";
const RELATIONS =
  "≤ leq ≥ geq ≠ neq ≈ approx ≡ equiv ∼ sim ≃ simeq ≅ cong ∝ propto ≪ ll ≫ gg ∈ in ∉ notin ∋ ni ⊂ subset ⊃ supset ⊆ subseteq ⊇ supseteq ⊥ perp ∥ parallel ∣ mid < lt > gt ≺ prec ≻ succ ⊢ vdash ⊨ models";
const OPERATIONS =
  "± pm ∓ mp × times ÷ div ⋅ cdot · cdot ∗ ast ∘ circ ∙ bullet ∩ cap ∪ cup ∧ wedge ∨ vee ⊕ oplus ⊗ otimes ¬ neg ∖ setminus † dagger ∑ sum ∏ prod ∫ int √ surd ∮ oint";
const ARROWS =
  "→ to ← leftarrow ↔ leftrightarrow ⇒ Rightarrow ⇐ Leftarrow ⇔ Leftrightarrow ↦ mapsto ↑ uparrow ↓ downarrow ⇀ rightharpoonup ⇌ rightleftharpoons ⟶ longrightarrow ⟹ Longrightarrow";
const OTHERS =
  "∞ infty ∂ partial ∇ nabla ∀ forall ∃ exists ∄ nexists ∅ emptyset ℏ hbar ℓ ell ℜ Re ℑ Im ℵ aleph ∠ angle … ldots ⋯ cdots ⋮ vdots ⋱ ddots ′ prime ∴ therefore ∵ because ⌊ lfloor ⌋ rfloor ⌈ lceil ⌉ rceil ⟨ langle ⟩ rangle ‖ Vert";

/** Signs and the commands that write them; a space ends the name of a command. */
const SIGNS: ReadonlyMap<string, string> = new Map([
  ...[GREEK, RELATIONS, OPERATIONS, ARROWS, OTHERS].flatMap(pairs),
  ["−", "-"],
  ["–", "-"],
  ["°", "^{\\circ}"],
  ["ℝ", "\\mathbb{R}"],
  ["ℕ", "\\mathbb{N}"],
  ["ℤ", "\\mathbb{Z}"],
  ["ℚ", "\\mathbb{Q}"],
  ["ℂ", "\\mathbb{C}"],
  ["\\", "\\backslash "],
  ["~", "\\sim "],
  ["^", "\\hat{}"],
  ...["{", "}", "$", "&", "#", "_", "%"].map((sign): [string, string] => [sign, `\\${sign}`]),
]);

function pairs(list: string): [string, string][] {
  const words = list.split(" ");
  return words.flatMap((sign, at): [string, string][] =>
    at % 2 === 0 ? [[sign, `\\${words[at + 1] ?? ""} `]] : [],
  );
}
