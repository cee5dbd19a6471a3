import { expect, test } from "vitest";
import { placeOfUrl } from "./place.ts";

test.each([
  ["s3://files", { bucket: "files", prefix: "", endpoint: undefined, region: undefined, pathStyle: false }],
  [
    "s3://files/a/b/?region=eu-central-1",
    { bucket: "files", prefix: "a/b/", endpoint: undefined, region: "eu-central-1", pathStyle: false },
  ],
  [
    "s3://my.files/jobs?endpoint=http://127.0.0.1:9000",
    {
      bucket: "my.files",
      prefix: "jobs/",
      endpoint: "http://127.0.0.1:9000",
      region: "us-east-1",
      pathStyle: true,
    },
  ],
  [
    "s3://files?endpoint=https%3A%2F%2Fs3.example.org%2F&region=x&path_style=false",
    { bucket: "files", prefix: "", endpoint: "https://s3.example.org", region: "x", pathStyle: false },
  ],
])("%s is taken apart", (text, place) => {
  expect(placeOfUrl(text)).toEqual(place);
});

test.each([
  ["files", /must be an address such as s3:\/\/bucket/],
  ["https://files/a", /must be an address such as s3:\/\/bucket/],
  ["s3://key:hunter2@files/a", /must not hold a key or a secret/],
  ["s3://", /needs the name of a bucket/],
  ["s3://My_Files", /needs the name of a bucket/],
  ["s3://files?enpoint=http://x", /knows no parameter but endpoint, region, path_style/],
  ["s3://files?endpoint=ftp://x", /has an endpoint that is not an address/],
  ["s3://files?endpoint=http://me:hunter2@x", /has an endpoint that is not an address/],
  ["s3://files?region=a%20b", /has a region that is not a name/],
  ["s3://files?path_style=yes", /needs path_style=true or path_style=false/],
  ["s3://files/a%20b", /has a prefix that is not plain/],
  ["s3://files/a//b", /has a prefix that is not plain/],
])("%s is refused with a sentence that repeats no secret", (text, sentence) => {
  const read = () => placeOfUrl(text);
  expect(read).toThrow(expect.objectContaining({ code: "bad_configuration" }));
  expect(read).toThrow(sentence);
  expect(read).not.toThrow(/hunter2/);
});
