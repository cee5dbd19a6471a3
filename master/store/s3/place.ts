import { ConfigError } from "../../../shared/errors.ts";

/** Where a bucket is, and which part of it is the store. */
export interface BucketPlace {
  readonly bucket: string;
  /** Beginning of the names of all objects: empty, or with a slash at its end. */
  readonly prefix: string;
  /** Undefined: that of AWS. */
  readonly endpoint: string | undefined;
  /** Undefined: the variables and files of AWS say it. */
  readonly region: string | undefined;
  /** Whether the bucket's name is in the path of an address, not in its host. */
  readonly pathStyle: boolean;
}

const EXAMPLE = "s3://bucket/prefix?endpoint=https://s3.example.org&region=eu-central-1&path_style=true";
const PARAMETERS = ["endpoint", "region", "path_style"];
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const PREFIX = /^[\w!.*'()-]+(?:\/[\w!.*'()-]+)*$/;
const REGION = /^[\w-]{1,64}$/;

/** @throws ConfigError; no sentence repeats the value, which may hold a secret by mistake */
export function placeOfUrl(text: string): BucketPlace {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== "s3:") throw wrong(`must be an address such as ${EXAMPLE}`);
  if (url.username !== "" || url.password !== "")
    throw wrong("must not hold a key or a secret: STORE_ACCESS_KEY and STORE_SECRET_KEY hold them");
  if (!BUCKET.test(url.host))
    throw wrong("needs the name of a bucket: 3 to 63 lower-case letters, digits, dots and hyphens");
  const unknown = [...url.searchParams.keys()].find((name) => !PARAMETERS.includes(name));
  if (unknown !== undefined) throw wrong(`knows no parameter but ${PARAMETERS.join(", ")}`);
  const endpoint = endpointOf(url.searchParams.get("endpoint"));
  return {
    bucket: url.host,
    prefix: prefixOf(url.pathname),
    endpoint,
    region: regionOf(url.searchParams.get("region")) ?? (endpoint === undefined ? undefined : "us-east-1"),
    pathStyle: flagOf(url.searchParams.get("path_style")) ?? endpoint !== undefined,
  };
}

function prefixOf(pathname: string): string {
  const prefix = pathname.replace(/^\/+|\/+$/g, "");
  if (prefix === "") return "";
  const isPlain = PREFIX.test(prefix) && !prefix.split("/").some((name) => name === "." || name === "..");
  if (!isPlain || prefix.length > 512)
    throw wrong("has a prefix that is not plain: letters, digits and - _ . ! * ' ( ) between slashes");
  return `${prefix}/`;
}

function endpointOf(text: string | null): string | undefined {
  if (text === null) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain = url?.username === "" && url.password === "" && url.search === "";
  if (isPlain && (url.protocol === "http:" || url.protocol === "https:")) return url.href.replace(/\/$/, "");
  throw wrong("has an endpoint that is not an address such as https://s3.example.org");
}

function regionOf(text: string | null): string | undefined {
  if (text === null) return undefined;
  if (!REGION.test(text)) throw wrong("has a region that is not a name such as eu-central-1");
  return text;
}

function flagOf(text: string | null): boolean | undefined {
  if (text === null) return undefined;
  if (text !== "true" && text !== "false") throw wrong("needs path_style=true or path_style=false");
  return text === "true";
}

function wrong(what: string): ConfigError {
  return new ConfigError(`STORE_URL ${what}.`);
}
