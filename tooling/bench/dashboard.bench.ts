import { registry } from "@coder/modules";
import { createTestInstallation } from "@coder/testing";
import pg from "pg";
import { z } from "zod";
import { compare } from "./compare.ts";
import { countFinding, ratioFinding, type Benchmark, type Finding } from "./report.ts";
import { median } from "./statistics.ts";

const MANY = 100_000;
const FEW = 100;
const PAGE = 100;
/** A page costs the same whatever lies behind it. */
const GOAL = 1.2;
const ROUNDS = 15;
const REQUESTS = 10;
/** One more than a page tells whether there is another; the follower's row comes on top. */
const MOST_ROWS = PAGE + 5;
/** A person does not wait for what takes less. */
const MOST_MS = 150;

/** Pages of the list as people ask for them. */
const PAGES = {
  "the newest": "",
  "failed ones": "&states=failed",
  "of a queue": "&queues=demo.thing.3",
  "by who started them": "&startedBy=demo.schedule",
  "of a cause": "&cause=cause-7",
  "the longest first": "&sort=tookMs",
  "changed last": "&sort=changedAt",
} as const;

/** What looks at every job of the organization. */
const SUMS = {
  "Counts by state": "/dashboards/jobs/counts",
  "Queues with what they hold": "/dashboards/queues",
  "Failures by cause": "/dashboards/failures",
  "A word that all have": "/dashboards/jobs?limit=100&text=thing",
  "A word that no job has": "/dashboards/jobs?limit=100&text=nosuchword",
} as const;

/** The list of jobs must not cost more because there are more jobs than are shown. */
export const dashboardBenchmark: Benchmark = {
  name: "Job dashboard at 100,000 jobs against 100",
  run: async () => {
    const [many, few] = [await openJobs(MANY), await openJobs(FEW)];
    try {
      const findings: Finding[] = [];
      const list = (jobs: Jobs, more = "") => async () => {
        for (let request = 0; request < REQUESTS; request += 1) await jobs.get(`/dashboards/jobs?limit=${PAGE}${more}`);
      };
      findings.push(ratioFinding(`A page of ${PAGE} jobs`, await compare(list(many), list(few), { rounds: ROUNDS }), GOAL));
      findings.push(ratioFinding(`A page of ${PAGE} completed jobs, the longest first`, await compare(list(many, "&sort=tookMs&states=completed"), list(few, "&sort=tookMs&states=completed"), { rounds: ROUNDS }), GOAL));
      for (const [what, query] of Object.entries(PAGES)) findings.push(await rowsFinding(`Rows read for a page: ${what}`, many, `/dashboards/jobs?limit=${PAGE}${query}`));
      const behind = await deep(many, 20);
      findings.push(await rowsFinding("Rows read for the 21st page", many, `/dashboards/jobs?limit=${PAGE}&cursor=${encodeURIComponent(behind)}`));
      for (const [what, path] of Object.entries(SUMS)) findings.push(countFinding(`${what} of ${MANY.toLocaleString("en")} jobs, median`, await timeOf(many, path), MOST_MS, "ms"));
      return findings;
    } finally {
      await Promise.all([many.close(), few.close()]);
    }
  },
};

const OF_JOBS = /"dashboard_jobs"/;

interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

interface Jobs {
  get(path: string): Promise<unknown>;
  /** Rows that the database looks at for one question, index entries that were passed over included. */
  rowsRead(path: string): Promise<number>;
  close(): Promise<void>;
}

async function rowsFinding(what: string, jobs: Jobs, path: string): Promise<Finding> {
  return countFinding(what, await jobs.rowsRead(path), MOST_ROWS, "rows");
}

async function timeOf(jobs: Jobs, path: string): Promise<number> {
  const taken: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const started = performance.now();
    await jobs.get(path);
    taken.push(performance.now() - started);
  }
  return Math.round(median(taken));
}

const PageSchema = z.object({ nextCursor: z.string() });

