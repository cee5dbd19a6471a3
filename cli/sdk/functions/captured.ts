import { type AnyNode, type Pattern, type Node as Positioned, parseExpressionAt } from "acorn";

/** Something that a function uses and that does not travel with it. */
export interface CapturedName {
  readonly name: string;
  /** Line of the function's own text, from 1. */
  readonly line: number;
  readonly kind: "variable" | "import";
}

type Names = ReadonlySet<string>;

/** A part of the syntax tree, read as data: acorn's types have a form for each kind of node. */
type Tree = Positioned & { readonly [field: string]: unknown };

/** Names that an expression uses and does not declare, each once. @throws SyntaxError */
export function capturedIn(expression: string, globals: Names): readonly CapturedName[] {
  const tree = parseExpressionAt(expression, 0, { ecmaVersion: "latest", locations: true });
  const found = new Map<string, CapturedName>();
  const visit = new Visitor(globals, (captured) => {
    if (!found.has(captured.name)) found.set(captured.name, captured);
  });
  visit.expression(asTree(tree), []);
  return [...found.values()];
}

class Visitor {
  readonly #globals: Names;
  readonly #onCaptured: (captured: CapturedName) => void;

  constructor(globals: Names, onCaptured: (captured: CapturedName) => void) {
    this.#globals = globals;
    this.#onCaptured = onCaptured;
  }

  /** @param scopes names that are declared around the node */
  expression(node: Tree, scopes: readonly Names[]): void {
    if (node.type === "Identifier") this.#use(String(node.name), node, scopes);
    else if (node.type === "ImportExpression") this.#import(node);
    else {
      const own = declaredIn(node);
      const inner = own.size === 0 ? scopes : [...scopes, own];
      for (const child of usedBy(node)) this.expression(child, inner);
    }
  }

  #use(name: string, node: Tree, scopes: readonly Names[]): void {
    if (this.#globals.has(name) || scopes.some((names) => names.has(name))) return;
    this.#onCaptured({ name, line: lineOf(node), kind: "variable" });
  }

  #import(node: Tree): void {
    const source = node.source as Tree;
    const name = typeof source.value === "string" ? source.value : "(a computed name)";
    // Trusted functions may load the modules of Node itself.
    if (name.startsWith("node:") && this.#globals.has("process")) return;
    this.#onCaptured({ name: `import("${name}")`, line: lineOf(node), kind: "import" });
  }
}

function lineOf({ loc }: Tree): number {
  return loc?.start.line ?? 1;
}

/** Fields that hold names and not uses of them. */
const NAMING: Readonly<Record<string, readonly string[]>> = {
  MemberExpression: ["property"],
  Property: ["key"],
  MethodDefinition: ["key"],
  PropertyDefinition: ["key"],
  LabeledStatement: ["label"],
  BreakStatement: ["label"],
  ContinueStatement: ["label"],
  MetaProperty: ["meta", "property"],
};

function usedBy(node: Tree): Tree[] {
  // `typeof` of a name without a declaration is allowed.
  if (node.type === "UnaryExpression" && node.operator === "typeof" && isNode(node.argument, "Identifier"))
    return [];
  const naming = node.computed === true ? [] : (NAMING[node.type] ?? []);
  return Object.entries(node).flatMap(([field, value]) => (naming.includes(field) ? [] : nodesOf(value)));
}

function nodesOf(value: unknown): Tree[] {
  if (Array.isArray(value)) return value.flatMap(nodesOf);
  return isNode(value) ? [value] : [];
}

function isNode(value: unknown, type?: string): value is Tree {
  if (typeof value !== "object" || value === null || !("type" in value)) return false;
  return typeof value.type === "string" && (type === undefined || value.type === type);
}

/** Names that a node declares for what is inside it. */
function declaredIn(node: Tree): Names {
  switch (node.type) {
    case "ArrowFunctionExpression":
    case "FunctionExpression":
    case "FunctionDeclaration":
      return functionNames(node);
    case "ClassExpression":
    case "ClassDeclaration":
      return new Set(nodesOf(node.id).flatMap(namesIn));
    case "CatchClause":
      return new Set(nodesOf(node.param).flatMap(namesIn));
    case "BlockStatement":
    case "StaticBlock":
      return new Set(nodesOf(node.body).flatMap(statementNames));
    case "SwitchStatement":
      return new Set(
        nodesOf(node.cases).flatMap(({ consequent }) => nodesOf(consequent).flatMap(statementNames)),
      );
    case "ForStatement":
      return new Set(nodesOf(node.init).flatMap(statementNames));
    case "ForInStatement":
    case "ForOfStatement":
      return new Set(nodesOf(node.left).flatMap(statementNames));
    default:
      return NONE;
  }
}

const NONE: Names = new Set();

function functionNames(node: Tree): Names {
  const names = [...nodesOf(node.id), ...nodesOf(node.params)].flatMap(namesIn);
  return new Set([...names, ...nodesOf(node.body).flatMap(hoistedIn)]);
}

/** Names of `var` anywhere in a function. */
function hoistedIn(node: Tree): string[] {
  if (isFunction(node)) return [];
  const own = node.type === "VariableDeclaration" && node.kind === "var" ? statementNames(node) : [];
  return [...own, ...Object.values(node).flatMap(nodesOf).flatMap(hoistedIn)];
}

function isFunction({ type }: Tree): boolean {
  return (
    type === "FunctionDeclaration" || type === "FunctionExpression" || type === "ArrowFunctionExpression"
  );
}

/** Names that a statement declares around itself. */
function statementNames(node: Tree): string[] {
  if (node.type === "VariableDeclaration")
    return nodesOf(node.declarations).flatMap(({ id }) => nodesOf(id).flatMap(namesIn));
  if (node.type === "FunctionDeclaration" || node.type === "ClassDeclaration")
    return nodesOf(node.id).flatMap(namesIn);
  return [];
}

/** Names of a pattern: `{ a, b: [c, ...d], e = 1 }`. */
function namesIn(node: Tree): string[] {
  const pattern = node as AnyNode as Pattern;
  switch (pattern.type) {
    case "Identifier":
      return [pattern.name];
    case "ObjectPattern":
      return pattern.properties.flatMap((one) =>
        namesIn(asTree(one.type === "Property" ? one.value : one.argument)),
      );
    case "ArrayPattern":
      return nodesOf(pattern.elements).flatMap(namesIn);
    case "AssignmentPattern":
      return namesIn(asTree(pattern.left));
    case "RestElement":
      return namesIn(asTree(pattern.argument));
    default:
      return [];
  }
}

function asTree(node: Positioned): Tree {
  return node as Tree;
}
