-- CreateTable
CREATE TABLE "auth_sessions" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "token_hash" TEXT NOT NULL,
    "organization_id" UUID,
    "ip_address" TEXT,
    "user_agent" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "last_used_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "etag" TEXT NOT NULL,

    CONSTRAINT "auth_sessions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "auth_accounts" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "provider_id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "password" TEXT,
    "access_token" TEXT,
    "refresh_token" TEXT,
    "id_token" TEXT,
    "access_token_expires_at" TIMESTAMPTZ(3),
    "refresh_token_expires_at" TIMESTAMPTZ(3),
    "scope" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "admitted_at" TIMESTAMPTZ(3),
    "etag" TEXT NOT NULL,

    CONSTRAINT "auth_accounts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "auth_verifications" (
    "id" TEXT NOT NULL,
    "identifier" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "etag" TEXT NOT NULL,

    CONSTRAINT "auth_verifications_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "auth_throttles" (
    "id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "failures" INTEGER NOT NULL,
    "locked_until" TIMESTAMPTZ(3),
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "etag" TEXT NOT NULL,

    CONSTRAINT "auth_throttles_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "configuration_settings" (
    "id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "changed_by" UUID,
    "changed_at" TIMESTAMPTZ(3) NOT NULL,
    "etag" TEXT NOT NULL,

    CONSTRAINT "configuration_settings_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "configuration_changes" (
    "id" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "from" TEXT,
    "to" TEXT,
    "changed_by" UUID,
    "changed_at" TIMESTAMPTZ(3) NOT NULL,
    "rolls_back" UUID,
    "etag" TEXT NOT NULL,

    CONSTRAINT "configuration_changes_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "kernel_outbox" (
    "id" UUID NOT NULL,
    "message" JSONB NOT NULL,
    "caller" JSONB NOT NULL,
    "trace_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "kernel_outbox_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "kernel_once_keys" (
    "tenant" TEXT NOT NULL,
    "table" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "row_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "kernel_once_keys_pkey" PRIMARY KEY ("tenant","table","key")
);

