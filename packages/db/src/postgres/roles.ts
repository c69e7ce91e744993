import { AppError } from "@coder/shared";
import { APP_ROLE, SYSTEM_ROLE } from "@coder/shared/server";
import type pg from "pg";
import { z } from "zod";

const RoleFacts = z.object({
  name: z.string(),
  superuser: z.boolean(),
  bypass: z.boolean(),
  owned: z.coerce.number(),
  app: z.boolean().nullable(),
  system: z.boolean().nullable(),
});

const FACTS = `
  select r.rolname as name, r.rolsuper as superuser, r.rolbypassrls as bypass,
    (select count(*) from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and pg_has_role(r.oid, c.relowner, 'MEMBER')) as owned,
    pg_has_role(r.oid, to_regrole('${APP_ROLE}')::oid, 'USAGE') as app,
    pg_has_role(r.oid, to_regrole('${SYSTEM_ROLE}')::oid, 'USAGE') as system
  from pg_roles r where r.rolname = current_user`;

/** Refuses a connection that row-level security would not bind, or not to the right rows. */
export async function checkRole(pool: pg.Pool, expected: typeof APP_ROLE | typeof SYSTEM_ROLE): Promise<void> {
  const { rows } = await pool.query(FACTS);
  const role = RoleFacts.parse(rows[0]);
  const fault = faultOf(role, expected);
  if (fault === null) return;
  throw new AppError("unavailable", "database_role_unsafe", `The database role ${role.name} ${fault}.`, {
    remedy: `Connect as a login role that is a member of ${expected} and of nothing else; the role that owns the tables is for migrations only.`,
    details: { role: role.name },
  });
}

function faultOf(role: z.infer<typeof RoleFacts>, expected: string): string | null {
  if (role.superuser) return "is a superuser, which row-level security does not bind";
  if (role.bypass) return "has BYPASSRLS, so row-level security does not bind it";
  if (role.owned > 0) return "owns tables, so it could switch row-level security off";
  if (!(expected === APP_ROLE ? role.app : role.system)) return `is no member of ${expected}`;
  if (expected === APP_ROLE && role.system) return `is a member of ${SYSTEM_ROLE}, which may work across tenants`;
  return null;
}
