import { chmodSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { migrateQueueSchema } from "@coder/shared/server";
import { withClient } from "../database/connect.ts";
import { migrate } from "../database/migrations.ts";
import { ensureDatabase, ensureRoles } from "../database/roles.ts";
import { removeFolder, startCluster } from "../launcher/fixtures/cluster.mjs";
import { inClone, UNFINISHED_RESTORE } from "../launcher/paths.mjs";
import { ArchiveWriter } from "./archive-writer.ts";
import { readParts, verifyArchive } from "./archive-reader.ts";
import { writeBackup } from "./backup.ts";
import { dumpDatabase } from "./dump.ts";
import { loadDatabase } from "./load.ts";
import type { Manifest } from "./manifest.ts";
import { restoreFiles } from "./restore.ts";

type Cluster = Awaited<ReturnType<typeof startCluster>>;

const STEP = { progress: () => undefined, detail: () => undefined };
const HOSTILE = ["plain", "tab\tnew\nline\r\\N \\. back\\slash", "“quotes” ' \" 😀 \u{10FFFF}", "", "a".repeat(5_000_000)];

let folder = "";
let file = "";
let manifest: Manifest;
let source: Cluster;
let target: Cluster;

/** The product's own tables, and one of a kind that shows every trap of the COPY format. */
async function fill(cluster: Cluster): Promise<void> {
  const { ownerUrl, paths } = cluster;
  await withRoles(cluster, async (client) => {
    await migrateQueueSchema(ownerUrl, { grantTo: "coder_app" });
    await migrate({ client, ownerUrl, folder: migrations() });
    await client.query("delete from trap");
    for (const [id, words] of HOSTILE.entries()) {
      await client.query("insert into trap values ($1, $2, $3, $4, $5, 1e-30, '2024-02-29T23:59:59.999Z', 0.1::float8 + 0.2::float8)", [id, words, Buffer.from(words), JSON.stringify({ words }), [words, null]]);
    }
    await client.query("insert into trap (id) values (100)");
    await client.query("insert into kernel_once_keys (tenant, \"table\", key) select 'organization:' || n, 'trap', 'k' || n from generate_series(1, 20000) as n");
    await client.query("create sequence bullmq.job_id_of_a_queue as bigint; select setval('bullmq.job_id_of_a_queue', 4711)");
  });
  mkdirSync(join(paths.directory, "blobs/ab"), { recursive: true });
  writeFileSync(join(paths.directory, "blobs/ab/large"), Buffer.alloc(9_000_000, "blob"));
  writeFileSync(join(paths.directory, "blobs/ab/empty"), "");
  const tree = join(paths.directory, "workspaces/organization/project/tree");
  mkdirSync(join(tree, ".git/refs/heads"), { recursive: true });
  mkdirSync(join(tree, "locked"));
  writeFileSync(join(tree, "run.sh"), "#!/bin/sh\n", { mode: 0o750 });
  writeFileSync(join(tree, "a name with “quotes”\n.tmp"), "kept");
  writeFileSync(join(tree, "locked/read-only"), "kept", { mode: 0o400 });
  writeFileSync(Buffer.concat([Buffer.from(join(tree, "latin-")), Buffer.from([0xe9])]), "no text");
  symlinkSync("/etc/passwd", join(tree, "outside"));
  symlinkSync("locked", join(tree, "beside"));
  chmodSync(join(tree, "locked"), 0o500);
  writeFileSync(join(paths.directory, "coder.yaml"), "server:\n  port: 4000\n", { mode: 0o600 });
}

/** The product's migrations and one of our own. */
function migrations(): string {
  const target = join(folder, "migrations");
  cpSync(inClone("prisma", "migrations"), target, { recursive: true });
  mkdirSync(join(target, "29990101000000_trap"), { recursive: true });
  writeFileSync(join(target, "29990101000000_trap", "migration.sql"), "create table trap (id int primary key, words text, bytes bytea, doc jsonb, list text[], amount numeric, at timestamptz, ratio float8); insert into trap (id) values (1), (2);");
  return target;
}

async function withRoles<Value>({ ownerUrl, secrets }: Cluster, work: (client: pg.Client) => Promise<Value>): Promise<Value> {
  await ensureDatabase(ownerUrl);
  return withClient(ownerUrl, async (client) => {
    await ensureRoles(client, ownerUrl, { app: { name: "coder_app", password: secrets.postgresApp }, system: { name: "coder_system", password: secrets.postgresSystem } });
    return work(client);
  });
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "coder-backup-"));
  file = join(folder, "backup.tar.gz");
  source = await startCluster();
  await fill(source);
  manifest = await writeBackup({ file, ownerUrl: source.ownerUrl, dataDirectory: source.paths.directory, queuesInRedis: false }, STEP);
}, 120_000);
afterAll(async () => {
  for (const cluster of [source, target]) {
    await cluster?.stop();
    cluster?.remove();
  }
  removeFolder(folder);
});

