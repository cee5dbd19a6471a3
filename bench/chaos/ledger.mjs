import { appendFileSync, fstatSync, readlinkSync } from "node:fs";
import { open } from "node:fs/promises";

/*
 * Loaded into a master (`node --import`): records which bytes of which file were synced, so that a
 * power loss can be simulated that removes unsynced bytes only.
 */
const ledger = process.env.CHAOS_LEDGER;
if (ledger !== undefined) {
  const handle = await open("/dev/null", "r");
  const prototype = Object.getPrototypeOf(handle);
  await handle.close();
  for (const name of ["sync", "datasync"]) {
    const original = prototype[name];
    prototype[name] = async function synced() {
      const { size } = fstatSync(this.fd);
      const path = readlinkSync(`/proc/self/fd/${this.fd}`);
      await original.call(this);
      appendFileSync(ledger, `${Date.now()} ${size} ${path}\n`);
    };
  }
}
