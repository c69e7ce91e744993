-- CreateTable
CREATE TABLE "generation_runs" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "generator" TEXT NOT NULL,
    "generator_version" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "input" JSONB NOT NULL,
    "state" TEXT NOT NULL,
    "job_id" UUID NOT NULL,
    "file_count" INTEGER NOT NULL,
    "output_hash" TEXT,
    "change_set_id" UUID,
    "notes" TEXT[],
    "problem" JSONB,
    "created_by" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3),
    "etag" TEXT NOT NULL,

    CONSTRAINT "generation_runs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "execution_change_sets" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "title" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "origin" JSONB NOT NULL,
    "state" TEXT NOT NULL,
    "files" INTEGER NOT NULL,
    "additions" INTEGER NOT NULL,
    "deletions" INTEGER NOT NULL,
    "hunks" INTEGER NOT NULL,
    "accepted" INTEGER NOT NULL,
    "rejected" INTEGER NOT NULL,
    "revision" INTEGER NOT NULL,
    "validation" JSONB NOT NULL,
    "task" JSONB,
    "problem" JSONB,
    "checkpoint_id" UUID,
    "locked_project_id" UUID,
    "created_by" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "applied_at" TIMESTAMPTZ(3),
    "etag" TEXT NOT NULL,

    CONSTRAINT "execution_change_sets_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "execution_change_files" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "change_set_id" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "path" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "base_hash" TEXT,
    "base_executable" BOOLEAN NOT NULL,
    "proposal_hash" TEXT,
    "executable" BOOLEAN,
    "reason" TEXT NOT NULL,
    "additions" INTEGER NOT NULL,
    "deletions" INTEGER NOT NULL,
    "hunks" JSONB NOT NULL,
    "edited" BOOLEAN NOT NULL,
    "round" INTEGER NOT NULL,
    "etag" TEXT NOT NULL,

    CONSTRAINT "execution_change_files_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "execution_comments" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "change_set_id" UUID NOT NULL,
    "file_id" UUID NOT NULL,
    "side" TEXT NOT NULL,
    "line" INTEGER NOT NULL,
    "text" TEXT NOT NULL,
    "created_by" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "etag" TEXT NOT NULL,

    CONSTRAINT "execution_comments_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "execution_checkpoints" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "reason" TEXT NOT NULL,
    "cause" TEXT NOT NULL,
    "run_id" UUID,
    "change_set_id" UUID,
    "restored_id" UUID,
    "files" INTEGER NOT NULL,
    "bytes" BIGINT NOT NULL,
    "changes" JSONB,
    "root" TEXT NOT NULL,
    "after_root" TEXT,
    "created_by" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "etag" TEXT NOT NULL,

    CONSTRAINT "execution_checkpoints_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "execution_runs" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "target" JSONB NOT NULL,
    "command" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "job" JSONB,
    "checkpoint_id" UUID,
    "exit_code" INTEGER,
    "signal" TEXT,
    "ended_by" TEXT,
    "duration_ms" DOUBLE PRECISION,
    "cpu_ms" DOUBLE PRECISION,
    "peak_memory_bytes" DOUBLE PRECISION,
    "output_bytes" INTEGER NOT NULL,
    "changes" JSONB,
    "egress" JSONB NOT NULL,
    "problem" JSONB,
    "created_by" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "started_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "etag" TEXT NOT NULL,

    CONSTRAINT "execution_runs_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "generation_runs_organization_id_project_id_created_at_idx" ON "generation_runs"("organization_id", "project_id", "created_at");

-- CreateIndex
CREATE INDEX "execution_change_sets_organization_id_project_id_created_at_idx" ON "execution_change_sets"("organization_id", "project_id", "created_at");

-- CreateIndex
CREATE INDEX "execution_change_sets_state_idx" ON "execution_change_sets"("state");

-- CreateIndex
CREATE UNIQUE INDEX "execution_change_sets_organization_id_project_id_key_key" ON "execution_change_sets"("organization_id", "project_id", "key");

-- CreateIndex
CREATE UNIQUE INDEX "execution_change_sets_organization_id_locked_project_id_key" ON "execution_change_sets"("organization_id", "locked_project_id");

-- CreateIndex
CREATE INDEX "execution_change_files_organization_id_project_id_idx" ON "execution_change_files"("organization_id", "project_id");

