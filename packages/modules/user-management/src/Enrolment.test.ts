import { createMemoryDatabase } from "@coder/db";
import { outcome } from "@coder/testing";
import { describe, expect, it } from "vitest";
import { AUTH, House, TestConfig } from "./__fixtures__/house.ts";
import { dyingAfter, ProcessDied, WatchedDatabase } from "./__fixtures__/watched-database.ts";

const MINUTE = 60_000;

describe("the first account", () => {
  it("owns its organization and runs the installation; after it sign-up is by invitation", async () => {
    const house = new House();
    expect(await house.service.installation()).toEqual({ claimed: false, setupCodeRequired: false, signUp: "invitation" });
    const user = await house.person();
    expect(await house.service.admitSignUp(AUTH, { email: user.email })).toEqual({ allowed: true });
    expect(await house.service.enrol(AUTH, { userId: user.id })).toMatchObject({ role: "owner", installationAdmin: true });
    expect(await house.service.installation()).toMatchObject({ claimed: true });
    const late = await house.person();
    expect(await outcome(house.service.admitSignUp(AUTH, { email: late.email }))).toBe("sign_up_closed");
    expect(await outcome(house.service.enrol(AUTH, { userId: late.id }))).toBe("sign_up_closed");
    expect(await outcome(house.service.enrol(AUTH, { userId: (await house.service.deleteUser(AUTH, { id: late.id })).user?.id ?? late.id }))).toBe("user_not_found");
  });

  it("is one of a hundred simultaneous first sign-ups", async () => {
    const house = new House();
    const people = await Promise.all(Array.from({ length: 100 }, () => house.person()));
    const outcomes = await Promise.all(people.map(({ id }) => outcome(house.service.enrol(AUTH, { userId: id }))));
    expect(outcomes.filter((code) => code === "done")).toHaveLength(1);
    expect(outcomes.filter((code) => code === "sign_up_closed")).toHaveLength(99);
  });

  it("is one of them where sign-up is open too, and the others get organizations of their own", async () => {
    const house = new House();
    house.config.value = { ...house.config.value, signUp: "open" };
    const people = await Promise.all(Array.from({ length: 20 }, () => house.person()));
    const enrolled = await Promise.all(people.map(({ id }) => house.service.enrol(AUTH, { userId: id })));
    expect(enrolled.filter(({ installationAdmin }) => installationAdmin)).toHaveLength(1);
    expect(new Set(enrolled.map(({ organizationId }) => organizationId)).size).toBe(20);
  });

  it("gives the same answer when it is repeated, also side by side", async () => {
    const house = new House();
    house.config.value = { ...house.config.value, signUp: "open" };
    for (const user of [await house.person(), await house.person()]) {
      const answers = await Promise.all(Array.from({ length: 10 }, () => house.service.enrol(AUTH, { userId: user.id })));
      expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
      expect(await house.service.enrol(AUTH, { userId: user.id })).toEqual(answers[0]);
      expect((await house.service.listMemberships(AUTH, { userId: user.id })).items).toHaveLength(1);
    }
  });

  it("needs the setup code where one is set, or where others can reach the product", async () => {
    const config = new TestConfig({ setupCode: "correct horse" });
    const house = new House({ config, exposed: true });
    const { id: userId, email } = await house.person();
    expect(await house.service.installation()).toMatchObject({ setupCodeRequired: true });
    for (const setupCode of [undefined, "", "correct", "correct horse "]) {
      const given = setupCode === undefined ? {} : { setupCode };
      expect(await outcome(house.service.admitSignUp(AUTH, { email, ...given }))).toBe("setup_code_wrong");
      expect(await outcome(house.service.enrol(AUTH, { userId, ...given }))).toBe("setup_code_wrong");
    }
    expect(await outcome(house.service.admitSignUp(AUTH, { email, setupCode: "correct horse" }))).toBe("done");
    expect(await house.service.enrol(AUTH, { userId, setupCode: "correct horse" })).toMatchObject({ installationAdmin: true });
    expect(await house.service.installation()).toMatchObject({ claimed: true, setupCodeRequired: false });

    const unset = new House({ exposed: true });
    expect(await outcome(unset.service.admitSignUp(AUTH, { email }))).toBe("setup_code_unset");
    const local = new House({ config });
    expect(await local.service.installation()).toMatchObject({ setupCodeRequired: true });
  });

  it("can be another one's when the first sign-up was undone", async () => {
    const house = new House();
    const { around } = dyingAfter(1);
    const dying = new House({ database: new WatchedDatabase(house.database, around) });
    const first = await house.person();
    await expect(dying.service.enrol(AUTH, { userId: first.id })).rejects.toThrow(ProcessDied);
    expect(await house.service.installation()).toMatchObject({ claimed: true });
    await house.service.deleteUser(AUTH, { id: first.id });
    expect(await house.service.installation()).toMatchObject({ claimed: false });
    const second = await house.person();
    expect(await house.service.enrol(AUTH, { userId: second.id })).toMatchObject({ installationAdmin: true });
  });

  it("can be another one's when the first never came back, but not both", async () => {
    const database = createMemoryDatabase();
    const house = new House({ database });
    const dying = new House({ database: new WatchedDatabase(database, dyingAfter(1).around), clock: house.clock });
    const [first, second] = [await house.person(), await house.person()];
    await expect(dying.service.enrol(AUTH, { userId: first.id })).rejects.toThrow(ProcessDied);
    expect(await outcome(house.service.enrol(AUTH, { userId: second.id }))).toBe("sign_up_closed");
    house.clock.time += 6 * MINUTE;
    expect(await house.service.installation()).toMatchObject({ claimed: false });
    expect(await house.service.enrol(AUTH, { userId: second.id })).toMatchObject({ installationAdmin: true });
    expect(await outcome(house.service.enrol(AUTH, { userId: first.id }))).toBe("sign_up_closed");
  });
});

