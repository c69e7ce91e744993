import { openPostgres, type IDatabase, type PostgresDatabase } from "@coder/db";
import { systemCaller } from "@coder/shared";
import { createTestDatabase, outcome, silentLogger, type TestDatabase } from "@coder/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { AUTH, callerOf, House, refusal } from "./__fixtures__/house.ts";
import { Model, type Step } from "./__fixtures__/model.ts";
import { dyingAfter, ProcessDied, WatchedDatabase } from "./__fixtures__/watched-database.ts";
import { installationEntity, membershipEntity, userEntity } from "./entities.ts";

/** What memory cannot show: real locks, real constraints, row-level security, and pools that share nothing but the server. */
describe("on PostgreSQL", { timeout: 120_000 }, () => {
  let addresses: TestDatabase;
  let pools: PostgresDatabase[];

  beforeAll(async () => {
    addresses = await createTestDatabase("product");
    pools = await Promise.all(
      Array.from({ length: 3 }, () => openPostgres({ url: addresses.url, systemUrl: addresses.systemUrl, poolSize: 8, cursorKey: "test", log: silentLogger })),
    );
  });
  afterAll(async () => {
    for (const database of pools ?? []) await database.close();
    await addresses?.drop();
  });

  const on = (index: number): IDatabase => {
    const database = pools[index % pools.length];
    if (!database) throw new Error("The databases are not open");
    return database;
  };
  /** A house per pool, as different machines would have. */
  let houses: House[];
  const house = (index = 0): House => houses[index % houses.length] ?? new House();

  beforeEach(async () => {
    await on(0).system("sign-in").repository(installationEntity).deleteMany({});
    houses = pools.map((_unused, index) => new House({ database: on(index) }));
  });

  it("one of thirty simultaneous first sign-ups on three pools owns the installation", async () => {
    const people = await Promise.all(Array.from({ length: 30 }, () => house().person()));
    const outcomes = await Promise.all(people.map(({ id }, index) => outcome(house(index).service.enrol(AUTH, { userId: id }))));
    expect(outcomes.filter((code) => code === "done")).toHaveLength(1);
    expect(outcomes.filter((code) => code === "sign_up_closed")).toHaveLength(29);
    expect(await house().service.installation()).toMatchObject({ claimed: true });
  });

  it("one of a hundred parallel accepts on three pools gets in", async () => {
    const owner = await house().founder();
    const { token } = await house().service.createInvitation(owner, { role: "member", email: null });
    const people = await Promise.all(Array.from({ length: 100 }, () => house().person()));
    const outcomes = await Promise.all(people.map(({ id }, index) => outcome(house(index).service.enrol(AUTH, { userId: id, invitationToken: token }))));
    expect(outcomes.filter((code) => code === "done")).toHaveLength(1);
    expect(outcomes.filter((code) => code === "invitation_invalid")).toHaveLength(99);
    expect((await house().standings(owner.organizationId)).members.size).toBe(2);
  });

  it("one of two owners who demote each other on two pools stays one", async () => {
    for (let round = 0; round < 8; round++) {
      const one = await house().founder();
      const other = await house().member(one, "owner");
      const outcomes = await Promise.all([
        outcome(house(1).service.changeMemberRole(one, { userId: other.userId, role: "member" })),
        outcome(house(2).service.changeMemberRole(other, { userId: one.userId, role: "member" })),
      ]);
      expect(outcomes.filter((code) => code === "done")).toHaveLength(1);
      expect(await house().standings(one.organizationId)).toMatchObject({ owners: 1, ownerCount: 1, noted: null });
    }
  });

  it("one of twelve owners who all leave at once stays", async () => {
    const first = await house().founder();
    const owners = [first];
    while (owners.length < 12) owners.push(await house().member(first, "owner"));
    const outcomes = await Promise.all(owners.map((owner, index) => outcome(house(index).service.leaveOrganization(owner))));
    expect(outcomes.filter((code) => code === "done")).toHaveLength(11);
    expect(await house().standings(first.organizationId)).toMatchObject({ owners: 1, ownerCount: 1, noted: null });
  });

  it("decides as the model does, step by step", async () => {
    const owner = await house().founder();
    const ids = [owner.userId];
    while (ids.length < 4) ids.push((await house().person()).id);
    const as = (index: number) => callerOf(ids[index] ?? owner.userId, owner.organizationId);
    const model = new Model();
    // A fixed, long walk through all steps: the random ones run in memory.
    const kinds = ["invite", "role", "suspend", "reactivate", "role", "remove", "invite", "leave", "role"] as const;
    const roles = ["owner", "admin", "member", "auditor"] as const;
    for (let index = 0; index < 120; index++) {
      const task = { kind: kinds[index % kinds.length] ?? "leave", actor: (index * 7) % 4, target: (index * 5 + Math.floor(index / 3)) % 4, role: roles[(index * 3 + Math.floor(index / 4)) % 4] ?? "member" };
      const { service } = house(index);
      const target = { userId: as(task.target).userId };
      const calls: Record<Step["kind"], () => Promise<unknown>> = {
        invite: async () => service.acceptInvitation(as(task.target), { token: (await service.createInvitation(as(task.actor), { role: task.role, email: null })).token }),
        role: () => service.changeMemberRole(as(task.actor), { ...target, role: task.role }),
        suspend: () => service.suspendMember(as(task.actor), target),
        reactivate: () => service.reactivateMember(as(task.actor), target),
        remove: () => service.removeMember(as(task.actor), target),
        leave: () => service.leaveOrganization(as(task.actor)),
      };
      expect([index, task.kind, await outcome(calls[task.kind]())]).toEqual([index, task.kind, model.apply(task)]);
      for (const [person, userId] of ids.entries()) {
        const held = await service.permissionsOf(AUTH, { userId, organizationId: owner.organizationId });
        expect(held.permissions.includes("logging.entry.read")).toBe(["owner", "admin", "auditor"].includes(model.members.get(person)?.active ? (model.members.get(person)?.role ?? "") : ""));
      }
    }
    expect(await house().standings(owner.organizationId)).toMatchObject({ noted: null });
  });

  it("a change that died between two writes is carried to its end by the next one", async () => {
    let died = true;
    for (let survives = 0; died; survives++) {
      const owner = await house().founder();
      const other = await house().member(owner, "owner");
      const death = dyingAfter(survives);
      const dying = new House({ database: new WatchedDatabase(on(1), death.around) });
      await dying.service.changeMemberRole(owner, { userId: other.userId, role: "member" }).catch((error: unknown) => {
        if (!(error instanceof ProcessDied)) throw error;
      });
      died = death.died();
      await house(2).service.changeMemberRole(owner, { userId: owner.userId, role: "owner" });
      const state = await house().standings(owner.organizationId);
      expect(state).toMatchObject({ noted: null, ownerCount: state.owners });
    }
  });

  it("keeps one organization's rows from another's, below the service too", async () => {
    const [one, other] = [await house().founder(), await house().founder()];
    const rows = on(0).for(systemCaller("test", one.organizationId)).repository(membershipEntity);
    expect((await rows.query({})).items.map(({ organizationId }) => organizationId)).toEqual([one.organizationId]);
    expect(await rows.findOne({ userId: other.userId })).toBeNull();
    expect(await refusal(house().service.removeMember(one, { userId: other.userId }))).toMatchObject({ kind: "not_found" });
    expect(() => on(0).for(one).repository(userEntity)).toThrow("no tenant");
  });

  it("finds, pages and sorts people and preferences as memory does", async () => {
    const owner = await house().founder();
    const user = await house().service.createUser(AUTH, { name: "Zoé", email: "Zoe@Example.com", emailVerified: false, image: null });
    expect((await house().service.findUser(AUTH, { email: "zoe@EXAMPLE.com" })).user).toMatchObject({ id: user.id, email: "Zoe@Example.com", createdAt: user.createdAt });
    expect(await outcome(house(1).service.createUser(AUTH, { name: "Eve", email: "ZOE@example.com", emailVerified: false, image: null }))).toBe("already_exists");
    expect((await house().service.queryUsers(AUTH, { where: [{ field: "id", operator: "eq", value: "nobody", connector: "AND", mode: "sensitive" }], limit: 10, offset: 0 })).items).toEqual([]);
    expect((await house().service.queryUsers(AUTH, { where: [{ field: "name", operator: "eq", value: "Zoé", connector: "AND", mode: "sensitive" }], limit: 10, offset: 0 })).items).toMatchObject([{ id: user.id }]);
    await Promise.all([house(0).service.updatePreferences(owner, { theme: "dark" }), house(1).service.updatePreferences(owner, { locale: "de" })]);
    expect(await house(2).service.getPreferences(owner)).toEqual({ theme: "dark", locale: "de", timeZone: null });
    for (const role of ["member", "admin", "auditor"] as const) await house().member(owner, role);
    const first = await house().service.listMembers(owner, { limit: 3 });
    const second = await house(1).service.listMembers(owner, { limit: 3, cursor: first.nextCursor ?? "" });
    expect([...first.items, ...second.items].map(({ role }) => role).sort()).toEqual(["admin", "auditor", "member", "owner"]);
    expect((await house().service.listInvitations(owner, { limit: 50 })).items.map(({ status }) => status)).toEqual(["accepted", "accepted", "accepted"]);
  });
});
