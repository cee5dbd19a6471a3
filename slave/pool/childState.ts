/**
 * The life of a child process, as values. `Unit` is a unit at the child: one runs, the others wait behind it in the
 * order in which the child was given them.
 */
export type LiveState<Unit> =
  | { readonly kind: "starting" }
  | { readonly kind: "idle" }
  /** The child loads a task ahead of its first unit. */
  | { readonly kind: "warming"; readonly task: string }
  | Working<Unit>
  /** A unit has ended; the child begins no other one until its folder is empty. */
  | { readonly kind: "clearing"; readonly waiting: readonly Unit[] };

interface Working<Unit> {
  readonly kind: "working";
  readonly running: Unit;
  readonly waiting: readonly Unit[];
}

export type ChildState<Unit> =
  | LiveState<Unit>
  /** The child is being killed: its messages are ignored from now on. */
  | { readonly kind: "dying"; readonly during: LiveState<Unit>; readonly cause: KillCause }
  | { readonly kind: "gone"; readonly during: LiveState<Unit>; readonly cause: EndCause };

export type KillCause =
  /** Its slot replaces it, or closes. */
  | { readonly kind: "dismissed" }
  /** Its unit used up a budget or was cancelled; the unit fails for this reason. */
  | { readonly kind: "unit"; readonly reason: unknown }
  /** Its messages or its folder cannot be trusted any more. */
  | { readonly kind: "unusable" };

export type EndCause = KillCause | { readonly kind: "itself" };

export type ChildEvent<Unit> =
  | { readonly type: "ready" }
  | { readonly type: "told_to_warm"; readonly task: string }
  | { readonly type: "warmed" }
  | { readonly type: "given"; readonly unit: Unit }
  /** Its running unit ended; `isLittered`: something lies in its folder. */
  | { readonly type: "answered"; readonly isLittered: boolean }
  /** Its folder is empty. */
  | { readonly type: "cleared" }
  | { readonly type: "killed"; readonly cause: KillCause }
  | { readonly type: "exited" };

/**
 * The only way a child changes. The first cause of an end counts; a process that is gone stays so.
 * @throws Error for an event that cannot happen in this state
 */
export function transition<Unit>(state: ChildState<Unit>, event: ChildEvent<Unit>): ChildState<Unit> {
  if (event.type === "exited") return exited(state);
  if (event.type === "killed")
    return isLive(state) ? { kind: "dying", during: state, cause: event.cause } : state;
  const next = isLive(state) ? nextOf(state, event) : undefined;
  if (next !== undefined) return next;
  throw new Error(`A child that is ${state.kind} cannot take the event "${event.type}".`);
}

/** What the child does, or did when it ended. */
export function activityOf<Unit>(state: ChildState<Unit>): LiveState<Unit> {
  return isLive(state) ? state : state.during;
}

/** The unit that runs, or ran until the child was killed. */
export function runningUnit<Unit>(state: ChildState<Unit>): Unit | undefined {
  const activity = activityOf(state);
  return state.kind !== "gone" && activity.kind === "working" ? activity.running : undefined;
}

/** Units that have not begun at the child. */
export function waitingUnits<Unit>(state: ChildState<Unit>): readonly Unit[] {
  const activity = activityOf(state);
  return activity.kind === "working" || activity.kind === "clearing" ? activity.waiting : [];
}

/** Whether its start has succeeded and it has not ended. */
export function isUp<Unit>(state: ChildState<Unit>): boolean {
  return isLive(state) && state.kind !== "starting";
}

export function isLive<Unit>(state: ChildState<Unit>): state is LiveState<Unit> {
  return state.kind !== "dying" && state.kind !== "gone";
}

const IDLE = { kind: "idle" } as const;

function exited<Unit>(state: ChildState<Unit>): ChildState<Unit> {
  if (state.kind === "gone") return state;
  if (state.kind === "dying") return { ...state, kind: "gone" };
  return { kind: "gone", during: state, cause: { kind: "itself" } };
}

/** Undefined for an event that cannot happen in this state. */
function nextOf<Unit>(state: LiveState<Unit>, event: ChildEvent<Unit>): LiveState<Unit> | undefined {
  switch (state.kind) {
    case "starting":
      return event.type === "ready" ? IDLE : undefined;
    case "warming":
      return event.type === "warmed" ? IDLE : undefined;
    case "clearing":
      return event.type === "cleared" ? begun(state.waiting) : undefined;
    case "idle":
      return fromIdle(event);
    case "working":
      return fromWorking(state, event);
  }
}

function fromIdle<Unit>(event: ChildEvent<Unit>): LiveState<Unit> | undefined {
  if (event.type === "told_to_warm") return { kind: "warming", task: event.task };
  if (event.type === "given") return begun([event.unit]);
  return undefined;
}

function fromWorking<Unit>(state: Working<Unit>, event: ChildEvent<Unit>): LiveState<Unit> | undefined {
  const { waiting } = state;
  if (event.type === "given") return { ...state, waiting: [...waiting, event.unit] };
  if (event.type !== "answered") return undefined;
  return event.isLittered || waiting.length === 0 ? { kind: "clearing", waiting } : begun(waiting);
}

function begun<Unit>([running, ...waiting]: readonly Unit[]): LiveState<Unit> {
  return running === undefined ? IDLE : { kind: "working", running, waiting };
}
