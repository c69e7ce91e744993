/** Comments, strings, quoted names and dollar-quoted bodies: what is inside them is not a statement. */
const OPAQUE = /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$([A-Za-z_]\w*)?\$[\s\S]*?\$\1\$/g;
const ENDS_TRANSACTION = /^(begin|start\s+transaction|commit|end|rollback(?!\s+to\b)|abort|prepare\s+transaction)\b/i;
const NEEDS_NO_TRANSACTION = /^(vacuum|create\s+database|drop\s+database|alter\s+system|(create|drop)\s+(unique\s+)?index\s+concurrently|reindex\b.*\bconcurrently)\b/is;

/**
 * The first statement of a migration that cannot be part of the one transaction in which all pending migrations are applied.
 *
 * @param {string} script
 * @returns {string | null}
 */
export function findTransactionControl(script) {
  const statements = script.replace(OPAQUE, " ").split(";");
  const found = statements.map((statement) => statement.trim()).find((statement) => ENDS_TRANSACTION.test(statement) || NEEDS_NO_TRANSACTION.test(statement));
  return found === undefined ? null : found.replace(/\s+/g, " ").slice(0, 80);
}