/** Tables and sequences of a database, by what a backup says of them. */
async function fingerprint(ownerUrl: string): Promise<Pick<Manifest, "tables" | "sequences" | "migrations">> {
  const archive = new ArchiveWriter(join(folder, "compare.tar.gz"));
  const { tables, sequences, migrations } = await withClient(ownerUrl, (client) => dumpDatabase(client, archive, () => undefined));
  await archive.abandon();
  return { tables, sequences, migrations };
}

describe("a backup", { timeout: 240_000 }, () => {
  test("is one file for its owner alone, with every table, and with the secrets", () => {
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(manifest.tables.find(({ name }) => name === "trap")?.rows).toBe(HOSTILE.length + 1);
    expect(manifest.tables.find(({ name }) => name === "kernel_once_keys")?.rows).toBe(20_000);
    expect(manifest.files.map(({ path }) => path)).toEqual(expect.arrayContaining(["secrets/postgres-owner", "secrets/session", "coder.yaml", "blobs/ab/large", "blobs/ab/empty"]));
    expect(manifest.migrations.length).toBeGreaterThan(0);
    expect(manifest.files.map(({ path }) => path).filter((path) => /^(logs|run|postgres)/.test(path))).toEqual([]);
  });

  test("names what is not in it", async () => {
    expect(manifest.leftOut).toEqual([expect.stringMatching(/latin-.*its name is no text/)]);
    const other = join(folder, "redis.tar.gz");
    const { leftOut } = await writeBackup({ file: other, ownerUrl: source.ownerUrl, dataDirectory: source.paths.directory, queuesInRedis: true }, STEP);
    expect(leftOut[0]).toMatch(/wait in Redis/);
    expect((await verifyArchive(other, () => undefined)).leftOut).toEqual(leftOut);
  });

  test("restores into an empty directory: the same rows, sequences, files and secrets", async () => {
    const directory = join(folder, "restored");
    await restoreFiles(file, directory, () => undefined);
    expect(readFileSync(join(directory, "secrets/postgres-owner"), "utf8")).toBe(readFileSync(join(source.paths.secrets, "postgres-owner"), "utf8"));
    expect(statSync(join(directory, "secrets/session")).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(directory, "blobs/ab/large")).equals(readFileSync(join(source.paths.directory, "blobs/ab/large")))).toBe(true);
    expect(statSync(join(directory, "blobs/ab/empty")).size).toBe(0);
    const treeIn = (root: string): string => join(root, "workspaces/organization/project/tree");
    const [tree, original] = [treeIn(directory), treeIn(source.paths.directory)];
    expect(readdirSync(tree, { recursive: true }).sort()).toEqual(readdirSync(original, { recursive: true }).filter((name) => !String(name).startsWith("latin-")).sort());
    expect([statSync(join(tree, "run.sh")).mode & 0o777, statSync(join(tree, "locked")).mode & 0o777, statSync(join(tree, ".git/refs/heads")).isDirectory()]).toEqual([0o750, 0o500, true]);
    expect([readlinkSync(join(tree, "outside")), readlinkSync(join(tree, "beside"))]).toEqual(["/etc/passwd", "locked"]);
    await expect(startCluster(directory)).rejects.toThrow(/did not come to its end/);
    rmSync(join(directory, UNFINISHED_RESTORE));

    target = await startCluster(directory);
    const { ownerUrl } = target;
    await withRoles(target, (client) => loadDatabase({ client, ownerUrl, archive: file, manifest, migrations: migrations(), queueRole: "coder_app", onProgress: () => undefined }));
    expect(await fingerprint(target.ownerUrl)).toEqual(await fingerprint(source.ownerUrl));
    await expect(withClient(target.appUrl, (client) => client.query("select nextval('bullmq.job_id_of_a_queue')::text as id")).then(({ rows }) => rows)).resolves.toEqual([{ id: "4712" }]);
  });

  test("shows one moment, whatever is written while it is made", async () => {
    const during = join(folder, "during.tar.gz");
    const stop = new AbortController();
    const writer = withClient(source.ownerUrl, async (client) => {
      await client.query("create table pair_a (n int primary key); create table pair_b (n int primary key)");
      for (let n = 0; !stop.signal.aborted; n += 1) await client.query(`begin; insert into pair_a values (${n}); insert into pair_b values (${n}); commit`);
    });
    await expect.poll(() => withClient(source.ownerUrl, (client) => client.query("select count(*)::int as n from pair_b")).then(({ rows }) => rows[0].n, () => 0), { timeout: 20_000 }).toBeGreaterThan(5);
    const made = await writeBackup({ file: during, ownerUrl: source.ownerUrl, dataDirectory: source.paths.directory, queuesInRedis: false }, STEP);
    stop.abort();
    await writer;
    const rows = (name: string): number | undefined => made.tables.find((table) => table.name === name)?.rows;
    expect(rows("pair_a")).toBeGreaterThan(0);
    expect(rows("pair_a")).toBe(rows("pair_b"));
    await withClient(source.ownerUrl, (client) => client.query("drop table pair_a, pair_b"));
  });

  test("never overwrites a file and leaves none behind when it fails", async () => {
    await expect(writeBackup({ file, ownerUrl: source.ownerUrl, dataDirectory: source.paths.directory, queuesInRedis: false }, STEP)).rejects.toThrow(/exists/);
    const failing = join(folder, "failing.tar.gz");
    const wrong = new URL(source.ownerUrl);
    wrong.password = "wrong";
    await expect(writeBackup({ file: failing, ownerUrl: wrong.toString(), dataDirectory: source.paths.directory, queuesInRedis: false }, STEP)).rejects.toThrow(/refuses the user/);
    expect(statSync(failing, { throwIfNoEntry: false })).toBeUndefined();
    expect(statSync(`${failing}.partial`, { throwIfNoEntry: false })).toBeUndefined();
  });

  test("says so instead of leaving out what row-level security hides", async () => {
    await expect(writeBackup({ file: join(folder, "walled.tar.gz"), ownerUrl: source.appUrl, dataDirectory: source.paths.directory, queuesInRedis: false }, STEP)).rejects.toThrow(/cannot be read as a whole|permission denied/);
  });
});

