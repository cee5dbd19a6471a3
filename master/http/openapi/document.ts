import { STATUS_CODES } from "node:http";
import { z } from "zod";
import { problem } from "../../../shared/contract/about.ts";
import { PROBLEM_TYPE } from "../../../shared/http/problem.ts";
import { SESSION_COOKIE } from "../sessionCookie.ts";
import { BYTES, uploadForm } from "./form.ts";
import {
  ANSWER_HEADERS,
  type BodySpec,
  JSON_TYPE,
  type Operation,
  PATH_PARAMETERS,
  REQUEST_HEADERS,
  type ResponseSpec,
  TOKEN_ERRORS,
} from "./operation.ts";
import { type Described, described } from "./operations.ts";
import { bare, componentSchemas, type JsonSchema, refTo } from "./schemas.ts";
import { webhooks } from "./webhooks.ts";

/** Errors that any route may answer. */
const ANY_ERRORS = {
  400: ["bad_request"],
  403: ["host_not_allowed", "cross_site"],
  500: ["internal_error"],
} as const;
/** Errors of any route that the classic service does not have. */
const OWN_ERRORS = { 400: ["bad_query"] } as const;
/** Errors of routes that change something and take a session's cookie. */
const SAFE: readonly Described["method"][] = ["get", "head", "options"];
const SESSION_ERRORS = { 403: ["bad_origin"] } as const;

export interface ApiDocument {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, ApiOperation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>;
    readonly securitySchemes: object;
  };
  readonly [member: string]: unknown;
}

export interface ApiOperation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly parameters: readonly ApiParameter[];
  readonly requestBody?: ApiBody;
  readonly responses: Readonly<Record<string, ApiResponse>>;
  readonly security: readonly object[];
}

interface ApiBody {
  readonly required: boolean;
  readonly content: Readonly<Record<string, { readonly schema: JsonSchema }>>;
}

export interface ApiParameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required: boolean;
  readonly description?: string;
  readonly schema: JsonSchema;
}

export interface ApiResponse {
  readonly description: string;
  readonly headers?: Readonly<Record<string, ApiHeader>>;
  readonly content?: Readonly<Record<string, { readonly schema?: JsonSchema }>>;
}

export interface ApiHeader {
  readonly description: string;
  readonly schema: JsonSchema;
}

/** OpenAPI 3.1 of all that the master answers, made from the messages and routes themselves. */
export function apiDocument(version: string): ApiDocument {
  const paths: Record<string, Record<string, ApiOperation>> = {};
  for (const route of described()) {
    const [path] = route.paths;
    paths[path] = { ...paths[path], [route.method]: operationOf(route) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "manyhands",
      version,
      description:
        "Every path is also served under `/api`. Errors follow RFC 9457: rely on their `code`. The member `kind` tells a job " +
        "(`job`), an answer of `/assign_task` (`answer`) and an error (`problem`) from each other. Every answer has `X-Request-Id`: " +
        "the one of the request (1 to 64 of `A-Za-z0-9._-`), else a new one. Errors repeat it as `request_id`, and so does the log.",
    },
    paths,
    webhooks: webhooks(),
    components: {
      schemas: componentSchemas(),
      securitySchemes: {
        client: { type: "http", scheme: "bearer", description: "CLIENT_TOKEN, or MANYHANDS_TOKEN" },
        browser: {
          type: "http",
          scheme: "basic",
          description: "any user name; the client's token as password",
        },
        session: {
          type: "apiKey",
          in: "cookie",
          name: SESSION_COOKIE,
          description: "set by `POST /session`; the port of the address stands behind the name",
        },
        fleet: { type: "http", scheme: "bearer", description: "FLEET_TOKEN, or MANYHANDS_TOKEN" },
      },
    },
  };
}

function operationOf(route: Described): ApiOperation {
  const { method, paths, operation } = route;
  const { tag, summary, access, body } = operation;
  const [path, ...aliases] = paths;
  const told = [
    ...(operation.description === undefined ? [] : [operation.description]),
    ...aliases.map((alias) => `Also at \`${alias}\`.`),
  ];
  return {
    operationId: `${method}${path.replace(/[^a-z]+(.)?/gi, (_, next = "") => String(next).toUpperCase())}`,
    tags: [tag],
    summary,
    ...(told.length === 0 ? {} : { description: told.join(" ") }),
    parameters: parametersOf(operation),
    ...(body === undefined ? {} : { requestBody: bodyOf(body) }),
    responses: responsesOf(route),
    // A token is asked for only where one is set: see docs/security.md.
    security: securityOf(access),
  };
}

