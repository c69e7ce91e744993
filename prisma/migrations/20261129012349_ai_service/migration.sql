-- CreateTable
CREATE TABLE "ai_conversations" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "project_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "title" TEXT NOT NULL,
    "words" TEXT NOT NULL,
    "head_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "etag" TEXT NOT NULL,

    CONSTRAINT "ai_conversations_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ai_messages" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "conversation_id" UUID NOT NULL,
    "parent_id" UUID,
    "role" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "context" JSONB NOT NULL,
    "model" TEXT,
    "usage" JSONB,
    "problem" JSONB,
    "alive_until" TIMESTAMPTZ(3) NOT NULL,
    "stopped" BOOLEAN NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "etag" TEXT NOT NULL,

    CONSTRAINT "ai_messages_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ai_message_pieces" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "conversation_id" UUID NOT NULL,
    "message_id" UUID NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "part" JSONB NOT NULL,
    "etag" TEXT NOT NULL,

    CONSTRAINT "ai_message_pieces_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ai_budgets" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "period" TEXT NOT NULL,
    "spent_micro_usd" BIGINT NOT NULL,
    "reservations" JSONB NOT NULL,
    "calls" BIGINT NOT NULL,
    "input_tokens" BIGINT NOT NULL,
    "output_tokens" BIGINT NOT NULL,
    "etag" TEXT NOT NULL,

    CONSTRAINT "ai_budgets_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ai_egress" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "endpoint" TEXT NOT NULL,
    "host" TEXT NOT NULL,
    "path" TEXT NOT NULL,
    "model" TEXT,
    "purpose" TEXT NOT NULL,
    "user_id" UUID,
    "conversation_id" UUID,
    "request_bytes" BIGINT NOT NULL,
    "response_bytes" BIGINT NOT NULL,
    "secrets" INTEGER NOT NULL,
    "status" INTEGER,
    "outcome" TEXT NOT NULL,
    "took_ms" BIGINT,
    "etag" TEXT NOT NULL,

    CONSTRAINT "ai_egress_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "ai_conversations_organization_id_user_id_project_id_updated_idx" ON "ai_conversations"("organization_id", "user_id", "project_id", "updated_at");

-- CreateIndex
CREATE INDEX "ai_messages_organization_id_conversation_id_created_at_idx" ON "ai_messages"("organization_id", "conversation_id", "created_at");

-- CreateIndex
CREATE INDEX "ai_message_pieces_organization_id_conversation_id_idx" ON "ai_message_pieces"("organization_id", "conversation_id");

-- CreateIndex
CREATE INDEX "ai_message_pieces_organization_id_message_id_ordinal_idx" ON "ai_message_pieces"("organization_id", "message_id", "ordinal");

-- CreateIndex
CREATE UNIQUE INDEX "ai_budgets_organization_id_period_key" ON "ai_budgets"("organization_id", "period");

-- CreateIndex
CREATE INDEX "ai_egress_organization_id_at_idx" ON "ai_egress"("organization_id", "at");

-- ai_budgets
alter table "ai_budgets" enable row level security, force row level security;
create policy tenant_rows on "ai_budgets" for all to coder_app using (organization_id = app_organization()) with check (organization_id = app_organization());
create policy system_work on "ai_budgets" for all to coder_system using (app_reason() IS NOT NULL) with check (app_reason() IS NOT NULL);
revoke all on "ai_budgets" from public, coder_app, coder_system;
grant select, insert, update, delete on "ai_budgets" to coder_app;
grant select, insert, update, delete on "ai_budgets" to coder_system;

-- ai_conversations
alter table "ai_conversations" enable row level security, force row level security;
create policy tenant_rows on "ai_conversations" for all to coder_app using (organization_id = app_organization()) with check (organization_id = app_organization());
create policy system_work on "ai_conversations" for all to coder_system using (app_reason() IS NOT NULL) with check (app_reason() IS NOT NULL);
revoke all on "ai_conversations" from public, coder_app, coder_system;
grant select, insert, update, delete on "ai_conversations" to coder_app;
grant select, insert, update, delete on "ai_conversations" to coder_system;

-- ai_egress
alter table "ai_egress" enable row level security, force row level security;
create policy tenant_rows on "ai_egress" for all to coder_app using (organization_id = app_organization()) with check (organization_id = app_organization());
create policy system_work on "ai_egress" for all to coder_system using (app_reason() IS NOT NULL) with check (app_reason() IS NOT NULL);
revoke all on "ai_egress" from public, coder_app, coder_system;
grant select, insert, update, delete on "ai_egress" to coder_app;
grant select, insert, update, delete on "ai_egress" to coder_system;

-- ai_messages
alter table "ai_messages" enable row level security, force row level security;
create policy tenant_rows on "ai_messages" for all to coder_app using (organization_id = app_organization()) with check (organization_id = app_organization());
create policy system_work on "ai_messages" for all to coder_system using (app_reason() IS NOT NULL) with check (app_reason() IS NOT NULL);
revoke all on "ai_messages" from public, coder_app, coder_system;
grant select, insert, update, delete on "ai_messages" to coder_app;
grant select, insert, update, delete on "ai_messages" to coder_system;

-- ai_message_pieces
alter table "ai_message_pieces" enable row level security, force row level security;
create policy tenant_rows on "ai_message_pieces" for all to coder_app using (organization_id = app_organization()) with check (organization_id = app_organization());
create policy system_work on "ai_message_pieces" for all to coder_system using (app_reason() IS NOT NULL) with check (app_reason() IS NOT NULL);
revoke all on "ai_message_pieces" from public, coder_app, coder_system;
grant select, insert, update, delete on "ai_message_pieces" to coder_app;
grant select, insert, update, delete on "ai_message_pieces" to coder_system;