describe("a damaged backup is refused before anything is done", { timeout: 120_000 }, () => {
  test.each([0.1, 0.5, 0.9, 0.999])("cut off at %d of its length", async (share) => {
    const cut = join(folder, `cut-${share}.tar.gz`);
    const whole = readFileSync(file);
    writeFileSync(cut, whole.subarray(0, Math.floor(whole.length * share)));
    const directory = join(folder, `into-${share}`);
    await expect(restoreFiles(cut, directory, () => undefined)).rejects.toThrow(/is no whole backup/);
    expect(statSync(directory, { throwIfNoEntry: false })).toBeUndefined();
  });

  test("cut off at the end of an entry and packed again", async () => {
    const tar = gunzipSync(readFileSync(file));
    const cut = join(folder, "repacked.tar.gz");
    // Without the manifest and the two empty blocks; 512-byte blocks keep it a well-formed beginning.
    const at = tar.lastIndexOf(Buffer.from("manifest.json"));
    writeFileSync(cut, gzipSync(Buffer.concat([tar.subarray(0, at), Buffer.alloc(1024)])));
    await expect(verifyArchive(cut, () => undefined)).rejects.toThrow(/its manifest is missing/);
  });

  test("one byte changed in a row", async () => {
    const tar = gunzipSync(readFileSync(file));
    const at = tar.indexOf(Buffer.from("organization:777\t"));
    tar[at + 13] = "8".charCodeAt(0);
    const changed = join(folder, "changed.tar.gz");
    writeFileSync(changed, gzipSync(tar));
    await expect(verifyArchive(changed, () => undefined)).rejects.toThrow(/kernel_once_keys is not what was backed up/);
  });

  test("something else altogether", async () => {
    const other = join(folder, "other.tar.gz");
    writeFileSync(other, "no archive");
    await expect(verifyArchive(other, () => undefined)).rejects.toThrow(/is no gzip archive/);
    await expect(verifyArchive(join(folder, "absent"), () => undefined)).rejects.toThrow(/There is no file/);
  });

  test("a file that would leave the data directory", async () => {
    const evil = join(folder, "evil.tar.gz");
    const archive = new ArchiveWriter(evil);
    async function* content(): AsyncGenerator<Buffer> {
      yield Buffer.from("evil");
    }
    const entry = { path: "blobs/../../evil", entry: "files/1", mode: 0o600, ...(await archive.add("files/1", content())) };
    await archive.finish("manifest.json", JSON.stringify({ ...manifest, tables: [], files: [entry] }));
    await expect(restoreFiles(evil, join(folder, "into-evil"), () => undefined)).rejects.toThrow(/outside of the data directory/);
    expect(statSync(join(folder, "evil"), { throwIfNoEntry: false })).toBeUndefined();
    // Nor one that would leave it through a link of the backup's own.
    const through = join(folder, "through.tar.gz");
    const second = new ArchiveWriter(through);
    const file2 = { path: "blobs/door/evil", entry: "files/1", mode: 0o600, ...(await second.add("files/1", content())) };
    await second.finish("manifest.json", JSON.stringify({ ...manifest, tables: [], files: [file2], directories: [], links: [{ path: "blobs/door", target: folder }] }));
    await expect(restoreFiles(through, join(folder, "into-through"), () => undefined)).rejects.toThrow(/outside of the data directory/);
    expect(statSync(join(folder, "evil"), { throwIfNoEntry: false })).toBeUndefined();
  });
});

describe("a restore", { timeout: 120_000 }, () => {
  test("refuses a directory that holds anything, and repeats one that did not come to its end", async () => {
    const directory = join(folder, "filled");
    mkdirSync(directory);
    copyFileSync(join(source.paths.directory, "coder.yaml"), join(directory, "coder.yaml"));
    await expect(restoreFiles(file, directory, () => undefined)).rejects.toThrow(/is not empty/);
    writeFileSync(join(directory, UNFINISHED_RESTORE), "");
    await restoreFiles(file, directory, () => undefined);
    expect(readFileSync(join(directory, "coder.yaml"), "utf8")).toBe(readFileSync(join(source.paths.directory, "coder.yaml"), "utf8"));
  });

  test("reads the parts of a large table in their order", async () => {
    const sizes: number[] = [];
    for await (const { entry, content } of readParts(file)) if (entry === "tables/public.trap") sizes.push(content.length);
    expect(sizes.length).toBeGreaterThan(1);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(manifest.tables.find(({ name }) => name === "trap")?.bytes);
  });
});

