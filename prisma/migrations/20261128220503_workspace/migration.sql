-- CreateTable
CREATE TABLE "workspace_projects" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "name_key" TEXT NOT NULL,
    "revision" INTEGER NOT NULL,
    "source" JSONB NOT NULL,
    "status" TEXT NOT NULL,
    "status_before" TEXT,
    "job" JSONB,
    "problem" JSONB,
    "file_count" INTEGER NOT NULL,
    "size_bytes" BIGINT NOT NULL,
    "charged_files" INTEGER NOT NULL,
    "charged_bytes" BIGINT NOT NULL,
    "created_by" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "files_changed_at" TIMESTAMPTZ(3) NOT NULL,
    "counted_at" TIMESTAMPTZ(3) NOT NULL,
    "deleted_at" TIMESTAMPTZ(3),
    "etag" TEXT NOT NULL,

    CONSTRAINT "workspace_projects_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "workspace_usage" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "projects" INTEGER NOT NULL,
    "bytes" BIGINT NOT NULL,
    "files" BIGINT NOT NULL,
    "counted_at" TIMESTAMPTZ(3) NOT NULL,
    "etag" TEXT NOT NULL,

    CONSTRAINT "workspace_usage_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "workspace_trash_entries" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "entries" JSONB NOT NULL,
    "file_count" INTEGER NOT NULL,
    "size_bytes" BIGINT NOT NULL,
    "deleted_by" UUID,
    "deleted_at" TIMESTAMPTZ(3) NOT NULL,
    "etag" TEXT NOT NULL,

    CONSTRAINT "workspace_trash_entries_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "workspace_buffers" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "path" TEXT NOT NULL,
    "base_hash" TEXT,
    "revision" INTEGER NOT NULL,
    "text_revision" INTEGER NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "etag" TEXT NOT NULL,

    CONSTRAINT "workspace_buffers_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "workspace_buffer_steps" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "buffer_id" UUID NOT NULL,
    "revision" INTEGER NOT NULL,
    "change" TEXT NOT NULL,
    "etag" TEXT NOT NULL,

    CONSTRAINT "workspace_buffer_steps_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "workspace_layouts" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "layout" TEXT NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "etag" TEXT NOT NULL,

    CONSTRAINT "workspace_layouts_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "workspace_projects_organization_id_created_at_idx" ON "workspace_projects"("organization_id", "created_at");

-- CreateIndex
CREATE INDEX "workspace_projects_organization_id_status_created_at_idx" ON "workspace_projects"("organization_id", "status", "created_at");

-- CreateIndex
CREATE INDEX "workspace_projects_status_deleted_at_idx" ON "workspace_projects"("status", "deleted_at");

-- CreateIndex
CREATE INDEX "workspace_projects_status_updated_at_idx" ON "workspace_projects"("status", "updated_at");

-- CreateIndex
CREATE INDEX "workspace_trash_entries_organization_id_project_id_deleted__idx" ON "workspace_trash_entries"("organization_id", "project_id", "deleted_at");

-- CreateIndex
CREATE INDEX "workspace_trash_entries_deleted_at_idx" ON "workspace_trash_entries"("deleted_at");

-- CreateIndex
CREATE UNIQUE INDEX "workspace_buffers_organization_id_project_id_user_id_path_key" ON "workspace_buffers"("organization_id", "project_id", "user_id", "path");

-- CreateIndex
CREATE UNIQUE INDEX "workspace_buffer_steps_organization_id_buffer_id_revision_key" ON "workspace_buffer_steps"("organization_id", "buffer_id", "revision");

-- CreateIndex
CREATE UNIQUE INDEX "workspace_layouts_organization_id_project_id_user_id_key" ON "workspace_layouts"("organization_id", "project_id", "user_id");

-- workspace_buffers
alter table "workspace_buffers" enable row level security, force row level security;
create policy tenant_rows on "workspace_buffers" for all to coder_app using (organization_id = app_organization()) with check (organization_id = app_organization());
create policy system_work on "workspace_buffers" for all to coder_system using (app_reason() IS NOT NULL) with check (app_reason() IS NOT NULL);
revoke all on "workspace_buffers" from public, coder_app, coder_system;
grant select, insert, update, delete on "workspace_buffers" to coder_app;
grant select, insert, update, delete on "workspace_buffers" to coder_system;

-- workspace_buffer_steps
alter table "workspace_buffer_steps" enable row level security, force row level security;
create policy tenant_rows on "workspace_buffer_steps" for all to coder_app using (organization_id = app_organization()) with check (organization_id = app_organization());
create policy system_work on "workspace_buffer_steps" for all to coder_system using (app_reason() IS NOT NULL) with check (app_reason() IS NOT NULL);
revoke all on "workspace_buffer_steps" from public, coder_app, coder_system;
grant select, insert, update, delete on "workspace_buffer_steps" to coder_app;
grant select, insert, update, delete on "workspace_buffer_steps" to coder_system;

-- workspace_layouts
alter table "workspace_layouts" enable row level security, force row level security;
create policy tenant_rows on "workspace_layouts" for all to coder_app using (organization_id = app_organization()) with check (organization_id = app_organization());
create policy system_work on "workspace_layouts" for all to coder_system using (app_reason() IS NOT NULL) with check (app_reason() IS NOT NULL);
revoke all on "workspace_layouts" from public, coder_app, coder_system;
grant select, insert, update, delete on "workspace_layouts" to coder_app;
grant select, insert, update, delete on "workspace_layouts" to coder_system;

-- workspace_projects
alter table "workspace_projects" enable row level security, force row level security;
create policy tenant_rows on "workspace_projects" for all to coder_app using (organization_id = app_organization()) with check (organization_id = app_organization());
create policy system_work on "workspace_projects" for all to coder_system using (app_reason() IS NOT NULL) with check (app_reason() IS NOT NULL);
revoke all on "workspace_projects" from public, coder_app, coder_system;
grant select, insert, update, delete on "workspace_projects" to coder_app;
grant select, insert, update, delete on "workspace_projects" to coder_system;

-- workspace_trash_entries
alter table "workspace_trash_entries" enable row level security, force row level security;
create policy tenant_rows on "workspace_trash_entries" for all to coder_app using (organization_id = app_organization()) with check (organization_id = app_organization());
create policy system_work on "workspace_trash_entries" for all to coder_system using (app_reason() IS NOT NULL) with check (app_reason() IS NOT NULL);
revoke all on "workspace_trash_entries" from public, coder_app, coder_system;
grant select, insert, update, delete on "workspace_trash_entries" to coder_app;
grant select, insert, update, delete on "workspace_trash_entries" to coder_system;

-- workspace_usage
alter table "workspace_usage" enable row level security, force row level security;
create policy tenant_rows on "workspace_usage" for all to coder_app using (organization_id = app_organization()) with check (organization_id = app_organization());
create policy system_work on "workspace_usage" for all to coder_system using (app_reason() IS NOT NULL) with check (app_reason() IS NOT NULL);
revoke all on "workspace_usage" from public, coder_app, coder_system;
grant select, insert, update, delete on "workspace_usage" to coder_app;
grant select, insert, update, delete on "workspace_usage" to coder_system;