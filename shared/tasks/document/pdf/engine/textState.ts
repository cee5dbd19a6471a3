import type { TextState } from "./internals.ts";

/** Moves the place of the next glyph, against the direction of writing. */
export function move(state: TextState, by: number, vertical: boolean): void {
  if (vertical) state.translateTextMatrix(0, -by);
  else state.translateTextMatrix(-by * state.textHScale, 0);
}

type Setter = (state: TextState, args: readonly number[]) => void;

/** Operators that set the text state alone (ISO 32000-1, 9.3). */
export const SETTERS: Readonly<Record<string, Setter>> = {
  setTextRise: (state, [rise = 0]) => {
    state.textRise = rise;
  },
  setHScale: (state, [scale = 100]) => {
    state.textHScale = scale / 100;
  },
  setLeading: (state, [leading = 0]) => {
    state.leading = leading;
  },
  setCharSpacing: (state, [spacing = 0]) => {
    state.charSpacing = spacing;
  },
  setWordSpacing: (state, [spacing = 0]) => {
    state.wordSpacing = spacing;
  },
  moveText: moveLine,
  setLeadingMoveText: (state, [x = 0, y = 0]) => {
    state.leading = -y;
    moveLine(state, [x, y]);
  },
  nextLine: (state) => state.carriageReturn(),
  setTextMatrix: (state, matrix) => {
    state.setTextMatrix(...matrix);
    state.setTextLineMatrix(...matrix);
  },
  beginText: (state) => {
    state.textMatrix = [1, 0, 0, 1, 0, 0];
    state.textLineMatrix = [1, 0, 0, 1, 0, 0];
  },
};

function moveLine(state: TextState, [x = 0, y = 0]: readonly number[]): void {
  state.translateTextLineMatrix(x, y);
  state.textMatrix = state.textLineMatrix.slice();
}
