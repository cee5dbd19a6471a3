/** A stretch of a text that both texts have, or only this one. */
export interface Piece {
  readonly text: string;
  readonly isChanged: boolean;
}

export interface PiecePair {
  readonly before: readonly Piece[];
  readonly after: readonly Piece[];
}

/** Comparisons that a search for common words may take; beyond it all between the common ends counts as changed. */
const MOST_STEPS = 2_000_000;

/** Both texts in stretches of words that are common or changed. */
export function piecesOf(before: string, after: string): PiecePair {
  const [a, b] = [tokensOf(before), tokensOf(after)];
  const start = commonStart(a, b);
  const end = commonEnd(a.slice(start), b.slice(start));
  const middles = [a.slice(start, a.length - end), b.slice(start, b.length - end)] as const;
  const [inA, inB] = commonOf(...middles);
  const whole = (tokens: readonly string[], common: ReadonlySet<number>) =>
    joined(tokens, (at) => at >= start && at < tokens.length - end && !common.has(at - start));
  return { before: whole(a, inA), after: whole(b, inB) };
}

/** Words, spaces and signs. */
function tokensOf(text: string): readonly string[] {
  return text.match(/\p{L}+|\p{N}+|\s+|[^\p{L}\p{N}\s]/gu) ?? [];
}

function commonStart(a: readonly string[], b: readonly string[]): number {
  let at = 0;
  while (at < a.length && at < b.length && a[at] === b[at]) at += 1;
  return at;
}

function commonEnd(a: readonly string[], b: readonly string[]): number {
  let at = 0;
  while (at < a.length && at < b.length && a.at(-1 - at) === b.at(-1 - at)) at += 1;
  return at;
}

/** Places of a longest common subsequence, in each of the two. */
function commonOf(
  a: readonly string[],
  b: readonly string[],
): readonly [ReadonlySet<number>, ReadonlySet<number>] {
  const [inA, inB] = [new Set<number>(), new Set<number>()];
  if (a.length * b.length > MOST_STEPS) return [inA, inB];
  const lengths = lengthsOf(a, b);
  const row = b.length + 1;
  for (let [x, y] = [0, 0]; x < a.length && y < b.length; ) {
    if (a[x] === b[y]) {
      inA.add(x);
      inB.add(y);
      x += 1;
      y += 1;
    } else if ((lengths[(x + 1) * row + y] ?? 0) >= (lengths[x * row + y + 1] ?? 0)) x += 1;
    else y += 1;
  }
  return [inA, inB];
}

/** Length of the longest common subsequence of what is behind each pair of places. */
function lengthsOf(a: readonly string[], b: readonly string[]): Uint32Array {
  const row = b.length + 1;
  const lengths = new Uint32Array((a.length + 1) * row);
  for (let x = a.length - 1; x >= 0; x -= 1)
    for (let y = b.length - 1; y >= 0; y -= 1)
      lengths[x * row + y] =
        a[x] === b[y]
          ? 1 + (lengths[(x + 1) * row + y + 1] ?? 0)
          : Math.max(lengths[(x + 1) * row + y] ?? 0, lengths[x * row + y + 1] ?? 0);
  return lengths;
}

function joined(tokens: readonly string[], isChanged: (at: number) => boolean): readonly Piece[] {
  const pieces: { text: string; isChanged: boolean }[] = [];
  for (const [at, token] of tokens.entries()) {
    const last = pieces.at(-1);
    if (last?.isChanged === isChanged(at)) last.text += token;
    else pieces.push({ text: token, isChanged: isChanged(at) });
  }
  return pieces;
}

/** Letters of a common stretch that are shown beside what changed. */
const CONTEXT = 60;

/** Long stretches that both texts have, in short: what changed is seen at once. */
export function shortened(pieces: readonly Piece[]): readonly Piece[] {
  return pieces.map((piece, at) => {
    const { text, isChanged } = piece;
    if (isChanged || text.length <= 3 * CONTEXT) return piece;
    const start = at === 0 ? "" : text.slice(0, CONTEXT);
    const end = at === pieces.length - 1 ? "" : text.slice(-CONTEXT);
    return { text: `${start} … ${end}`, isChanged };
  });
}
