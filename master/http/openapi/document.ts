import { STATUS_CODES } from "node:http";
import { z } from "zod";
import { problem } from "../../../shared/contract/about.ts";
import { budgetWish } from "../../../shared/contract/budgets.ts";
import { jobPriority } from "../../../shared/contract/requests.ts";
import { PROBLEM_TYPE } from "../../../shared/http/problem.ts";
import { DEFAULT_TASK, TASKS } from "../../../shared/tasks/registry.ts";
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
import { bare, componentSchemas, type JsonSchema, optionsName, refOf, refTo } from "./schemas.ts";

/** Errors that any route may answer. */
const ANY_ERRORS = { 400: ["bad_request"], 403: ["host_not_allowed", "cross_site"], 500: ["internal_error"] };

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
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: JsonSchema }>> };
  readonly responses: Readonly<Record<string, ApiResponse>>;
  readonly security: readonly object[];
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
    for (const path of route.paths) {
      const at = paths[path] ?? {};
      paths[path] = { ...at, [route.method]: operationOf(route, path) };
    }
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "manyhands",
      version,
      description:
        "Every path is also served under `/api`. Errors are RFC 9457 problems; `code` stays the same.",
    },
    paths,
    components: {
      schemas: componentSchemas(),
      securitySchemes: {
        client: { type: "http", scheme: "bearer", description: "CLIENT_TOKEN, or MANYHANDS_TOKEN" },
        browser: { type: "http", scheme: "basic", description: "any user name; the client's token as password" },
        fleet: { type: "http", scheme: "bearer", description: "FLEET_TOKEN, or MANYHANDS_TOKEN" },
      },
    },
  };
}

function operationOf({ method, paths, operation }: Described, path: string): ApiOperation {
  const { tag, summary, description, access, body } = operation;
  const alias = path === paths[0] ? {} : { description: `The same as \`${paths[0]}\`.` };
  return {
    operationId: `${method}${path.replace(/[^a-z]+(.)?/gi, (_, next = "") => String(next).toUpperCase())}`,
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    ...alias,
    parameters: parametersOf(operation),
    ...(body === undefined ? {} : { requestBody: { content: bodyOf(body) } }),
    responses: responsesOf(operation),
    // A token is asked for only where one is set: see docs/security.md.
    security: securityOf(access),
  };
}

function securityOf(access: Operation["access"]): object[] {
  if (access === "open") return [];
  return [{ [access]: [] }, ...(access === "client" ? [{ browser: [] }] : []), {}];
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

function bodyOf(body: BodySpec): Record<string, { schema: JsonSchema; encoding?: object }> {
  if ("json" in body) return { [JSON_TYPE]: { schema: refTo(body.json) } };
  const json = { contentType: JSON_TYPE };
  return { "multipart/form-data": { schema: uploadForm(), encoding: { options: json, budgets: json } } };
}

/** The form of an upload: the tasks' own fields, options by task. */
function uploadForm(): JsonSchema {
  const fields = new Map<string, string[]>();
  for (const { field, name } of TASKS) fields.set(field, [...(fields.get(field) ?? []), name]);
  const files = [...fields].map(([field, tasks]) => [
    field,
    {
      type: "array",
      items: { type: "string", contentMediaType: "application/octet-stream" },
      description: `files for ${tasks.join(", ")}`,
    },
  ]);
  return {
    type: "object",
    properties: {
      task_type: { type: "string", enum: TASKS.map(({ name }) => name), default: DEFAULT_TASK },
      options: {
        description: "of the task, as JSON",
        anyOf: TASKS.map(({ name }) => ({ $ref: refOf(optionsName(name)) })),
      },
      budgets: {
        ...refTo(budgetWish),
        description: "time budgets in seconds, as JSON; they only shorten those of the master",
      },
      priority: bare(z.toJSONSchema(jobPriority, { io: "input" })),
      ...Object.fromEntries(files),
    },
  };
}

function responsesOf({ answers, errors = {}, access }: Operation): Record<string, ApiResponse> {
  const responses: Record<string, ApiResponse> = {};
  for (const [status, answer] of Object.entries(answers)) responses[status] = responseOf(answer);
  const all = [errors, ANY_ERRORS, access === "open" ? {} : TOKEN_ERRORS];
  const codes = new Map<string, string[]>();
  for (const some of all)
    for (const [status, more] of Object.entries(some))
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

function mediaOf(schema: z.ZodType | "text" | "bytes"): { readonly schema?: JsonSchema } {
  if (schema === "text") return { schema: { type: "string" } };
  return schema === "bytes" ? {} : { schema: refTo(schema) };
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
  if (["409", "429", "503", "507"].includes(status)) return headerNamed("Retry-After");
  if (status === "401") return headerNamed("WWW-Authenticate");
  return status === "416" ? headerNamed("Content-Range") : {};
}

function headerNamed(name: keyof typeof ANSWER_HEADERS): NonNullable<ApiResponse["headers"]> {
  const schema: JsonSchema = { type: "string" };
  return { [name]: { description: ANSWER_HEADERS[name], schema } };
}
