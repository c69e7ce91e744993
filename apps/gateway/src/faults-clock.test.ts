import { freePort } from "@coder/testing";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { CAN_SET_CLOCK, clockOff } from "./__fixtures__/clock.ts";
import { refusal } from "./__fixtures__/doors.ts";
import { openInstallation, type Installation } from "./__fixtures__/installation.ts";
import { Person } from "./__fixtures__/people.ts";
import type { Program } from "./__fixtures__/program.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

function said(program: Program, text: string): readonly object[] {
  return program.log.filter(({ msg }) => msg.includes(text));
}

describe.skipIf(!CAN_SET_CLOCK)("a clock that is an hour off (needs faketime)", () => {
  let installation: Installation;
  let right: Program;
  let ahead: Program;
  let behind: Program;
  let farAhead: Program;
  let ann: Person;

  beforeAll(async () => {
    installation = await openInstallation();
    const start = (hours: number) => installation.program("gateway", { CODER_USER_MANAGEMENT__SIGN_UP: "open", CODER_USER_MANAGEMENT__INVITATION_LIFETIME_HOURS: "1", ...(hours === 0 ? {} : clockOff(hours)) });
    [right, ahead, behind, farAhead] = await Promise.all([start(0), start(1), start(-1), start(3)]);
    ann = await new Person("Ann", right.url).signUp();
  });
  afterAll(() => installation.close());

  it("ends no session and lets in nobody; whoever runs the installation is told by log and health page", async () => {
    const fromAhead = await ann.newSession(ahead.url);
    const fromBehind = await ann.newSession(behind.url);
    for (const [token, ...gateways] of [[ann.token, right, ahead, behind], [fromAhead, ahead, right], [fromBehind, behind, right, ahead]] as const) {
      for (const { url } of gateways) expect(await ann.at(url, token).auth.currentSession.query({})).toMatchObject({ user: { name: "Ann" } });
    }
    expect(said(right, "A session began in the future")).toMatchObject([{ level: "warn", refused: false }]);
    const health = await ann.api.kernel.health.query();
    expect(health.modules.find(({ name }) => name === "auth")).toMatchObject({ status: "degraded", message: expect.stringMatching(/ahead of this machine's clock/), remedy: expect.stringContaining("NTP") });

    // From further ahead a session would hardly end: it is refused, and the person can simply sign in again.
    const fromFar = await ann.newSession(farAhead.url);
    await expect(ann.at(right.url, fromFar).auth.currentSession.query({})).rejects.toMatchObject(refusal(401, "session_invalid"));
    expect(await ann.at(farAhead.url, fromFar).auth.currentSession.query({})).toMatchObject({ user: { name: "Ann" } });
    expect(await ann.at(right.url, await ann.newSession()).auth.currentSession.query({})).toMatchObject({ user: { name: "Ann" } });
    // Ending one works whatever the clocks say.
    const { sessionId } = await ann.at(ahead.url, fromAhead).auth.currentSession.query({});
    await ann.at(behind.url, ann.token).auth.revokeSession.mutate({ id: sessionId });
    for (const { url } of [right, ahead]) await expect(ann.at(url, fromAhead).auth.currentSession.query({})).rejects.toMatchObject(refusal(401, "session_invalid"));
  });

  it("shifts by that hour how long invitations last, and nothing else", async () => {
    const eve = await new Person("Eve", right.url).signUp();
    const invitationToken = await eve.invite();
    await expect(new Person("Early", ahead.url).signUp({ invitationToken })).rejects.toMatchObject({ ...refusal(404, "invitation_invalid"), details: { reason: "expired" } });
    await new Person("Ben", behind.url).signUp({ invitationToken });
    await expect(new Person("Late", behind.url).signUp({ invitationToken })).rejects.toMatchObject({ ...refusal(404, "invitation_invalid"), details: { reason: "used" } });
    expect((await eve.api.userManagement.listMembers.query({})).items.map(({ name }) => name).sort()).toEqual(["Ben", "Eve"]);
  });

  it("leaves the audit log in the order in which things happened, and intact", async () => {
    const zoe = await new Person("Zoe", right.url).signUp();
    const themes = ["dark", "light", "system", "high-contrast-dark", "dark", "light"] as const;
    const gateways = [right, ahead, behind];
    for (const [at, theme] of themes.entries()) await zoe.at(gateways[at % 3]?.url ?? "").userManagement.updatePreferences.mutate({ theme });
    const { items } = await zoe.api.logging.listEntries.query({});
    expect(items.toReversed().map(({ sequence, details }) => [sequence, details["theme"]])).toEqual([[1, undefined], ...themes.map((theme, at) => [at + 2, theme])]);
    for (const { url } of gateways) expect(await zoe.at(url).logging.verifyChain.mutate({})).toMatchObject({ intact: true, brokenAt: null });
    expect(await zoe.api.userManagement.getPreferences.query({})).toMatchObject({ theme: "light" });
  });

  it("makes the tokens between processes useless, and both sides say why", async () => {
    const [gatewayPort, loggingPort] = [await freePort(), await freePort()];
    const [logging, gateway] = await Promise.all([
      installation.program("logging", { PORT: String(loggingPort), GATEWAY_URL: `http://127.0.0.1:${gatewayPort}`, ...clockOff(1) }),
      installation.program("gateway", { PORT: String(gatewayPort), CODER_SERVICES__LOGGING__URL: `http://127.0.0.1:${loggingPort}` }),
    ]);
    const people = await installation.count("user_users");
    await expect(new Person("Nobody", gateway.url).signUp()).rejects.toMatchObject(refusal(503, "audit_unavailable"));
    expect(await installation.count("user_users")).toBe(people);
    expect(said(gateway, "compare SERVICE_TOKEN_SECRET and the clocks")).toContainEqual(expect.objectContaining({ level: "error", module: "logging" }));
    expect(said(logging, "behind the clock here")).toContainEqual(expect.objectContaining({ level: "error", audience: "logging", msg: expect.stringContaining("NTP") }));
  });
});
