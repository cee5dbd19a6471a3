/** An event of `GET /jobs/<id>/events`. */
export interface SentEvent {
  readonly id: number | undefined;
  readonly event: string;
  readonly data: Record<string, unknown>;
}

/** Yields events as they arrive; ends with the stream, or when the consumer stops. */
export async function* jobEvents(
  url: string,
  id: string,
  { last, signal }: { readonly last?: number; readonly signal?: AbortSignal } = {},
): AsyncGenerator<SentEvent> {
  const response = await fetch(`${url}/jobs/${id}/events`, {
    headers: last === undefined ? {} : { "Last-Event-ID": String(last) },
    ...(signal === undefined ? {} : { signal }),
  });
  if (response.status !== 200) throw new Error(`answered ${response.status}`);
  let rest = "";
  for await (const chunk of response.body ?? []) {
    rest += Buffer.from(chunk as Uint8Array).toString("utf8");
    const blocks = rest.split("\n\n");
    rest = blocks.pop() ?? "";
    yield* blocks.filter((block) => !block.startsWith(":")).map(parsed);
  }
}

/** All events except `progress`, which has no id and is not on record. */
export async function recordedEvents(...how: Parameters<typeof jobEvents>): Promise<SentEvent[]> {
  const events: SentEvent[] = [];
  for await (const event of jobEvents(...how)) if (event.event !== "progress") events.push(event);
  return events;
}

function parsed(block: string): SentEvent {
  const fields = Object.fromEntries(
    block.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]),
  );
  return {
    id: fields.id === undefined ? undefined : Number(fields.id),
    event: fields.event ?? "message",
    data: JSON.parse(fields.data ?? "{}") as Record<string, unknown>,
  };
}
