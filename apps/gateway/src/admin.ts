import { authClient } from "@coder/api/auth/router";
import { registry } from "@coder/modules";
import { isAppError, systemCaller } from "@coder/shared";
import { ConfigError, startHost } from "@coder/shared/server";

const USAGE = "Usage: npm run admin -- reset-password EMAIL\n";

/** What whoever has the terminal may do without signing in. Recorded like everything else. */
async function resetPassword(email: string): Promise<string> {
  const host = await startHost({ modules: registry, roles: [] });
  try {
    const { password, revoked } = await host.client(authClient)(systemCaller("admin-command")).resetPassword({ email });
    return [
      `New password for ${email}: ${password}`,
      `It is shown this once. Sessions ended: ${revoked}.`,
      "Whoever it belongs to should change it after signing in.",
      "",
    ].join("\n");
  } finally {
    await host.stop();
  }
}

function problemOf(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  if (isAppError(error)) return `${error.message}\n→ ${error.remedy}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

const [command, email, ...more] = process.argv.slice(2);
if (command !== "reset-password" || email === undefined || more.length > 0) {
  process.stderr.write(USAGE);
  process.exitCode = 2;
} else {
  try {
    process.stdout.write(await resetPassword(email));
  } catch (error) {
    process.stderr.write(`${problemOf(error)}\n`);
    process.exitCode = 1;
  }
}
