import { expect, test } from "vitest";
import { docxOf, field, fieldsOf, run } from "./testing.ts";

const NAMESPACE = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"';
const math = (content: string) => `<m:oMath ${NAMESPACE}>${content}</m:oMath>`;
const signs = (text: string, properties = "") => `<m:r><m:rPr>${properties}</m:rPr><m:t>${text}</m:t></m:r>`;
const upright = (text: string) => signs(text, '<m:sty m:val="p"/>');
const e = (content: string) => `<m:e>${content}</m:e>`;
const fraction = (above: string, below: string, properties = "") =>
  `<m:f><m:fPr>${properties}</m:fPr><m:num>${above}</m:num><m:den>${below}</m:den></m:f>`;
const squared = (base: string) => `<m:sSup>${e(base)}<m:sup>${signs("2")}</m:sup></m:sSup>`;
const brackets = (properties: string, content: string) => `<m:d><m:dPr>${properties}</m:dPr>${content}</m:d>`;
const sine = `<m:func><m:fName>${upright("sin")}</m:fName>${e(signs("x"))}</m:func>`;
const limit = `<m:limLow>${e(upright("lim"))}<m:lim>${signs("x→0")}</m:lim></m:limLow>`;

async function formsOf(paragraph: string): Promise<{ text: unknown; markdown: unknown }> {
  const bytes = docxOf({ body: `<w:p>${paragraph}</w:p>` });
  const { text_content: text, markdown } = await fieldsOf("a.docx", bytes, { format: "markdown" });
  return { text, markdown };
}

test.each([
  ["a fraction", math(fraction(signs("1"), signs("2"))), "1/2", String.raw`$\frac{1}{2}$`],
  ["a power", math(squared(signs("10"))), "10^2", "$10^{2}$"],
  [
    "the solution of a quadratic equation",
    math(
      signs("x=") +
        fraction(
          `${signs("-b±")}<m:rad><m:radPr><m:degHide m:val="1"/></m:radPr><m:deg/>${e(squared(signs("b")) + signs("-4ac"))}</m:rad>`,
          signs("2a"),
        ),
    ),
    "x=(-b±√(b^2-4ac))/(2a)",
    String.raw`$x=\frac{-b\pm \sqrt{b^{2}-4ac}}{2a}$`,
  ],
  [
    "a cube root",
    math(`<m:rad><m:deg>${signs("3")}</m:deg>${e(signs("8"))}</m:rad>`),
    "∛8",
    String.raw`$\sqrt[3]{8}$`,
  ],
  [
    "a fifth root",
    math(`<m:rad><m:deg>${signs("5")}</m:deg>${e(signs("32"))}</m:rad>`),
    "√(5&32)",
    String.raw`$\sqrt[5]{32}$`,
  ],
  [
    "a sum with limits",
    math(
      `<m:nary><m:naryPr><m:chr m:val="∑"/><m:limLoc m:val="undOvr"/></m:naryPr><m:sub>${signs("i=1")}</m:sub><m:sup>${signs("n")}</m:sup>${e(signs("i"))}</m:nary>`,
    ),
    "∑_(i=1)^n i",
    String.raw`$\sum\limits_{i=1}^{n} {i}$`,
  ],
  [
    "an integral, the default operator",
    math(`<m:nary><m:sub>${signs("0")}</m:sub><m:sup>${signs("1")}</m:sup>${e(signs("f"))}</m:nary>`),
    "∫_0^1 f",
    String.raw`$\int_{0}^{1} {f}$`,
  ],
  [
    "a binomial",
    math(brackets("", e(fraction(signs("n"), signs("k"), '<m:type m:val="noBar"/>')))),
    "(n¦k)",
    String.raw`$\binom{n}{k}$`,
  ],
  [
    "a limit of a quotient",
    math(`<m:func><m:fName>${limit}</m:fName>${e(fraction(sine, signs("x")))}</m:func>`),
    "lim_(x→0) ((sin x)/x)",
    String.raw`$\lim_{x\to 0}{\frac{\sin{x}}{x}}$`,
  ],
  [
    "a matrix",
    math(
      brackets(
        '<m:begChr m:val="["/><m:endChr m:val="]"/>',
        e(
          `<m:m><m:mr>${e(signs("a"))}${e(signs("b"))}</m:mr><m:mr>${e(signs("c"))}${e(signs("d"))}</m:mr></m:m>`,
        ),
      ),
    ),
    "[a, b; c, d]",
    String.raw`$\left[ \begin{matrix}a& b \\ c& d\end{matrix}\right]$`,
  ],
  [
    "a system of equations",
    math(
      brackets(
        '<m:begChr m:val="{"/><m:endChr m:val=""/>',
        e(`<m:eqArr>${e(signs("x&amp;=1"))}${e(signs("y&amp;=2"))}</m:eqArr>`),
      ),
    ),
    "{x=1; y=2",
    String.raw`$\left\{ \begin{aligned}x&=1 \\ y&=2\end{aligned}\right.$`,
  ],
  [
    "a vector and a segment",
    math(
      `<m:acc><m:accPr><m:chr m:val="⃗"/></m:accPr>${e(signs("v"))}</m:acc><m:bar><m:barPr><m:pos m:val="top"/></m:barPr>${e(signs("AB"))}</m:bar>`,
    ),
    "v⃗(AB)̅",
    String.raw`$\vec{v}\overline{AB}$`,
  ],
  [
    "indices on both sides",
    math(
      `<m:sSubSup>${e(signs("x"))}<m:sub>${signs("i")}</m:sub><m:sup>${signs("2")}</m:sup></m:sSubSup>${signs("y")}`,
    ),
    "x_i^2 y",
    "$x_{i}^{2}y$",
  ],
  [
    "words, Greek and special signs",
    math(signs("α≤β ") + signs("if 5% &amp; $3", "<m:nor/>") + signs("R", '<m:scr m:val="double-struck"/>')),
    "α≤β if 5% & $3R",
    String.raw`$\alpha \leq \beta \text{if 5\% \& \$3}\mathbb{R}$`,
  ],
  ["bold mathematical letters", math(signs("𝐱=𝑦")), "x=y", String.raw`$\mathbf{x}=y$`],
  [
    "an equation on a line of its own",
    `<m:oMathPara ${NAMESPACE}><m:oMath>${squared(signs("c"))}</m:oMath></m:oMathPara>`,
    "c^2",
    "$$c^{2}$$",
  ],
  [
    "deleted signs and objects are gone, inserted ones are there",
    math(
      `<w:del>${signs("gone")}</w:del>${fraction(`<w:del>${signs("1")}</w:del>`, "", "<m:ctrlPr><w:del/></m:ctrlPr>")}<w:ins>${signs("x")}</w:ins>`,
    ),
    "x",
    "$x$",
  ],
])("%s is linear text, and TeX in Markdown", async (_, paragraph, text, markdown) => {
  expect(await formsOf(paragraph)).toEqual({ text, markdown });
});

