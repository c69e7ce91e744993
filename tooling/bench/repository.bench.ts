import { openPostgres } from "@coder/db";
import { CONTRACT_CLIENT_URL, createTestDatabase, note, noteEntity, silentLogger, somebody } from "@coder/testing";
import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { z } from "zod";
import { compare, type Workload } from "./compare.ts";
import { ratioFinding, type Benchmark, type Finding } from "./report.ts";

const OPERATIONS = 400;
const AT_ONCE = 10;
/** The walls, the mapping to JSON and the version tag, on top of the same statement. */
const GOAL = 1.5;
/** What it takes to tell on which side of the goal it is: near to it. */
const INSERT = { rounds: 60, mostMs: 40_000 };
/** A round is short, so that one pause of the machine doubles it. */
const PAGE = { rounds: 45 };

interface BareTable {
  findFirst(args: object): Promise<unknown>;
  findMany(args: object): Promise<unknown[]>;
  create(args: object): Promise<unknown>;
}
const BareModule = z.object({
  PrismaClient: z.custom<new (options: { adapter: PrismaPg }) => { readonly contractNote: BareTable; $disconnect(): Promise<void> }>((value) => typeof value === "function"),
});

/** The repository, tenant-bound and behind row-level security, against bare Prisma as the owner: the same tables, rows and server. */
export const repositoryBenchmark: Benchmark = {
  name: "Repository against bare Prisma",
  run: async () => {
    const database = await createTestDatabase("contract");
    const product = await openPostgres({ url: database.url, systemUrl: database.systemUrl, poolSize: AT_ONCE, cursorKey: "bench", log: silentLogger, client: CONTRACT_CLIENT_URL });
    const pool = new pg.Pool({ connectionString: database.ownerUrl, max: AT_ONCE });
    const { PrismaClient } = BareModule.parse(await import(CONTRACT_CLIENT_URL.href));
    const bare = new PrismaClient({ adapter: new PrismaPg(pool) });
    try {
      const caller = somebody();
      const notes = product.for(caller).repository(noteEntity);
      const rows = Array.from({ length: 200 }, () => note(caller));
      for (const row of rows) await notes.insert(row);
      const id = (index: number) => rows[index % rows.length]?.id ?? "";
      const { organizationId } = caller;
      const fresh = () => note(caller);
      const bareRow = ({ extra: _extra, ...row }: ReturnType<typeof fresh>) => ({ ...row, etag: "x" });
      const findings: Finding[] = [
        ratioFinding("Read one row by id", await compare(times((index) => notes.get(id(index))), times((index) => bare.contractNote.findFirst({ where: { id: id(index), organizationId } }))), GOAL),
        ratioFinding("Read a page of 50", await compare(times(() => notes.query({}, { limit: 50 }), 60), times(() => bare.contractNote.findMany({ where: { organizationId }, orderBy: { id: "asc" }, take: 51 }), 60), PAGE), GOAL),
        ratioFinding("Insert one row", await compare(times(() => notes.insert(fresh())), times(() => bare.contractNote.create({ data: bareRow(fresh()) })), INSERT), GOAL),
      ];
      return findings;
    } finally {
      await bare.$disconnect();
      await pool.end();
      await product.close();
      await database.drop();
    }
  },
};

/** So many of an operation, ten at a time. */
function times(operation: (index: number) => Promise<unknown>, count = OPERATIONS): Workload {
  return async () => {
    for (let at = 0; at < count; at += AT_ONCE) await Promise.all(Array.from({ length: AT_ONCE }, (_unused, index) => operation(at + index)));
  };
}