function securityOf(access: Operation["access"]): object[] {
  if (access === "open") return [];
  return [{ [access]: [] }, ...(access === "client" ? [{ browser: [] }, { session: [] }] : []), {}];
}

function parametersOf({ path = [], query, headers = [] }: Operation): ApiParameter[] {
  const asked = query === undefined ? {} : bare(z.toJSONSchema(query, { io: "input" })).properties;
  return [
    ...path.map((name) => ({
      name,
      in: "path" as const,
      required: true,
      description: PATH_PARAMETERS[name],
      schema: { type: "string" as const },
    })),
    ...Object.entries(asked ?? {}).map(([name, schema]) => queryParameter(name, schema as JsonSchema)),
    ...headers.map((name) => ({
      name,
      in: "header" as const,
      required: false,
      description: REQUEST_HEADERS[name],
      schema: { type: "string" as const },
    })),
  ];
}

function queryParameter(name: string, { description, ...schema }: JsonSchema): ApiParameter {
  const told = description === undefined ? {} : { description };
  return { name, in: "query", required: false, ...told, schema };
}

function bodyOf(body: BodySpec): ApiBody {
  if ("json" in body)
    return { required: body.required === true, content: { [JSON_TYPE]: { schema: refTo(body.json) } } };
  if ("bytes" in body) return { required: true, content: { [body.bytes]: { schema: BYTES } } };
  const json = { contentType: JSON_TYPE };
  const form = { schema: uploadForm(), encoding: { options: json, budgets: json } };
  return { required: true, content: { "multipart/form-data": form } };
}

function responsesOf({ method, operation }: Described): Record<string, ApiResponse> {
  const { answers, errors = {}, access, classic } = operation;
  const responses: Record<string, ApiResponse> = {};
  for (const [status, answer] of Object.entries(answers)) responses[status] = responseOf(answer);
  const own = classic === true ? {} : OWN_ERRORS;
  const session = access === "client" && !SAFE.includes(method) ? SESSION_ERRORS : {};
  const token = access === "open" ? {} : TOKEN_ERRORS;
  const all: Operation["errors"][] = [errors, own, ANY_ERRORS, token, session];
  const codes = new Map<string, string[]>();
  for (const some of all)
    for (const [status, more] of Object.entries(some ?? {}))
      codes.set(status, [...(codes.get(status) ?? []), ...more]);
  for (const [status, some] of codes) responses[status] = withProblem(responses[status], status, some);
  return responses;
}

function responseOf({ description, content, headers = [] }: ResponseSpec): ApiResponse {
  const media = Object.entries(content).map(([type, schema]) => [type, mediaOf(schema)]);
  const told = headers.map(headerNamed);
  return {
    description,
    ...(told.length === 0 ? {} : { headers: Object.assign({}, ...told) }),
    ...(media.length === 0 ? {} : { content: Object.fromEntries(media) }),
  };
}

function mediaOf(schema: z.ZodType | "text" | "bytes"): { readonly schema: JsonSchema } {
  if (schema === "text") return { schema: { type: "string" } };
  return { schema: schema === "bytes" ? BYTES : refTo(schema) };
}

/** A status may stand for an answer and for an error: the media type tells them apart. */
function withProblem(answer: ApiResponse | undefined, status: string, codes: readonly string[]): ApiResponse {
  const which = `Errors: ${codes.map((code) => `\`${code}\``).join(", ")}.`;
  return {
    description:
      answer === undefined
        ? `${STATUS_CODES[status] ?? "Error"}. ${which}`
        : `${answer.description} ${which}`,
    headers: { ...answer?.headers, ...problemHeaders(status) },
    content: { ...answer?.content, [PROBLEM_TYPE]: { schema: refTo(problem) } },
  };
}

function problemHeaders(status: string): NonNullable<ApiResponse["headers"]> {
  if (["409", "423", "429", "503", "507"].includes(status)) return headerNamed("Retry-After");
  if (status === "401") return headerNamed("WWW-Authenticate");
  return status === "416" ? headerNamed("Content-Range") : {};
}

function headerNamed(name: keyof typeof ANSWER_HEADERS): NonNullable<ApiResponse["headers"]> {
  const schema: JsonSchema = { type: "string" };
  return { [name]: { description: ANSWER_HEADERS[name], schema } };
}
