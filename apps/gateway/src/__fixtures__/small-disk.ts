import { spawnSync } from "node:child_process";
import { mkdtemp, rm, statfs, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestDatabase } from "@coder/testing";
import pg from "pg";

const SIZE_MB = 64;

/** A disk that can be filled. */
export interface SmallDisk {
  /** Moves a database there, which nobody may use meanwhile. */
  holds(database: TestDatabase): Promise<void>;
  /** Leaves not one page free. */
  fill(): Promise<void>;
  empty(): Promise<void>;
  close(): Promise<void>;
}

/** Mounting takes root, and a system that lets root do it. */
export function mayMount(): boolean {
  return process.getuid?.() === 0 && spawnSync("unshare", ["--mount", "true"]).status === 0;
}

export async function smallDisk(): Promise<SmallDisk> {
  const directory = await mkdtemp(path.join(tmpdir(), "coder-small-disk-"));
  const { status, stderr } = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${SIZE_MB}m`, "tmpfs", directory]);
  if (status !== 0) throw new Error(`Cannot mount a small disk: ${stderr}`);
  const ballast = path.join(directory, "ballast");
  return {
    holds: async ({ name, ownerUrl }) => {
      const client = new pg.Client({ connectionString: ownerUrl.replace(/\/[^/]*$/, "/postgres") });
      await client.connect();
      await client.query(`create tablespace small location '${directory}'`);
      await client.query("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", [name]);
      await client.query(`alter database ${name} set tablespace small`);
      await client.end();
    },
    fill: async () => {
      const { bavail, bsize } = await statfs(directory);
      // What else is written meanwhile may have taken the last of it.
      await writeFile(ballast, Buffer.alloc(bavail * bsize)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== "ENOSPC") throw error;
      });
    },
    empty: () => rm(ballast),
    close: async () => {
      spawnSync("umount", ["-l", directory]);
      await rm(directory, { recursive: true, force: true });
    },
  };
}
