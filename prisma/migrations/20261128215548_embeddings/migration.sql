-- CreateTable
CREATE TABLE "embeddings_indexes" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "segments" JSONB NOT NULL,
    "counts" JSONB NOT NULL,
    "chunks" INTEGER NOT NULL,
    "size_bytes" BIGINT NOT NULL,
    "format" INTEGER NOT NULL,
    "indexed_at" TIMESTAMPTZ(3),
    "took_ms" INTEGER,
    "parsed_files" INTEGER NOT NULL,
    "job_id" UUID,
    "full" BOOLEAN NOT NULL,
    "requested_at" TIMESTAMPTZ(3),
    "outcome" TEXT NOT NULL,
    "problem" JSONB,
    "changed_at" TIMESTAMPTZ(3),
    "endpoint" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "etag" TEXT NOT NULL,

    CONSTRAINT "embeddings_indexes_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "embeddings_segments" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "run_id" UUID NOT NULL,
    "files" INTEGER NOT NULL,
    "chunks" INTEGER NOT NULL,
    "size_bytes" INTEGER NOT NULL,
    "complete" BOOLEAN NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "etag" TEXT NOT NULL,

    CONSTRAINT "embeddings_segments_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "embeddings_segment_parts" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "segment_id" UUID NOT NULL,
    "section" TEXT NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "data" TEXT NOT NULL,
    "etag" TEXT NOT NULL,

    CONSTRAINT "embeddings_segment_parts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "embeddings_vectors" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "collection" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "dimensions" INTEGER NOT NULL,
    "vector" TEXT NOT NULL,
    "etag" TEXT NOT NULL,

    CONSTRAINT "embeddings_vectors_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "embeddings_indexes_organization_id_idx" ON "embeddings_indexes"("organization_id");

-- CreateIndex
CREATE INDEX "embeddings_segments_organization_id_project_id_idx" ON "embeddings_segments"("organization_id", "project_id");

-- CreateIndex
CREATE INDEX "embeddings_segment_parts_organization_id_project_id_idx" ON "embeddings_segment_parts"("organization_id", "project_id");

-- CreateIndex
CREATE UNIQUE INDEX "embeddings_segment_parts_organization_id_segment_id_section_key" ON "embeddings_segment_parts"("organization_id", "segment_id", "section", "ordinal");

-- CreateIndex
CREATE INDEX "embeddings_vectors_organization_id_collection_idx" ON "embeddings_vectors"("organization_id", "collection");

-- CreateIndex
CREATE UNIQUE INDEX "embeddings_vectors_organization_id_collection_key_key" ON "embeddings_vectors"("organization_id", "collection", "key");

-- embeddings_indexes
alter table "embeddings_indexes" enable row level security, force row level security;
create policy tenant_rows on "embeddings_indexes" for all to coder_app using (organization_id = app_organization()) with check (organization_id = app_organization());
create policy system_work on "embeddings_indexes" for all to coder_system using (app_reason() IS NOT NULL) with check (app_reason() IS NOT NULL);
revoke all on "embeddings_indexes" from public, coder_app, coder_system;
grant select, insert, update, delete on "embeddings_indexes" to coder_app;
grant select, insert, update, delete on "embeddings_indexes" to coder_system;

-- embeddings_segments
alter table "embeddings_segments" enable row level security, force row level security;
create policy tenant_rows on "embeddings_segments" for all to coder_app using (organization_id = app_organization()) with check (organization_id = app_organization());
create policy system_work on "embeddings_segments" for all to coder_system using (app_reason() IS NOT NULL) with check (app_reason() IS NOT NULL);
revoke all on "embeddings_segments" from public, coder_app, coder_system;
grant select, insert, update, delete on "embeddings_segments" to coder_app;
grant select, insert, update, delete on "embeddings_segments" to coder_system;

-- embeddings_segment_parts
alter table "embeddings_segment_parts" enable row level security, force row level security;
create policy tenant_rows on "embeddings_segment_parts" for all to coder_app using (organization_id = app_organization()) with check (organization_id = app_organization());
create policy system_work on "embeddings_segment_parts" for all to coder_system using (app_reason() IS NOT NULL) with check (app_reason() IS NOT NULL);
revoke all on "embeddings_segment_parts" from public, coder_app, coder_system;
grant select, insert, update, delete on "embeddings_segment_parts" to coder_app;
grant select, insert, update, delete on "embeddings_segment_parts" to coder_system;

-- embeddings_vectors
alter table "embeddings_vectors" enable row level security, force row level security;
create policy tenant_rows on "embeddings_vectors" for all to coder_app using (organization_id = app_organization()) with check (organization_id = app_organization());
create policy system_work on "embeddings_vectors" for all to coder_system using (app_reason() IS NOT NULL) with check (app_reason() IS NOT NULL);
revoke all on "embeddings_vectors" from public, coder_app, coder_system;
grant select, insert, update, delete on "embeddings_vectors" to coder_app;
grant select, insert, update, delete on "embeddings_vectors" to coder_system;

-- Packed bytes in base64: compressing them again takes the time of half a write and saves little
alter table "embeddings_segment_parts" alter column "data" set storage external;
alter table "embeddings_vectors" alter column "vector" set storage external;
