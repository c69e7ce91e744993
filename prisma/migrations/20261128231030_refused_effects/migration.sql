-- AlterTable
ALTER TABLE "kernel_outbox" ADD COLUMN     "reason" TEXT,
ADD COLUMN     "refused_at" TIMESTAMPTZ(3);

-- kernel_outbox
alter table "kernel_outbox" enable row level security, force row level security;
drop policy "system_work" on "kernel_outbox";
drop policy "tenant_rows" on "kernel_outbox";
create policy tenant_rows on "kernel_outbox" for insert to coder_app with check (((caller ->> 'organizationId'::text) = (app_organization())::text) OR ((caller ->> 'userId'::text) = (app_user())::text));
create policy system_work on "kernel_outbox" for all to coder_system using (app_reason() IS NOT NULL) with check (app_reason() IS NOT NULL);
revoke all on "kernel_outbox" from public, coder_app, coder_system;
grant insert on "kernel_outbox" to coder_app;
grant select, insert, update, delete on "kernel_outbox" to coder_system;