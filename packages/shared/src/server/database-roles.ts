/**
 * The two roles the product runs as on PostgreSQL: bound by row-level security, owners of nothing. Migrations say what each may do to
 * which table. Login roles may be these or members of them.
 */
export const APP_ROLE = "coder_app";
export const SYSTEM_ROLE = "coder_system";
