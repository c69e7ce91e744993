import pg from "pg";

/** Effects of jobs in a real table, each under the id of its job as `once` keeps them: so that a test can count lost and double ones. */
export class Effects {
  readonly #pool: pg.Pool;

  constructor(url: string) {
    this.#pool = new pg.Pool({ connectionString: url, max: 5 });
    this.#pool.on("error", () => undefined);
  }

  async create(): Promise<void> {
    await this.#pool.query(`
      create table if not exists run (job text not null, at timestamptz not null default clock_timestamp());
      create table if not exists once (key text primary key);
      create table if not exists effect (job text primary key, times int not null);
    `);
  }

  /** That a handler was entered: as often as it was. */
  async ran(job: string): Promise<void> {
    await this.#pool.query("insert into run (job) values ($1)", [job]);
  }

  /** The effect and its key in one transaction: a second write under the same key changes nothing. */
  async write(job: string): Promise<void> {
    await this.#pool.query(
      `with first as (insert into once (key) values ($1) on conflict do nothing returning key)
       insert into effect (job, times) select key, 1 from first
       on conflict (job) do update set times = effect.times + 1`,
      [job],
    );
  }

  async summary(ids: readonly string[]): Promise<{ runs: number; effects: number; mostTimes: number; lastRunAt: Date | null }> {
    const { rows } = await this.#pool.query<{ runs: number; effects: number; most: number; last: Date | null }>(
      `select (select count(*)::int from run where job = any($1)) as runs,
              (select count(*)::int from effect where job = any($1)) as effects,
              (select coalesce(max(times), 0)::int from effect where job = any($1)) as most,
              (select max(at) from run where job = any($1)) as last`,
      [ids],
    );
    const [row] = rows;
    if (!row) throw new Error("A summary has one row");
    return { runs: row.runs, effects: row.effects, mostTimes: row.most, lastRunAt: row.last };
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }
}
