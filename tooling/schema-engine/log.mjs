/**
 * One line in the form in which the Prisma CLI reads the engine's log.
 *
 * @param {"INFO" | "ERROR"} level
 * @param {Record<string, unknown>} fields
 */
export function log(level, fields) {
  process.stderr.write(`${JSON.stringify({ timestamp: new Date().toISOString(), level, fields, target: "schema_engine::logger" })}\n`);
}

/** @param {unknown} error */
export function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}
