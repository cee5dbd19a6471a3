import { escaped, htmlPage } from "../../../shared/http/html.ts";
import type { ApiDocument, ApiOperation, ApiParameter, ApiResponse } from "./document.ts";
import type { JsonSchema } from "./schemas.ts";

/** The description as one page that needs nothing else. */
export function docsPage({ info, paths, components }: ApiDocument, address: string): string {
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const tags = [...new Set(routes.flatMap(({ operation }) => operation.tags))];
  const sections = tags.map((tag) => {
    const own = routes.filter(({ operation }) => operation.tags.includes(tag));
    return `<h2>${escaped(tag)}</h2>\n${own.map((route) => routeHtml(route, address)).join("\n")}`;
  });
  const schemas = Object.entries(components.schemas).map(
    ([name, schema]) =>
      // The id stands inside: a browser opens the details that a link leads into.
      `<details><summary><code>${escaped(name)}</code></summary><div id="${escaped(name)}">${schemaHtml(schema)}</div></details>`,
  );
  const body = `<h1>manyhands: HTTP API</h1>
<p>Version ${escaped(info.version)}. ${prose(info.description)}
Machine-readable: <a href="openapi.json">openapi.json</a>.</p>
${sections.join("\n")}
<h2>Messages</h2>
${schemas.join("\n")}
`;
  return htmlPage({ title: "manyhands: HTTP API", body });
}

interface Route {
  readonly path: string;
  readonly method: string;
  readonly operation: ApiOperation;
}

function routeHtml({ path, method, operation }: Route, address: string): string {
  const { summary, description, parameters, requestBody, responses, security } = operation;
  const open = security.length === 0 ? "<p>Needs no token.</p>" : "";
  return `<details id="${escaped(operation.operationId)}"><summary><code><span class="method">${method.toUpperCase()}</span>
${escaped(path)}</code> ${prose(summary)}</summary>
${description === undefined ? "" : `<p>${prose(description)}</p>`}${open}
<p><code>${escaped(exampleOf({ path, method, operation }, address))}</code></p>
${parameters.length === 0 ? "" : table("Parameters", parameters.map(parameterRow))}
${requestBody === undefined ? "" : `<h3>Body</h3>${contentHtml(requestBody.content)}`}
${table("Answers", Object.entries(responses).map(responseRow))}</details>`;
}

/** A command that sends such a request: words in capitals are to be replaced. */
function exampleOf({ path, method, operation }: Route, address: string): string {
  const body = Object.keys(operation.requestBody?.content ?? {})[0];
  const url = `${address}${path.replaceAll(/\{(\w+)\}/g, (_, name: string) => name.toUpperCase())}`;
  if (body === "multipart/form-data") return `curl -F task_type=text -F texts=@FILE ${url}`;
  const sent = body === undefined ? "" : ` -H 'Content-Type: ${body}' -d '{}'`;
  return `curl${method === "get" ? "" : ` -X ${method.toUpperCase()}`}${sent} ${url}`;
}

function parameterRow({ name, in: place, description = "", schema }: ApiParameter): string {
  return row([`<code>${escaped(name)}</code>`, place, typeHtml(schema), prose(description)]);
}

function responseRow([status, { description, headers = {}, content = {} }]: [string, ApiResponse]): string {
  const names = Object.keys(headers).map((name) => `<code>${escaped(name)}</code>`);
  const told = names.length === 0 ? "" : `<br>Headers: ${names.join(", ")}`;
  return row([status, `${prose(description)}${told}`, contentHtml(content)]);
}

function contentHtml(content: Readonly<Record<string, { readonly schema?: JsonSchema }>>): string {
  return Object.entries(content)
    .map(([type, { schema = {} }]) => `<code>${escaped(type)}</code> ${schemaHtml(schema)}`)
    .join("<br>");
}

/** An object as a table of its members, anything else as its type. */
function schemaHtml(schema: JsonSchema): string {
  if (schema.properties === undefined) return typeHtml(schema);
  const required = new Set(schema.required ?? []);
  const rows = Object.entries(schema.properties).map(([name, member]) => {
    const known = member as JsonSchema;
    const mark = required.has(name) ? "" : " (optional)";
    return row([`<code>${escaped(name)}</code>${mark}`, typeHtml(known), prose(known.description ?? "")]);
  });
  return `<table>${rows.join("\n")}</table>`;
}

function typeHtml(schema: JsonSchema): string {
  const { $ref, enum: values, items, properties, additionalProperties: more } = schema;
  const branches = schema.anyOf ?? schema.oneOf;
  if ($ref !== undefined) return linkHtml($ref);
  if (schema.const !== undefined) return `<code>${escaped(JSON.stringify(schema.const))}</code>`;
  if (values !== undefined) return values.map((value) => `<code>${escaped(String(value))}</code>`).join(" ");
  if (branches !== undefined) return branches.map((one) => typeHtml(one as JsonSchema)).join(" or ");
  if (items !== undefined) return `list of ${typeHtml(items as JsonSchema)}`;
  if (properties !== undefined) return schemaHtml(schema);
  if (typeof more === "object") return `object of ${typeHtml(more as JsonSchema)}`;
  return `${escaped(String(schema.type ?? "anything"))}${boundsOf(schema)}`;
}

function boundsOf({ minimum, maximum, default: usual }: JsonSchema): string {
  const low = minimum === undefined || minimum <= Number.MIN_SAFE_INTEGER ? [] : [`from ${minimum}`];
  const high = maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? [] : [`to ${maximum}`];
  const without = usual === undefined ? [] : [`default ${escaped(JSON.stringify(usual))}`];
  const all = [...low, ...high, ...without];
  return all.length === 0 ? "" : `, ${all.join(", ")}`;
}

function linkHtml(ref: string): string {
  const name = escaped(ref.slice(ref.lastIndexOf("/") + 1));
  return `<a href="#${name}">${name}</a>`;
}

function table(title: string, rows: readonly string[]): string {
  return `<h3>${title}</h3><table>${rows.join("\n")}</table>`;
}

function row(cells: readonly string[]): string {
  return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
}

/** Text with `code` in it. */
function prose(text: string): string {
  return escaped(text).replaceAll(/`([^`]*)`/g, "<code>$1</code>");
}
