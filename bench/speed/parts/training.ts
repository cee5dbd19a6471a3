import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { randomOf } from "../../../shared/ml/random.ts";
import { requireDone, type Sent, upload } from "../client.ts";
import { atLeast, atMost, type BenchPart, type Measure } from "../part.ts";
import { type BenchFleet, withFleet } from "../start.ts";

/** Seconds that a forest of 200 trees from three quarters of the digits takes on one core, without the way there and back. */
const ON_ONE_CORE = 0.42;

/** Measures training on one slot and on two, and the rows that two slots predict. */
export const training: BenchPart = {
  name: "training",
  run: async (scale) => {
    const trees = scale(200);
    const one = await withFleet({ slots: 1 }, (running) => trainingSeconds(running, trees));
    return await withFleet({ slots: 2 }, async (running): Promise<Measure[]> => {
      const small = await trainingSeconds(running, trees);
      const efficiency = one.large / (2 * small.large);
      const rounded = Number(efficiency.toFixed(3));
      return [
        atMost(
          "seconds, 1,347 written digits of 64 columns, 200 trees, two slots",
          small.small,
          3 * ON_ONE_CORE,
        ),
        atLeast(
          "efficiency of two slots, 20,000 rows x 20 columns",
          rounded,
          0.85,
          "one slot / (2 x two slots)",
        ),
        await predictionRate(running, scale(1_000_000)),
      ];
    });
  },
};

async function trainingSeconds({ url }: BenchFleet, trees: number) {
  const seconds = async (file: Sent, options: object) => {
    const job = { task: "train", field: "tables", files: [file], options: { ...options, test_share: 0 } };
    const { ms } = requireDone(await upload(url, job), 1);
    return Number((ms / 1000).toFixed(2));
  };
  const learned = await digits(1347);
  // Compiled code, as in a service that has run for a while.
  await seconds(learned, { trees: 50 });
  const small = await seconds(learned, { trees });
  const large = await seconds(table({ rows: 20_000, columns: 20, classes: 2, levels: 1000 }), { trees });
  return { small, large };
}

async function predictionRate({ url }: BenchFleet, rows: number): Promise<Measure> {
  const learned = table({ rows: 2000, columns: 10, classes: 2, levels: 1000 });
  const trained = requireDone(
    await upload(url, {
      task: "train",
      field: "tables",
      files: [learned],
      options: { trees: 100, test_share: 0 },
    }),
    1,
  );
  const { files } = JSON.parse(trained.body.toString("utf8")) as { files: { url: string }[] };
  const body = Buffer.from(await (await fetch(`${url}${files[0]?.url}`)).arrayBuffer());
  const wide = table({ rows, columns: 10, classes: 2, levels: 1000 });
  const sent = [{ name: "model.json", body }, wide];
  const { ms } = requireDone(await upload(url, { task: "predict", field: "tables", files: sent }), 2);
  const rate = Math.round((rows * 1000) / ms);
  return atLeast(
    "rows/s, 100 trees x 10 columns, two slots, upload to result",
    rate,
    150_000,
    `${rows} rows`,
  );
}

/** The first rows of a table of written digits, whose origin `files/README.md` tells. */
async function digits(rows: number): Promise<Sent> {
  const packed = await readFile("bench/speed/files/digits.csv.gz");
  const lines = gunzipSync(packed).toString("utf8").split("\n", rows);
  const header = `${Array.from({ length: 64 }, (_, at) => `pixel${at}`).join(",")},digit`;
  return { name: "digits.csv", body: Buffer.from(`${[header, ...lines].join("\n")}\n`) };
}

interface TableOf {
  readonly rows: number;
  readonly columns: number;
  readonly classes: number;
  /** Different values of a column. */
  readonly levels: number;
}

/** A table whose classes are regions of three columns, with a tenth of the rows in another class. */
function table({ rows, columns, classes, levels }: TableOf): Sent {
  const random = randomOf(1);
  const lines = [`${Array.from({ length: columns }, (_, at) => `c${at}`).join(",")},y`];
  for (let row = 0; row < rows; row += 1) {
    const values = Array.from({ length: columns }, () => Math.floor(random() * levels));
    const region = ((values[0] ?? 0) + (values[1] ?? 0) + (values[2] ?? 0)) / (3 * levels);
    const noise = random() < 0.1 ? Math.floor(random() * classes) : 0;
    lines.push(`${values.join(",")},k${(Math.floor(region * classes) + noise) % classes}`);
  }
  return { name: "table.csv", body: Buffer.from(`${lines.join("\n")}\n`) };
}
