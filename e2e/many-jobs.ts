import pg from "pg";

/** A past of so many jobs, as the dashboard keeps it once their queues have forgotten them: one in sixteen failed, for one of twenty causes, one in fifty was cancelled, and one has a word of its own. */
export async function fillWithJobs(databaseUrl: string, { organizationId, userId, count, needle }: { readonly organizationId: string; readonly userId: string; readonly count: number; readonly needle: string }): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query("begin");
    await client.query("select set_config('app.organization', $1, true)", [organizationId]);
    await client.query(FILL, [organizationId, userId, count, needle]);
    await client.query("commit");
  } finally {
    await client.end();
  }
}

const FILL = `
  insert into dashboard_jobs (id, queue, job_id, name, title, module, kind, state, attempt, attempts, organization_id, started_by, by_person, enqueued_at, started_at, finished_at, changed_at,
    waited_ms, took_ms, error, cause, frame, fingerprint, search_text, revision, sequence, etag)
  select queue || '/' || id, queue, id, queue, title, 'demo', 'jobs', state, 1, 3, $1::uuid, $2, true, at, at, at, at, 5, (n * 7919) % 60000,
    case when state = 'failed' then 'No answer in ' || n || ' ms' end, case when state = 'failed' then 'No answer from host ' || chr(65 + cause) end, null, case when state = 'failed' then 'cause-' || cause end,
    lower(title) || ' ' || queue || ' ' || id || case when n = 7 then ' ' || $4 else '' end, n, n, 'x'
  from (select n, gen_random_uuid()::text as id, now() - interval '25 hours' - make_interval(secs => n * 5) as at, case when n % 2 = 0 then 'demo.mail.send' else 'demo.report.render' end as queue,
      case when n % 2 = 0 then 'Send an invitation' else 'Render a report' end as title, (n / 16) % 20 as cause,
      case when n % 16 = 0 then 'failed' when n % 50 = 1 then 'cancelled' else 'completed' end as state from generate_series(1, $3::int) n) made`;