/** The cursor behind so many pages. */
async function deep(jobs: Jobs, pages: number): Promise<string> {
  let cursor = "";
  for (let page = 0; page < pages; page += 1) ({ nextCursor: cursor } = PageSchema.parse(await jobs.get(`/dashboards/jobs?limit=${PAGE}${cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`}`)));
  return cursor;
}

/** An installation whose organization has had so many jobs. */
async function openJobs(count: number): Promise<Jobs> {
  const installation = await createTestInstallation();
  const host = await installation.host({ modules: registry, env: { CODER_AUTH__PASSWORDS__MEMORY_KI_B: "1024", CODER_AUTH__PASSWORDS__ITERATIONS: "1", REQUESTS_PER_MINUTE: "1000000" } });
  const api = `${host.url}/api/v1`;
  const body = JSON.stringify({ name: "Bench", email: "bench@example.com", password: "correct horse battery 9", delivery: "token" });
  const signedUp: unknown = await (await fetch(`${api}/auth/sign-up`, { method: "POST", headers: { "content-type": "application/json" }, body })).json();
  const { token, organizationId } = z.object({ token: z.string(), organizationId: z.string() }).parse(signedUp);
  const owner = new pg.Pool({ connectionString: installation.database.ownerUrl, max: 1 });
  await owner.query(FILL, [organizationId, count]);
  await owner.query("vacuum analyze dashboard_jobs");
  await owner.end();
  const asked = new pg.Client({ connectionString: installation.database.url });
  await asked.connect();
  const get = async (path: string): Promise<unknown> => {
    const response = await fetch(`${api}${path}`, { headers: { authorization: `Bearer ${token}` } });
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    return response.json();
  };
  return {
    get,
    rowsRead: async (path) => {
      const statements = await heard(() => get(path));
      const place = statements.findIndex(({ text }) => OF_JOBS.test(text));
      const [statement, scope] = [statements[place], statements.slice(0, place).findLast(({ text }) => /set local/.test(text))];
      if (!statement || !scope || statements.slice(place + 1).some(({ text }) => OF_JOBS.test(text))) throw new Error(`${path} asks for jobs otherwise than by one statement in a scope`);
      await asked.query("begin");
      await asked.query(scope.text, [...scope.values]);
      const { rows } = await asked.query(`explain (analyze, format json) ${statement.text}`, [...statement.values]);
      await asked.query("commit");
      const plan = ExplainedSchema.parse(rows)[0]?.["QUERY PLAN"][0]?.Plan;
      if (!plan || plan["Actual Rows"] < PAGE) throw new Error(`${path} explains a question that finds nothing: ${statement.text}`);
      return rowsOf(plan);
    },
    close: async () => {
      await asked.end();
      await installation.close();
    },
  };
}

interface Plan {
  readonly "Actual Rows": number;
  readonly "Actual Loops": number;
  readonly "Rows Removed by Filter"?: number | undefined;
  readonly Plans?: readonly Plan[] | undefined;
}
const PlanSchema: z.ZodType<Plan> = z.object({ "Actual Rows": z.number(), "Actual Loops": z.number(), "Rows Removed by Filter": z.number().optional(), get Plans() { return z.array(PlanSchema).optional(); } });

const ExplainedSchema = z.array(z.object({ "QUERY PLAN": z.array(z.object({ Plan: PlanSchema })) }));

/** What the leaves of a plan look at. */
function rowsOf(plan: Plan): number {
  const { Plans = [] } = plan;
  if (Plans.length > 0) return Plans.reduce((sum, inner) => sum + rowsOf(inner), 0);
  return (plan["Actual Rows"] + (plan["Rows Removed by Filter"] ?? 0)) * plan["Actual Loops"];
}

/** The statements that this process sends meanwhile. */
async function heard(work: () => Promise<unknown>): Promise<readonly Statement[]> {
  const statements: Statement[] = [];
  const { query } = pg.Client.prototype;
  const listening: typeof query = function listening(this: pg.Client, ...args: unknown[]) {
    const [statement, second] = args;
    const values: unknown = Array.isArray(second) ? second : Reflect.get(Object(statement), "values");
    statements.push({ text: typeof statement === "string" ? statement : String(Reflect.get(Object(statement), "text")), values: Array.isArray(values) ? values : [] });
    return Reflect.apply(query, this, args);
  };
  pg.Client.prototype.query = listening;
  try {
    await work();
    return statements;
  } finally {
    pg.Client.prototype.query = query;
  }
}

/** A month of jobs of ten kinds, as the follower writes them: one in sixteen failed, for one of twenty causes. */
const FILL = `
  insert into dashboard_jobs (id, queue, job_id, name, title, module, kind, state, attempt, attempts, organization_id, started_by, by_person, enqueued_at, started_at, finished_at, changed_at,
    waited_ms, took_ms, error, cause, frame, fingerprint, search_text, revision, sequence, etag)
  select 'demo.thing.' || n % 10 || '/' || id, 'demo.thing.' || n % 10, id, 'demo.thing.' || n % 10, 'Make thing ' || n % 10, 'demo', 'jobs', state, 1, 3, $1::uuid,
    case when n % 3 = 0 then 'demo.schedule' else 'demo.part' end, false, at, at, at, at, 5, (n * 7919) % 60000,
    case when state = 'failed' then 'No answer in ' || n || ' ms' end, case when state = 'failed' then 'No answer in <n> ms' end, null, case when state = 'failed' then 'cause-' || (n / 16) % 20 end,
    'make thing ' || n % 10 || ' demo.thing.' || n % 10 || ' ' || id, n, n, 'x'
  from (select n, gen_random_uuid()::text as id, now() - make_interval(secs => n * 20) as at, case when n % 16 = 0 then 'failed' when n % 50 = 1 then 'cancelled' else 'completed' end as state from generate_series(1, $2::int) n) made`;
