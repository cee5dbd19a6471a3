/** Longest time that a timer of Node can have, milliseconds (24.8 days); a longer one fires at once. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;
