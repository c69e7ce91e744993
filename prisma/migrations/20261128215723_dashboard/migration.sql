-- CreateTable
CREATE TABLE "dashboard_jobs" (
    "id" TEXT NOT NULL,
    "queue" TEXT NOT NULL,
    "job_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "module" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "progress" JSONB,
    "attempt" INTEGER NOT NULL,
    "attempts" INTEGER,
    "organization_id" UUID,
    "started_by" TEXT NOT NULL,
    "by_person" BOOLEAN NOT NULL,
    "subject_type" TEXT,
    "subject_id" TEXT,
    "enqueued_at" TIMESTAMPTZ(3) NOT NULL,
    "due_at" TIMESTAMPTZ(3),
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),
    "changed_at" TIMESTAMPTZ(3) NOT NULL,
    "waited_ms" BIGINT,
    "took_ms" BIGINT NOT NULL,
    "error" TEXT,
    "cause" TEXT,
    "frame" TEXT,
    "fingerprint" TEXT,
    "search_text" TEXT NOT NULL,
    "revision" BIGINT NOT NULL,
    "sequence" BIGINT NOT NULL,
    "etag" TEXT NOT NULL,

    CONSTRAINT "dashboard_jobs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "dashboard_removals" (
    "id" TEXT NOT NULL,
    "queue" TEXT NOT NULL,
    "job_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "organization_id" UUID,
    "started_by" TEXT NOT NULL,
    "sequence" BIGINT NOT NULL,
    "removed_at" TIMESTAMPTZ(3) NOT NULL,
    "etag" TEXT NOT NULL,

    CONSTRAINT "dashboard_removals_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "dashboard_followers" (
    "id" TEXT NOT NULL,
    "owner" TEXT NOT NULL,
    "epoch" INTEGER NOT NULL,
    "until" TIMESTAMPTZ(3) NOT NULL,
    "etag" TEXT NOT NULL,

    CONSTRAINT "dashboard_followers_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "dashboard_history" (
    "id" TEXT NOT NULL,
    "grain" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "scope" TEXT NOT NULL,
    "organization_id" UUID,
    "queue" TEXT NOT NULL,
    "completed" INTEGER NOT NULL,
    "failed" INTEGER NOT NULL,
    "cancelled" INTEGER NOT NULL,
    "waits" JSONB NOT NULL,
    "weight" INTEGER NOT NULL,
    "etag" TEXT NOT NULL,

    CONSTRAINT "dashboard_history_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "dashboard_bulks" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "organization_id" UUID,
    "scope" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "job_id" UUID,
    "count" INTEGER NOT NULL,
    "changed" INTEGER NOT NULL,
    "skipped" INTEGER NOT NULL,
    "failed" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3),
    "etag" TEXT NOT NULL,

    CONSTRAINT "dashboard_bulks_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "dashboard_bulk_chunks" (
    "id" TEXT NOT NULL,
    "user_id" UUID NOT NULL,
    "bulk_id" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "items" JSONB NOT NULL,
    "begun" INTEGER NOT NULL,
    "done" INTEGER NOT NULL,
    "changed" INTEGER NOT NULL,
    "skipped" INTEGER NOT NULL,
    "failed" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "etag" TEXT NOT NULL,

    CONSTRAINT "dashboard_bulk_chunks_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "dashboard_jobs_organization_id_enqueued_at_id_idx" ON "dashboard_jobs"("organization_id", "enqueued_at", "id");

-- CreateIndex
CREATE INDEX "dashboard_jobs_organization_id_state_enqueued_at_id_idx" ON "dashboard_jobs"("organization_id", "state", "enqueued_at", "id");

-- CreateIndex
CREATE INDEX "dashboard_jobs_organization_id_started_by_enqueued_at_id_idx" ON "dashboard_jobs"("organization_id", "started_by", "enqueued_at", "id");

-- CreateIndex
CREATE INDEX "dashboard_jobs_organization_id_queue_enqueued_at_id_idx" ON "dashboard_jobs"("organization_id", "queue", "enqueued_at", "id");

-- CreateIndex
CREATE INDEX "dashboard_jobs_organization_id_queue_state_enqueued_at_idx" ON "dashboard_jobs"("organization_id", "queue", "state", "enqueued_at");

-- CreateIndex
CREATE INDEX "dashboard_jobs_organization_id_changed_at_id_idx" ON "dashboard_jobs"("organization_id", "changed_at", "id");

-- CreateIndex
CREATE INDEX "dashboard_jobs_organization_id_took_ms_id_idx" ON "dashboard_jobs"("organization_id", "took_ms", "id");

-- CreateIndex
CREATE INDEX "dashboard_jobs_organization_id_fingerprint_enqueued_at_idx" ON "dashboard_jobs"("organization_id", "fingerprint", "enqueued_at");

-- CreateIndex
CREATE INDEX "dashboard_jobs_queue_revision_idx" ON "dashboard_jobs"("queue", "revision");

-- CreateIndex
CREATE INDEX "dashboard_jobs_sequence_idx" ON "dashboard_jobs"("sequence");

