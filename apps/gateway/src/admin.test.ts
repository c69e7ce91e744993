import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { registry } from "@coder/modules";
import { createTestInstallation, type TestInstallation } from "@coder/testing";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { configure, SignInClient, startedOf } from "./__fixtures__/sign-in-client.ts";

const ADMIN = fileURLToPath(new URL("admin.ts", import.meta.url));

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

describe("the administrator's command", () => {
  let installation: TestInstallation;
  let url: string;

  beforeAll(async () => {
    installation = await createTestInstallation();
    await configure(installation);
    url = (await installation.host({ modules: registry, roles: ["http"] })).url ?? "";
  });
  afterAll(() => installation.close());

  async function admin(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const failed = (error: unknown) => ({ code: Number(Reflect.get(Object(error), "code")), stdout: String(Reflect.get(Object(error), "stdout")), stderr: String(Reflect.get(Object(error), "stderr")) });
    return promisify(execFile)(process.execPath, [ADMIN, ...args], { env: { ...installation.env, PATH: process.env["PATH"] } }).then((done) => ({ code: 0, ...done }), failed);
  }

  it("sets a new password, shows it once, ends all sessions, and is in the audit log", async () => {
    const anybody = new SignInClient(url);
    const { token, userId } = startedOf(await anybody.signUp("ada@example.com"));
    const { code, stdout, stderr } = await admin("reset-password", "Ada@Example.com");
    expect([code, stderr]).toEqual([0, ""]);
    const password = /New password for Ada@Example\.com: (\S+)/.exec(stdout)?.[1] ?? "";
    expect(stdout).toContain("Sessions ended: 1");
    expect((await new SignInClient(url, { token }).current()).status).toBe(401);
    expect((await anybody.signIn("ada@example.com")).code).toBe("invalid_credentials");
    const fresh = startedOf(await anybody.signIn("ada@example.com", password));
    const log = await new SignInClient(url, { token: fresh.token }).ask("GET", "/logs/installation?actionPrefix=auth.resetPassword");
    expect(log.body).toMatchObject({ items: [{ action: "auth.resetPassword", actorKind: "system", actorComponent: "admin-command", outcome: "success", targetType: "user", targetId: userId }] });
    expect(JSON.stringify(log.body)).not.toContain(password);
  });

  it("says what is wrong with what it was asked", async () => {
    const cases = [[["reset-password", "nobody@example.com"], 1, "There is no account with this address."], [["reset-password", "no address"], 1, "email"], [["reset-password"], 2, "Usage"], [["drop-everything", "a@example.com"], 2, "Usage"]] as const;
    for (const [args, code, said] of cases) {
      const result = await admin(...args);
      expect(result.stderr).toContain(said);
      expect(result).toMatchObject({ code, stdout: "" });
    }
  });
});
