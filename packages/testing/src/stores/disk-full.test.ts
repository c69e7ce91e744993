import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openPostgres } from "@coder/db";
import pg from "pg";
import { afterAll, describe, expect, it } from "vitest";
import { CONTRACT_CLIENT_URL, noteEntity } from "../contract/entities.ts";
import { noteChanged } from "../contract/messages.ts";
import { note, somebody } from "../contract/store.ts";
import { startOwnServer } from "../postgres/own-server.ts";
import { silentLogger } from "../silent-logger.ts";

const disk = mkdtempSync(join(tmpdir(), "coder-small-disk-"));
const mount = (options: string): boolean => spawnSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", disk]).status === 0;
// A disk of its own needs root; without, this test is skipped and says so by its name.
const mounted = mount("size=30m");

afterAll(() => {
  if (mounted) spawnSync("umount", ["-l", disk]);
  rmSync(disk, { recursive: true, force: true });
});

describe.skipIf(!mounted)("a full disk (needs root, to mount a small one)", () => {
  it("is named, loses nothing that was acknowledged, and is over when there is space again", async () => {
    const server = await startOwnServer();
    const admin = new pg.Client({ connectionString: server.addresses.ownerUrl.replace(/\/[^/]*$/, "/postgres") });
    await admin.connect();
    try {
      const { name, url, systemUrl } = server.addresses;
      await admin.query(`create tablespace small location '${disk}'`);
      await admin.query(`alter database ${name} set tablespace small`);
      const database = await openPostgres({ url, systemUrl, poolSize: 2, cursorKey: "k", log: silentLogger, client: CONTRACT_CLIENT_URL });
      const caller = somebody();
      const notes = database.for(caller).repository(noteEntity);
      // Text that does not compress, 200 kB a row.
      const filler = (): string => Array.from({ length: 20_000 }, () => Math.random().toString(36).slice(2, 12)).join("");
      const acknowledged: string[] = [];
      const fill = async (): Promise<void> => {
        for (let place = 0; place < 500; place += 1) acknowledged.push((await notes.insert(note(caller, { title: filler() }), { emit: [noteChanged.with({ id: "1" })] })).id);
      };
      await expect(fill()).rejects.toMatchObject({ code: "storage_full", httpStatus: 503, remedy: expect.stringContaining("Free space") });
      expect(acknowledged.length).toBeGreaterThan(5);
      const present = await notes.query({ id: { in: acknowledged } }, { limit: 1000 });
      expect(present.items).toHaveLength(acknowledged.length);
      expect(await database.outbox.claim(1000)).toHaveLength(acknowledged.length);
      expect(mount("remount,size=60m")).toBe(true);
      await notes.insert(note(caller, { title: filler() }));
      await database.close();
    } finally {
      await admin.end();
      await server.close();
    }
  }, 120_000);
});