-- CreateIndex
CREATE INDEX "dashboard_jobs_state_changed_at_idx" ON "dashboard_jobs"("state", "changed_at");

-- CreateIndex
CREATE INDEX "dashboard_removals_sequence_idx" ON "dashboard_removals"("sequence");

-- CreateIndex
CREATE INDEX "dashboard_removals_removed_at_idx" ON "dashboard_removals"("removed_at");

-- CreateIndex
CREATE INDEX "dashboard_history_organization_id_scope_queue_grain_at_idx" ON "dashboard_history"("organization_id", "scope", "queue", "grain", "at");

-- CreateIndex
CREATE INDEX "dashboard_history_grain_at_idx" ON "dashboard_history"("grain", "at");

-- CreateIndex
CREATE INDEX "dashboard_bulks_created_at_idx" ON "dashboard_bulks"("created_at");

-- CreateIndex
CREATE INDEX "dashboard_bulk_chunks_user_id_bulk_id_position_idx" ON "dashboard_bulk_chunks"("user_id", "bulk_id", "position");

-- CreateIndex
CREATE INDEX "dashboard_bulk_chunks_created_at_idx" ON "dashboard_bulk_chunks"("created_at");

-- For whom a statement runs
do $$ begin create role coder_app nologin; exception when duplicate_object or unique_violation then null; end $$;
do $$ begin create role coder_system nologin; exception when duplicate_object or unique_violation then null; end $$;
grant usage on schema public to coder_app, coder_system;
create or replace function app_organization() returns uuid language sql stable parallel safe as $$ select nullif(current_setting('app.organization', true), '')::uuid $$;
create or replace function app_user() returns uuid language sql stable parallel safe as $$ select nullif(current_setting('app.user', true), '')::uuid $$;
create or replace function app_reason() returns text language sql stable parallel safe as $$ select case when current_setting('app.reason', true) in ('sign-in', 'session-control', 'membership', 'people', 'outbox-relay', 'audit', 'jobs', 'retention', 'settings') then current_setting('app.reason', true) end $$;

-- dashboard_bulk_chunks
alter table "dashboard_bulk_chunks" enable row level security, force row level security;
create policy tenant_rows on "dashboard_bulk_chunks" for all to coder_app using (user_id = app_user()) with check (user_id = app_user());
create policy system_work on "dashboard_bulk_chunks" for all to coder_system using (app_reason() IS NOT NULL) with check (app_reason() IS NOT NULL);
revoke all on "dashboard_bulk_chunks" from public, coder_app, coder_system;
grant select, insert, update, delete on "dashboard_bulk_chunks" to coder_app;
grant select, insert, update, delete on "dashboard_bulk_chunks" to coder_system;

-- dashboard_bulks
alter table "dashboard_bulks" enable row level security, force row level security;
create policy tenant_rows on "dashboard_bulks" for all to coder_app using (user_id = app_user()) with check (user_id = app_user());
create policy system_work on "dashboard_bulks" for all to coder_system using (app_reason() IS NOT NULL) with check (app_reason() IS NOT NULL);
revoke all on "dashboard_bulks" from public, coder_app, coder_system;
grant select, insert, update, delete on "dashboard_bulks" to coder_app;
grant select, insert, update, delete on "dashboard_bulks" to coder_system;

-- dashboard_followers
alter table "dashboard_followers" enable row level security, force row level security;
create policy system_work on "dashboard_followers" for all to coder_system using (app_reason() IS NOT NULL) with check (app_reason() IS NOT NULL);
revoke all on "dashboard_followers" from public, coder_app, coder_system;
grant select, insert, update, delete on "dashboard_followers" to coder_system;

-- dashboard_history
alter table "dashboard_history" enable row level security, force row level security;
create policy tenant_rows on "dashboard_history" for all to coder_app using (organization_id = app_organization()) with check (organization_id = app_organization());
create policy system_work on "dashboard_history" for all to coder_system using (app_reason() IS NOT NULL) with check (app_reason() IS NOT NULL);
revoke all on "dashboard_history" from public, coder_app, coder_system;
grant select, insert, update, delete on "dashboard_history" to coder_app;
grant select, insert, update, delete on "dashboard_history" to coder_system;

-- dashboard_jobs
alter table "dashboard_jobs" enable row level security, force row level security;
create policy tenant_rows on "dashboard_jobs" for all to coder_app using (organization_id = app_organization()) with check (organization_id = app_organization());
create policy system_work on "dashboard_jobs" for all to coder_system using (app_reason() IS NOT NULL) with check (app_reason() IS NOT NULL);
revoke all on "dashboard_jobs" from public, coder_app, coder_system;
grant select, insert, update, delete on "dashboard_jobs" to coder_app;
grant select, insert, update, delete on "dashboard_jobs" to coder_system;

-- dashboard_removals
alter table "dashboard_removals" enable row level security, force row level security;
create policy system_work on "dashboard_removals" for all to coder_system using (app_reason() IS NOT NULL) with check (app_reason() IS NOT NULL);
revoke all on "dashboard_removals" from public, coder_app, coder_system;
grant select, insert, update, delete on "dashboard_removals" to coder_system;