-- CreateIndex
CREATE UNIQUE INDEX "execution_change_files_organization_id_change_set_id_positi_key" ON "execution_change_files"("organization_id", "change_set_id", "position");

-- CreateIndex
CREATE INDEX "execution_comments_organization_id_change_set_id_created_at_idx" ON "execution_comments"("organization_id", "change_set_id", "created_at");

-- CreateIndex
CREATE INDEX "execution_comments_organization_id_project_id_idx" ON "execution_comments"("organization_id", "project_id");

-- CreateIndex
CREATE INDEX "execution_checkpoints_organization_id_project_id_created_at_idx" ON "execution_checkpoints"("organization_id", "project_id", "created_at");

-- CreateIndex
CREATE INDEX "execution_runs_organization_id_project_id_created_at_idx" ON "execution_runs"("organization_id", "project_id", "created_at");

-- CreateIndex
CREATE INDEX "execution_runs_organization_id_project_id_state_idx" ON "execution_runs"("organization_id", "project_id", "state");

-- CreateIndex
CREATE INDEX "execution_runs_state_updated_at_idx" ON "execution_runs"("state", "updated_at");

-- generation_runs
alter table "generation_runs" enable row level security, force row level security;
create policy tenant_rows on "generation_runs" for all to coder_app using (organization_id = app_organization()) with check (organization_id = app_organization());
create policy system_work on "generation_runs" for all to coder_system using (app_reason() IS NOT NULL) with check (app_reason() IS NOT NULL);
revoke all on "generation_runs" from public, coder_app, coder_system;
grant select, insert, update, delete on "generation_runs" to coder_app;
grant select, insert, update, delete on "generation_runs" to coder_system;

-- execution_change_files
alter table "execution_change_files" enable row level security, force row level security;
create policy tenant_rows on "execution_change_files" for all to coder_app using (organization_id = app_organization()) with check (organization_id = app_organization());
create policy system_work on "execution_change_files" for all to coder_system using (app_reason() IS NOT NULL) with check (app_reason() IS NOT NULL);
revoke all on "execution_change_files" from public, coder_app, coder_system;
grant select, insert, update, delete on "execution_change_files" to coder_app;
grant select, insert, update, delete on "execution_change_files" to coder_system;

-- execution_change_sets
alter table "execution_change_sets" enable row level security, force row level security;
create policy tenant_rows on "execution_change_sets" for all to coder_app using (organization_id = app_organization()) with check (organization_id = app_organization());
create policy system_work on "execution_change_sets" for all to coder_system using (app_reason() IS NOT NULL) with check (app_reason() IS NOT NULL);
revoke all on "execution_change_sets" from public, coder_app, coder_system;
grant select, insert, update, delete on "execution_change_sets" to coder_app;
grant select, insert, update, delete on "execution_change_sets" to coder_system;

-- execution_checkpoints
alter table "execution_checkpoints" enable row level security, force row level security;
create policy tenant_rows on "execution_checkpoints" for all to coder_app using (organization_id = app_organization()) with check (organization_id = app_organization());
create policy system_work on "execution_checkpoints" for all to coder_system using (app_reason() IS NOT NULL) with check (app_reason() IS NOT NULL);
revoke all on "execution_checkpoints" from public, coder_app, coder_system;
grant select, insert, update, delete on "execution_checkpoints" to coder_app;
grant select, insert, update, delete on "execution_checkpoints" to coder_system;

-- execution_comments
alter table "execution_comments" enable row level security, force row level security;
create policy tenant_rows on "execution_comments" for all to coder_app using (organization_id = app_organization()) with check (organization_id = app_organization());
create policy system_work on "execution_comments" for all to coder_system using (app_reason() IS NOT NULL) with check (app_reason() IS NOT NULL);
revoke all on "execution_comments" from public, coder_app, coder_system;
grant select, insert, update, delete on "execution_comments" to coder_app;
grant select, insert, update, delete on "execution_comments" to coder_system;

-- execution_runs
alter table "execution_runs" enable row level security, force row level security;
create policy tenant_rows on "execution_runs" for all to coder_app using (organization_id = app_organization()) with check (organization_id = app_organization());
create policy system_work on "execution_runs" for all to coder_system using (app_reason() IS NOT NULL) with check (app_reason() IS NOT NULL);
revoke all on "execution_runs" from public, coder_app, coder_system;
grant select, insert, update, delete on "execution_runs" to coder_app;
grant select, insert, update, delete on "execution_runs" to coder_system;