-- CreateTable
CREATE TABLE "audit_logs" (
    "id" UUID NOT NULL,
    "chain_id" TEXT NOT NULL,
    "organization_id" UUID,
    "sequence" INTEGER NOT NULL,
    "actor_kind" TEXT NOT NULL,
    "actor_user_id" UUID,
    "actor_component" TEXT,
    "action" TEXT NOT NULL,
    "target_type" TEXT,
    "target_id" TEXT,
    "outcome" TEXT NOT NULL,
    "error_code" TEXT,
    "details" JSONB NOT NULL,
    "address" TEXT NOT NULL,
    "user_agent" TEXT NOT NULL,
    "trace_id" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "completed_at" TIMESTAMPTZ(3) NOT NULL,
    "previous_hash" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "etag" TEXT NOT NULL,

    CONSTRAINT "audit_logs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_intents" (
    "id" UUID NOT NULL,
    "caller" JSONB NOT NULL,
    "action" TEXT NOT NULL,
    "address" TEXT NOT NULL,
    "user_agent" TEXT NOT NULL,
    "trace_id" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "etag" TEXT NOT NULL,

    CONSTRAINT "audit_intents_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_chains" (
    "id" TEXT NOT NULL,
    "organization_id" UUID,
    "pruned_through" INTEGER NOT NULL,
    "pruned_hash" TEXT NOT NULL,
    "etag" TEXT NOT NULL,

    CONSTRAINT "audit_chains_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "user_users" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "email_key" TEXT NOT NULL,
    "email_verified" BOOLEAN NOT NULL,
    "image" TEXT,
    "home_organization_id" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "etag" TEXT NOT NULL,

    CONSTRAINT "user_users_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "user_organizations" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "owner_count" INTEGER NOT NULL,
    "noted_change" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "etag" TEXT NOT NULL,

    CONSTRAINT "user_organizations_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "user_memberships" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "role" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "joined_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "etag" TEXT NOT NULL,

    CONSTRAINT "user_memberships_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "user_invitations" (
    "id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "role" TEXT NOT NULL,
    "email" TEXT,
    "token_hash" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "created_by" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "accepted_by" UUID,
    "etag" TEXT NOT NULL,

    CONSTRAINT "user_invitations_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "user_installation" (
    "id" UUID NOT NULL,
    "state" TEXT NOT NULL,
    "administrator_ids" TEXT[],
    "organization_id" UUID NOT NULL,
    "claimed_at" TIMESTAMPTZ(3) NOT NULL,
    "etag" TEXT NOT NULL,

    CONSTRAINT "user_installation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "user_preferences" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "theme" TEXT NOT NULL,
    "locale" TEXT,
    "time_zone" TEXT,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "etag" TEXT NOT NULL,

    CONSTRAINT "user_preferences_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "auth_sessions_token_hash_key" ON "auth_sessions"("token_hash");

-- CreateIndex
CREATE INDEX "auth_sessions_user_id_last_used_at_idx" ON "auth_sessions"("user_id", "last_used_at");

-- CreateIndex
CREATE INDEX "auth_sessions_organization_id_last_used_at_idx" ON "auth_sessions"("organization_id", "last_used_at");

-- CreateIndex
CREATE INDEX "auth_sessions_last_used_at_idx" ON "auth_sessions"("last_used_at");

-- CreateIndex
CREATE INDEX "auth_sessions_expires_at_idx" ON "auth_sessions"("expires_at");

-- CreateIndex
CREATE INDEX "auth_accounts_user_id_idx" ON "auth_accounts"("user_id");

-- CreateIndex
CREATE UNIQUE INDEX "auth_accounts_provider_id_account_id_key" ON "auth_accounts"("provider_id", "account_id");

-- CreateIndex
CREATE INDEX "auth_verifications_identifier_idx" ON "auth_verifications"("identifier");

-- CreateIndex
CREATE INDEX "auth_verifications_expires_at_idx" ON "auth_verifications"("expires_at");

-- CreateIndex
CREATE INDEX "auth_throttles_updated_at_idx" ON "auth_throttles"("updated_at");

-- CreateIndex
CREATE UNIQUE INDEX "configuration_settings_key_key" ON "configuration_settings"("key");

-- CreateIndex
CREATE INDEX "configuration_changes_key_id_idx" ON "configuration_changes"("key", "id");

-- CreateIndex
CREATE INDEX "kernel_once_keys_created_at_idx" ON "kernel_once_keys"("created_at");

-- CreateIndex
CREATE INDEX "audit_logs_organization_id_sequence_idx" ON "audit_logs"("organization_id", "sequence");

-- CreateIndex
CREATE INDEX "audit_logs_chain_id_completed_at_idx" ON "audit_logs"("chain_id", "completed_at");

-- CreateIndex
CREATE INDEX "audit_logs_organization_id_actor_user_id_idx" ON "audit_logs"("organization_id", "actor_user_id");

-- CreateIndex
CREATE UNIQUE INDEX "audit_logs_chain_id_sequence_key" ON "audit_logs"("chain_id", "sequence");

-- CreateIndex
CREATE INDEX "audit_intents_started_at_idx" ON "audit_intents"("started_at");

-- CreateIndex
CREATE UNIQUE INDEX "user_users_email_key_key" ON "user_users"("email_key");

-- CreateIndex
CREATE INDEX "user_users_created_at_idx" ON "user_users"("created_at");

-- CreateIndex
CREATE INDEX "user_memberships_user_id_idx" ON "user_memberships"("user_id");

-- CreateIndex
CREATE INDEX "user_memberships_organization_id_joined_at_idx" ON "user_memberships"("organization_id", "joined_at");

-- CreateIndex
CREATE INDEX "user_memberships_organization_id_role_idx" ON "user_memberships"("organization_id", "role");

-- CreateIndex
CREATE UNIQUE INDEX "user_memberships_organization_id_user_id_key" ON "user_memberships"("organization_id", "user_id");

-- CreateIndex
CREATE INDEX "user_invitations_token_hash_idx" ON "user_invitations"("token_hash");

-- CreateIndex
CREATE INDEX "user_invitations_organization_id_created_at_idx" ON "user_invitations"("organization_id", "created_at");

-- CreateIndex
CREATE INDEX "user_invitations_organization_id_status_idx" ON "user_invitations"("organization_id", "status");

-- CreateIndex
CREATE UNIQUE INDEX "user_invitations_organization_id_token_hash_key" ON "user_invitations"("organization_id", "token_hash");

-- CreateIndex
CREATE INDEX "user_preferences_user_id_idx" ON "user_preferences"("user_id");

-- For whom a statement runs
do $$ begin create role coder_app nologin; exception when duplicate_object or unique_violation then null; end $$;
do $$ begin create role coder_system nologin; exception when duplicate_object or unique_violation then null; end $$;
grant usage on schema public to coder_app, coder_system;
create or replace function app_organization() returns uuid language sql stable parallel safe as $$ select nullif(current_setting('app.organization', true), '')::uuid $$;
create or replace function app_user() returns uuid language sql stable parallel safe as $$ select nullif(current_setting('app.user', true), '')::uuid $$;
create or replace function app_reason() returns text language sql stable parallel safe as $$ select case when current_setting('app.reason', true) in ('sign-in', 'session-control', 'membership', 'people', 'outbox-relay', 'audit', 'retention', 'settings') then current_setting('app.reason', true) end $$;

-- kernel_outbox
alter table "kernel_outbox" enable row level security, force row level security;
create policy tenant_rows on "kernel_outbox" for insert to coder_app with check (((caller ->> 'organizationId'::text) = (app_organization())::text) OR ((caller ->> 'userId'::text) = (app_user())::text));
create policy system_work on "kernel_outbox" for all to coder_system using (app_reason() IS NOT NULL) with check (app_reason() IS NOT NULL);
revoke all on "kernel_outbox" from public, coder_app, coder_system;
grant insert on "kernel_outbox" to coder_app;
grant select, insert, delete on "kernel_outbox" to coder_system;

-- kernel_once_keys
alter table "kernel_once_keys" enable row level security, force row level security;
create policy tenant_rows on "kernel_once_keys" for all to coder_app using ((tenant = ('organization:'::text || app_organization())) OR (tenant = ('user:'::text || app_user()))) with check ((tenant = ('organization:'::text || app_organization())) OR (tenant = ('user:'::text || app_user())));
create policy system_work on "kernel_once_keys" for all to coder_system using (app_reason() IS NOT NULL) with check (app_reason() IS NOT NULL);
revoke all on "kernel_once_keys" from public, coder_app, coder_system;
grant select, insert on "kernel_once_keys" to coder_app;
grant select, insert, delete on "kernel_once_keys" to coder_system;

-- auth_accounts
alter table "auth_accounts" enable row level security, force row level security;
create policy system_work on "auth_accounts" for all to coder_system using (app_reason() IS NOT NULL) with check (app_reason() IS NOT NULL);
revoke all on "auth_accounts" from public, coder_app, coder_system;
grant select, insert, update, delete on "auth_accounts" to coder_system;

-- auth_sessions
alter table "auth_sessions" enable row level security, force row level security;
create policy tenant_rows on "auth_sessions" for all to coder_app using (user_id = app_user()) with check (user_id = app_user());
create policy system_work on "auth_sessions" for all to coder_system using (app_reason() IS NOT NULL) with check (app_reason() IS NOT NULL);
revoke all on "auth_sessions" from public, coder_app, coder_system;
grant select, insert, update, delete on "auth_sessions" to coder_app;
grant select, insert, update, delete on "auth_sessions" to coder_system;

-- auth_throttles
alter table "auth_throttles" enable row level security, force row level security;
create policy system_work on "auth_throttles" for all to coder_system using (app_reason() IS NOT NULL) with check (app_reason() IS NOT NULL);
revoke all on "auth_throttles" from public, coder_app, coder_system;
grant select, insert, update, delete on "auth_throttles" to coder_system;

-- auth_verifications
alter table "auth_verifications" enable row level security, force row level security;
create policy system_work on "auth_verifications" for all to coder_system using (app_reason() IS NOT NULL) with check (app_reason() IS NOT NULL);
revoke all on "auth_verifications" from public, coder_app, coder_system;
grant select, insert, update, delete on "auth_verifications" to coder_system;

-- configuration_changes
alter table "configuration_changes" enable row level security, force row level security;
create policy system_work on "configuration_changes" for all to coder_system using (app_reason() IS NOT NULL) with check (app_reason() IS NOT NULL);
revoke all on "configuration_changes" from public, coder_app, coder_system;
grant select, insert on "configuration_changes" to coder_system;

-- configuration_settings
alter table "configuration_settings" enable row level security, force row level security;
create policy system_work on "configuration_settings" for all to coder_system using (app_reason() IS NOT NULL) with check (app_reason() IS NOT NULL);
revoke all on "configuration_settings" from public, coder_app, coder_system;
grant select, insert, update, delete on "configuration_settings" to coder_system;

-- audit_chains
alter table "audit_chains" enable row level security, force row level security;
create policy system_work on "audit_chains" for all to coder_system using (app_reason() IS NOT NULL) with check (app_reason() IS NOT NULL);
revoke all on "audit_chains" from public, coder_app, coder_system;
grant select, insert, update, delete on "audit_chains" to coder_system;

-- audit_logs
alter table "audit_logs" enable row level security, force row level security;
create policy tenant_rows on "audit_logs" for all to coder_app using (organization_id = app_organization()) with check (organization_id = app_organization());
create policy system_work on "audit_logs" for all to coder_system using (app_reason() IS NOT NULL) with check (app_reason() IS NOT NULL);
revoke all on "audit_logs" from public, coder_app, coder_system;
grant select, insert, update, delete on "audit_logs" to coder_app;
grant select, insert, update, delete on "audit_logs" to coder_system;

-- audit_intents
alter table "audit_intents" enable row level security, force row level security;
create policy system_work on "audit_intents" for all to coder_system using (app_reason() IS NOT NULL) with check (app_reason() IS NOT NULL);
revoke all on "audit_intents" from public, coder_app, coder_system;
grant select, insert, update, delete on "audit_intents" to coder_system;

-- user_installation
alter table "user_installation" enable row level security, force row level security;
create policy system_work on "user_installation" for all to coder_system using (app_reason() IS NOT NULL) with check (app_reason() IS NOT NULL);
revoke all on "user_installation" from public, coder_app, coder_system;
grant select, insert, update, delete on "user_installation" to coder_system;

-- user_invitations
alter table "user_invitations" enable row level security, force row level security;
create policy tenant_rows on "user_invitations" for all to coder_app using (organization_id = app_organization()) with check (organization_id = app_organization());
create policy system_work on "user_invitations" for all to coder_system using (app_reason() IS NOT NULL) with check (app_reason() IS NOT NULL);
revoke all on "user_invitations" from public, coder_app, coder_system;
grant select, insert, update, delete on "user_invitations" to coder_app;
grant select, insert, update, delete on "user_invitations" to coder_system;

-- user_memberships
alter table "user_memberships" enable row level security, force row level security;
create policy tenant_rows on "user_memberships" for all to coder_app using (organization_id = app_organization()) with check (organization_id = app_organization());
create policy system_work on "user_memberships" for all to coder_system using (app_reason() IS NOT NULL) with check (app_reason() IS NOT NULL);
revoke all on "user_memberships" from public, coder_app, coder_system;
grant select, insert, update, delete on "user_memberships" to coder_app;
grant select, insert, update, delete on "user_memberships" to coder_system;

-- user_organizations
alter table "user_organizations" enable row level security, force row level security;
create policy tenant_rows on "user_organizations" for all to coder_app using (organization_id = app_organization()) with check (organization_id = app_organization());
create policy system_work on "user_organizations" for all to coder_system using (app_reason() IS NOT NULL) with check (app_reason() IS NOT NULL);
revoke all on "user_organizations" from public, coder_app, coder_system;
grant select, insert, update, delete on "user_organizations" to coder_app;
grant select, insert, update, delete on "user_organizations" to coder_system;

-- user_preferences
alter table "user_preferences" enable row level security, force row level security;
create policy tenant_rows on "user_preferences" for all to coder_app using (user_id = app_user()) with check (user_id = app_user());
create policy system_work on "user_preferences" for all to coder_system using (app_reason() IS NOT NULL) with check (app_reason() IS NOT NULL);
revoke all on "user_preferences" from public, coder_app, coder_system;
grant select, insert, update, delete on "user_preferences" to coder_app;
grant select, insert, update, delete on "user_preferences" to coder_system;

-- user_users
alter table "user_users" enable row level security, force row level security;
create policy system_work on "user_users" for all to coder_system using (app_reason() IS NOT NULL) with check (app_reason() IS NOT NULL);
revoke all on "user_users" from public, coder_app, coder_system;
grant select, insert, update, delete on "user_users" to coder_system;