describe("a process that dies between any two writes", () => {
  const kinds = ["first", "open", "invited member", "invited owner"] as const;

  it.each(kinds)("leaves a sign-up that repeating completes: %s", async (kind) => {
    let died = true;
    for (let survives = 0; died; survives++) {
      expect(survives).toBeLessThan(20);
      const database = createMemoryDatabase();
      const house = new House({ database });
      const owner = kind === "first" ? null : await house.founder();
      house.config.value = { ...house.config.value, signUp: kind === "open" ? "open" : "invitation" };
      const invitation = owner && kind.startsWith("invited") ? await house.service.createInvitation(owner, { role: kind === "invited owner" ? "owner" : "member", email: null }) : null;
      const user = await house.person();
      const input = { userId: user.id, ...(invitation ? { invitationToken: invitation.token } : {}) };
      const death = dyingAfter(survives);
      const dying = new House({ database: new WatchedDatabase(database, death.around), config: house.config, clock: house.clock });
      await dying.service.enrol(AUTH, input).catch((error: unknown) => {
        if (!(error instanceof ProcessDied)) throw error;
      });
      died = death.died();

      const enrolled = await house.service.enrol(AUTH, input);
      expect(enrolled).toMatchObject({ role: kind === "invited member" ? "member" : "owner", installationAdmin: kind === "first" });
      const state = await house.standings(enrolled.organizationId);
      expect(state).toMatchObject({ noted: null, ownerCount: state.owners });
      expect((await house.service.listMemberships(AUTH, { userId: user.id })).items).toHaveLength(1);
      const events = database.outbox.items.map(({ message }) => message).filter(({ payload }) => JSON.stringify(payload).includes(user.id));
      const joined = events.filter(({ name, payload }) => name === "user.membership.changed" && JSON.stringify(payload).includes('"before":null'));
      expect(joined).toHaveLength(1);
      expect(events.filter(({ name }) => name === "user.invitation.accepted")).toHaveLength(invitation ? 1 : 0);
    }
  });
});
