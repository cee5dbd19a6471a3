import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { expect } from "vitest";
import type { ApiDocument, ApiOperation, ApiResponse } from "../../master/http/openapi/document.ts";

/** Sends requests to a master and compares every answer with its description. */
export class DescribedMaster {
  readonly url: string;
  readonly document: ApiDocument;
  /** Requested routes, as `GET /jobs/{id}`, with the statuses of their answers. */
  readonly seen = new Map<string, Set<number>>();
  readonly #ajv = new Ajv2020({ strict: false });

  private constructor(url: string, document: ApiDocument) {
    this.url = url;
    this.document = document;
    this.#ajv.addSchema({ $id: "api.json", ...document });
  }

  static async at(url: string): Promise<DescribedMaster> {
    return new DescribedMaster(url, (await (await fetch(`${url}/openapi.json`)).json()) as ApiDocument);
  }

  /** @param route `GET /jobs/{id}`; `path` is the requested path */
  async ask(route: string, path: string, init: RequestInit = {}): Promise<Response> {
    const [method = "", template = ""] = route.split(" ");
    const answer = await fetch(`${this.url}${path}`, { ...init, method });
    const operation = this.document.paths[template]?.[method.toLowerCase()];
    if (operation === undefined) throw new Error(`${route} is not described`);
    this.seen.set(route, (this.seen.get(route) ?? new Set()).add(answer.status));
    this.#checkAsked(operation, path, init);
    await this.#check({ what: `${method} ${path}`, operation }, answer);
    return answer;
  }

  /** Fails unless the value fits the schema. */
  expectValid(what: string, schema: string, value: unknown): void {
    const valid = this.#validator(`api.json#/components/schemas/${schema}`);
    expect({ what, value, errors: valid(value) ? [] : valid.errors }).toEqual({ what, value, errors: [] });
  }

  #checkAsked({ parameters }: ApiOperation, path: string, { headers = {} }: RequestInit): void {
    const names = (place: string) =>
      parameters.filter((one) => one.in === place).map(({ name }) => name.toLowerCase());
    for (const name of new URL(path, this.url).searchParams.keys()) expect(names("query")).toContain(name);
    for (const name of new Headers(headers).keys())
      if (!OF_HTTP.includes(name)) expect(names("header")).toContain(name);
  }

  async #check(
    { what, operation }: { what: string; operation: ApiOperation },
    answer: Response,
  ): Promise<void> {
    const response = operation.responses[answer.status];
    if (response === undefined) throw new Error(`${what}: ${answer.status} is not described`);
    this.#checkHeaders(what, response, answer);
    const [type = ""] = (answer.headers.get("content-type") ?? "").split(";");
    const { content = {} } = response;
    if (Object.keys(content).length === 0) return;
    const media = content[type] ?? content["*/*"];
    if (media === undefined) throw new Error(`${what}: ${answer.status} as ${type} is not described`);
    const ref = media.schema?.$ref;
    if (ref === undefined) return;
    if (type.endsWith("json")) expect([what, (await answer.clone().text()).at(-1)]).toEqual([what, "\n"]);
    const schema = ref.slice(ref.lastIndexOf("/") + 1);
    for (const body of bodiesOf(type, await answer.clone().text())) this.expectValid(what, schema, body);
    if (type !== "application/problem+json") return;
    const { code } = (await answer.clone().json()) as { code: string };
    expect(`${what} ${answer.status}: ${response.description}`).toContain(`\`${code}\``);
  }

  #checkHeaders(what: string, { headers = {} }: ApiResponse, answer: Response): void {
    const told = Object.keys(headers).map((name) => name.toLowerCase());
    for (const name of TELLING) {
      if (answer.headers.has(name))
        expect({ what, told }).toEqual({ what, told: expect.arrayContaining([name]) });
    }
  }

  #validator(ref: string): ValidateFunction {
    const valid = this.#ajv.getSchema(ref);
    if (valid === undefined) throw new Error(`${ref} is not there`);
    return valid;
  }
}

/** Headers that any request may have. */
const OF_HTTP = ["content-type", "cache-control"];

/** Headers of answers that clients act upon. */
const TELLING = [
  "location",
  "preference-applied",
  "idempotency-replayed",
  "retry-after",
  "content-range",
  "allow",
  "www-authenticate",
];

function bodiesOf(type: string, text: string): unknown[] {
  if (type !== "application/x-ndjson") return [JSON.parse(text)];
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
}