test("a space parts an equation from the number or word that it touches", async () => {
  const half = math(fraction(signs("1"), signs("2")));
  expect(await formsOf(run("3") + half + run("cups, $5"))).toEqual({
    text: "3 1/2 cups, $5",
    markdown: String.raw`3 $\frac{1}{2}$ cups, \$5`,
  });
  expect((await formsOf(math(signs("3") + fraction(signs("1"), signs("2")) + signs("x")))).text).toBe(
    "3 1/2 x",
  );
});

test("HTML holds equations as linear text", async () => {
  const bytes = docxOf({ body: `<w:p>${math(fraction(signs("a&lt;b"), signs("2")))}</w:p>` });
  expect((await fieldsOf("a.docx", bytes, { format: "html" })).html).toBe("<p>(a&lt;b)/2</p>");
});

test.each([
  [String.raw`EQ \f(1,2)`, "1/2"],
  [String.raw`EQ \r(3,x+1)`, "∛(x+1)"],
  [String.raw`EQ \r(x)`, "√x"],
  [String.raw`EQ 10\s\up8(2)`, "10^2"],
  [String.raw`EQ x\s\do4(1)`, "x_1"],
  [String.raw`EQ \i\su(1,n,k)`, "∑_1^n k"],
  [String.raw`EQ \b\lc\{(\a\al(x=1,y=2))`, "{x=1; y=2"],
  [String.raw`EQ \f(\r(2),a+b)`, "√2/(a+b)"],
  [String.raw`EQ \* jc2 \* "Font:MS Mincho" \* hps10 \o\ad(\s\up 9(とうきょう),東京)`, "東京(とうきょう)"],
  [String.raw`eq \o\ac(○,1)`, "○1"],
  [String.raw`EQ \f(((((`, "((((()))))/()"],
])("the field %s without a result is %s", async (instruction, text) => {
  expect((await formsOf(field(instruction))).text).toBe(text);
});
