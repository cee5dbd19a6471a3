import { type RequestHandler, type Response, Router } from "express";
import { AppError } from "../../../shared/errors.ts";
import { answerJson } from "../../../shared/http/json.ts";
import { newJobId } from "../../record/jobId.ts";
import { TIKA_VERSION } from "../about.ts";
import { formOf, optionsOf, readsPictures, type TextForm } from "./ask.ts";
import { receiveBody, type TikaBody } from "./body.ts";
import { contentOf, metadataOf, type TikaMetadata } from "./metadata.ts";
import { type Plan, readForTika, type TikaDeps, type TikaExchange, type TikaReading } from "./read.ts";

const CONTENT = "X-TIKA:content";
const TEXT_TYPE = "text/plain";

/** Addresses of the server of Apache Tika 3, and the two of Tika 4 that clients ask for: docs/tika.md. */
export function tikaRoutes(deps: TikaDeps): Router {
  const router = Router({ caseSensitive: true });
  router.get("/tika", (_req, res) => plain(res, `This is ${TIKA_VERSION}. Send a file by PUT.`));
  const bodies = (path: string, handler: RequestHandler) => router.put(path, handler).post(path, handler);
  bodies("/tika", bare(deps));
  router.post("/tika/form", bare(deps));
  bodies("/tika/json{/:handler}", asJson(deps));
  bodies("/tika/md", asMarkdown(deps));
  router.post("/tika/form/:handler", asJson(deps));
  bodies("/tika/:handler", asJson(deps));
  router.post("/rmeta/form{/:handler}", asList(deps));
  bodies("/rmeta{/:handler}", asList(deps));
  router.post("/meta/form{/:field}", metadata(deps));
  bodies("/meta{/:field}", metadata(deps));
  bodies("/detect/stream", detect(deps));
  bodies("/language/stream", language(deps));
  bodies("/language/string", language(deps));
  return router;
}

/** `PUT /tika`: text, HTML or JSON, as `Accept` asks. */
function bare(deps: TikaDeps): RequestHandler {
  return async (req, res) => {
    const type = req.accepts([TEXT_TYPE, "text/html", "text/xml", "application/json"]) || TEXT_TYPE;
    const form: TextForm = type === TEXT_TYPE ? "text" : "html";
    const reading = await readForTika(deps, { req, res }, planFor(req, form));
    if (type === "application/json") answerJson(res, withContent(reading, form));
    else res.type(type).send(contentOf(reading.result, form));
  };
}

/** `PUT /tika/text`, `/tika/html`: metadata and content as JSON, or the content alone where `Accept` asks for that. */
function asJson(deps: TikaDeps): RequestHandler {
  return async (req, res) => {
    const form = formOf(String(req.params.handler ?? "text"));
    const reading = await readForTika(deps, { req, res }, planFor(req, form));
    const ownType = form === "html" ? "text/html" : TEXT_TYPE;
    if (req.accepts(["application/json", ownType]) !== ownType) answerJson(res, withContent(reading, form));
    else res.type(ownType).send(contentOf(reading.result, form));
  };
}

function asMarkdown(deps: TikaDeps): RequestHandler {
  return async (req, res) => {
    const { result } = await readForTika(deps, { req, res }, planFor(req, "markdown"));
    res.type("text/markdown").send(contentOf(result, "markdown"));
  };
}

/** `PUT /rmeta`: a list with one entry, since embedded files are not read. */
function asList(deps: TikaDeps): RequestHandler {
  return async (req, res) => {
    const form = formOf(String(req.params.handler ?? "xml"));
    const reading = await readForTika(deps, { req, res }, planFor(req, form));
    answerJson(res, [withContent(reading, form)]);
  };
}

/** `PUT /meta`, `/meta/<field>`: as JSON, CSV or text. */
function metadata(deps: TikaDeps): RequestHandler {
  return async (req, res) => {
    const { body, result } = await readForTika(deps, { req, res }, planFor(req, "text"));
    const all = metadataOf(body, result);
    const { field } = req.params;
    const wanted = field === undefined ? all : { [String(field)]: fieldOf(all, String(field)) };
    const type = req.accepts(["application/json", "text/csv", TEXT_TYPE]);
    if (type === "text/csv") res.type(type).send(csvOf(wanted));
    else if (type === TEXT_TYPE) plain(res, Object.values(wanted).flat().join("\n"));
    else answerJson(res, wanted);
  };
}

function fieldOf(metadata: TikaMetadata, field: string): string | readonly string[] {
  const value = Object.entries(metadata).find(([name]) => name === field)?.[1];
  if (value !== undefined) return value;
  throw new AppError("not_found", `The file has no metadata named ${field.slice(0, 100)}.`, { status: 404 });
}

function csvOf(metadata: TikaMetadata): string {
  const cell = (text: string) => `"${text.replaceAll('"', '""')}"`;
  return Object.entries(metadata)
    .map(([name, value]) => `${[name, ...[value].flat()].map(cell).join(",")}\n`)
    .join("");
}

/** `PUT /detect/stream`: the media type, by the first bytes. */
function detect({ upload, store }: TikaDeps): RequestHandler {
  return async (req, res) => {
    const { kind, stored } = await receiveBody(upload, { req, res, id: newJobId() });
    await store.remove([stored.key]);
    plain(res, kind.mediaType);
  };
}

/** `PUT /language/stream`: the language of a text as ISO 639-1; empty if it is not known. */
function language(deps: TikaDeps): RequestHandler {
  return async (req, res) => {
    const plan = () => ({ task: "text", options: {} });
    const { result } = await readForTika(deps, { req, res }, plan);
    const tag = String(result?.language_tag ?? "und").split("-")[0] ?? "";
    plain(res, tag === "und" ? "" : tag);
  };
}

function planFor(req: TikaExchange["req"], form: TextForm): (body: TikaBody) => Plan {
  return ({ kind }) =>
    kind.task === "ocr" && !readsPictures(req)
      ? undefined
      : { task: kind.task, options: optionsOf(req, kind, form) };
}

function withContent({ body, result }: TikaReading, form: TextForm): object {
  const content = contentOf(result, form);
  return { ...metadataOf(body, result), ...(form === "none" ? {} : { [CONTENT]: content }) };
}

function plain(res: Response, text: string): void {
  res.type(TEXT_TYPE).send(text);
}
