import { expect, test } from "vitest";
import { storeContract } from "../store.contract.ts";
import { openMemoryStore } from "./memoryStore.ts";

storeContract("memory", async () => {
  const objects = new Map<string, Buffer>();
  return { open: async () => openMemoryStore(objects), cleanUp: async () => objects.clear() };
});

test("what a caller does to bytes that it put or read does not change the object", async () => {
  const store = openMemoryStore();
  const bytes = Buffer.from("as it was");
  const { key } = await store.put(bytes);
  bytes.fill(0);
  (await store.read(key)).fill(0);
  expect((await store.read(key)).toString()).toBe("as it was");
});
