import type { userManagementRouter } from "@coder/api/user-management/router";
import { createMemoryDatabase, type IDatabase } from "@coder/db";
import { ORGANIZATION_ROLES, OrganizationIdSchema, systemCaller, UserIdSchema, type OrganizationId, type UserId } from "@coder/shared";
import { createServiceClient } from "@coder/shared/trpc";
import fc from "fast-check";
import { outcome, silentLogger } from "@coder/testing";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { AUTH, callerOf, CATALOGUE, fakeAuth, House } from "./__fixtures__/house.ts";
import { Model, type Step } from "./__fixtures__/model.ts";
import { dyingAfter, ProcessDied, WatchedDatabase } from "./__fixtures__/watched-database.ts";
import { Authority } from "./Authority.ts";
import { membershipEntity } from "./entities.ts";
import { Invitations } from "./Invitations.ts";
import { Members } from "./Members.ts";
import { MembershipWriter } from "./MembershipWriter.ts";
import { People } from "./People.ts";
import { PermissionPort } from "./PermissionPort.ts";
import { RoleCatalogue } from "./RoleCatalogue.ts";
import { Tables } from "./Tables.ts";

const PEOPLE = 5;
/** A few seconds of work; a machine that does much else at the same time takes longer. */
const PROPERTY_MS = 120_000;
const role = fc.constantFrom(...ORGANIZATION_ROLES);
const person = fc.nat({ max: PEOPLE - 1 });
const change = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("role" as const), actor: person, target: person, role }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom("suspend" as const, "reactivate" as const, "remove" as const), actor: person, target: person }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("leave" as const), actor: person }) },
);
const step: fc.Arbitrary<Step> = fc.oneof({ weight: 2, arbitrary: change }, { weight: 1, arbitrary: fc.record({ kind: fc.constant("invite" as const), actor: person, target: person, role }) });

/** One organization owned by person 0, and all the others outside it. */
async function start(database: IDatabase) {
  const house = new House({ database });
  const founder = await house.founder();
  const ids = [founder.userId];
  while (ids.length < PEOPLE) ids.push((await house.person()).id);
  const idOf = (index: number): UserId => ids[index] ?? founder.userId;
  return { house, organizationId: founder.organizationId, idOf, ids };
}

/** The parts that change memberships, on a database whose calls the test orders, and with no waiting between attempts. */
function membersOn(database: IDatabase, house: House): Members {
  const tables = new Tables({ database });
  const now = house.clock.now;
  const authority = new Authority({ roles: new RoleCatalogue(CATALOGUE) });
  const people = new People({ tables, now });
  const writer = new MembershipWriter({ tables, now, pause: async () => {} });
  const invitations = new Invitations({ tables, authority, people, writer, config: house.config, now });
  return new Members({ tables, people, writer, authority, invitations, auth: fakeAuth(), log: silentLogger });
}

function run(members: Members, organizationId: OrganizationId, idOf: (index: number) => UserId, task: Exclude<Step, { kind: "invite" }>): Promise<string> {
  const actor = idOf(task.actor);
  if (task.kind === "leave") return outcome(members.leave(organizationId, actor));
  const target = idOf(task.target);
  switch (task.kind) {
    case "role":
      return outcome(members.changeRole(organizationId, actor, target, task.role));
    case "suspend":
      return outcome(members.suspend(organizationId, actor, target));
    case "reactivate":
      return outcome(members.reactivate(organizationId, actor, target));
    case "remove":
      return outcome(members.remove(organizationId, actor, target));
  }
}

async function invite(house: House, organizationId: OrganizationId, actor: UserId, target: UserId, invited: (typeof ORGANIZATION_ROLES)[number]): Promise<string> {
  return outcome(
    (async () => {
      const { token } = await house.service.createInvitation(callerOf(actor, organizationId), { role: invited, email: null });
      await house.service.acceptInvitation(callerOf(target, organizationId), { token });
    })(),
  );
}

async function stateOf(house: House, organizationId: OrganizationId, ids: readonly UserId[]) {
  const { members, ...counts } = await house.standings(organizationId);
  expect(counts).toMatchObject({ noted: null, ownerCount: counts.owners });
  return ids.map((id) => {
    const standing = members.get(id);
    return standing ? `${standing.role} ${standing.status}` : "-";
  });
}

function modelState(model: Model): string[] {
  return Array.from({ length: PEOPLE }, (_unused, index) => {
    const standing = model.members.get(index);
    return standing ? `${standing.role} ${standing.active ? "active" : "suspended"}` : "-";
  });
}

describe("random histories", () => {
  it("end every step, and answer every question after it, as the brute-force model does", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const { house, organizationId, idOf, ids } = await start(createMemoryDatabase());
        const members = membersOn(house.database, house);
        const users = createServiceClient<typeof userManagementRouter>({ module: "user-management" }, {
          call: async ({ input }) => house.service.permissionsOf(AUTH, AskedSchema.parse(input)),
        });
        const port = new PermissionPort({ users, caller: systemCaller("kernel") });
        const model = new Model();
        for (const task of steps) {
          const done = task.kind === "invite" ? await invite(house, organizationId, idOf(task.actor), idOf(task.target), task.role) : await run(members, organizationId, idOf, task);
          expect(done).toBe(model.apply(task));
          for (const [index, id] of ids.entries()) {
            for (const permission of Object.keys(CATALOGUE)) {
              expect(await port.allows(callerOf(id, organizationId), permission), `${index} ${permission}`).toBe(model.allows(CATALOGUE, index, permission));
            }
          }
        }
        expect(await stateOf(house, organizationId, ids)).toEqual(modelState(model));
      }),
      { numRuns: 100 },
    );
  }, PROPERTY_MS);
});

const AskedSchema = z.object({ userId: UserIdSchema, organizationId: OrganizationIdSchema.nullable() });

describe("simultaneous changes", () => {
  const beginnings: readonly (readonly (typeof ORGANIZATION_ROLES)[number][])[] = [["owner", "owner", "admin", "member"], ["owner", "owner", "owner", "admin"], ["owner", "admin", "admin", "member"]];

  it("come out as if they had come one after the other, in whatever order the store answers", async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.constantFrom(...beginnings), fc.array(change, { minLength: 2, maxLength: 4 }), async (scheduler, roles, tasks) => {
        const database = createMemoryDatabase();
        const { house, organizationId, idOf, ids } = await start(database);
        const before = new Model();
        const setUp = membersOn(database, house);
        for (const [index, beginning] of roles.entries()) {
          if (index === 0) continue;
          await invite(house, organizationId, idOf(0), idOf(index), "member");
          before.apply({ kind: "invite", actor: 0, target: index, role: "member" });
          const task = { kind: "role" as const, actor: 0, target: index, role: beginning };
          expect(await run(setUp, organizationId, idOf, task)).toBe(before.apply(task));
        }

        const rows = database.for(systemCaller("test", organizationId)).repository(membershipEntity);
        const watched = new WatchedDatabase(database, async (operation, call) => {
          const result = await scheduler.schedule(Promise.resolve(), `${operation.method} ${operation.table}`).then(call);
          if (operation.isWrite) expect(await rows.count({ role: "owner", status: "active" })).toBeGreaterThan(0);
          return result;
        });
        const members = membersOn(watched, house);
        const outcomes = await scheduler.waitFor(Promise.all(tasks.map((task) => run(members, organizationId, idOf, task))));

        const after = await stateOf(house, organizationId, ids);
        const explained = permutations(tasks.map((task, index) => ({ task, outcome: outcomes[index] }))).some((order) => {
          const model = new Model(before.members);
          return order.every(({ task, outcome: seen }) => model.apply(task) === seen) && String(modelState(model)) === String(after);
        });
        expect(explained, JSON.stringify({ tasks, outcomes, after })).toBe(true);
      }),
      { numRuns: 400 },
    );
  }, PROPERTY_MS);

  it("refuse nobody for a state that is over", async () => {
    const database = createMemoryDatabase();
    const { house, organizationId, idOf, ids } = await start(database);
    await invite(house, organizationId, idOf(0), idOf(1), "admin");
    // Person 1 reads the organization while it has one owner, and everything else after becoming the second.
    const asleep = Promise.withResolvers<void>();
    const awake = Promise.withResolvers<void>();
    let first = true;
    const slow = membersOn(
      new WatchedDatabase(database, async (operation, call) => {
        const result = await call();
        if (first && operation.table === "user_organizations") {
          first = false;
          asleep.resolve();
          await awake.promise;
        }
        return result;
      }),
      house,
    );
    const demoted = run(slow, organizationId, idOf, { kind: "role", actor: 1, target: 0, role: "member" });
    await asleep.promise;
    expect(await run(membersOn(database, house), organizationId, idOf, { kind: "role", actor: 0, target: 1, role: "owner" })).toBe("done");
    awake.resolve();
    expect(await demoted).toBe("done");
    expect((await stateOf(house, organizationId, ids)).slice(0, 2)).toEqual(["member active", "owner active"]);
  });

  it("leave one of two owners who demote each other", async () => {
    for (let run = 0; run < 50; run++) {
      const house = new House();
      const one = await house.founder();
      const other = await house.member(one, "owner");
      const outcomes = await Promise.all([
        outcome(house.service.changeMemberRole(one, { userId: other.userId, role: "member" })),
        outcome(house.service.changeMemberRole(other, { userId: one.userId, role: "member" })),
      ]);
      expect(outcomes.filter((code) => code === "done")).toHaveLength(1);
      expect(await house.standings(one.organizationId)).toMatchObject({ owners: 1, ownerCount: 1, noted: null });
    }
  });

  it("leave one of thirty owners who all leave at once", async () => {
    const house = new House();
    const first = await house.founder();
    const owners = [first];
    while (owners.length < 30) owners.push(await house.member(first, "owner"));
    const outcomes = await Promise.all(owners.map((owner) => outcome(house.service.leaveOrganization(owner))));
    expect(outcomes.filter((code) => code === "done")).toHaveLength(29);
    expect(outcomes.filter((code) => code === "last_owner")).toHaveLength(1);
    expect(await house.standings(first.organizationId)).toMatchObject({ owners: 1, ownerCount: 1, noted: null });
  });
});

describe("a process that carries on somebody else's change", () => {
  it("changes nothing when it wakes up after that change was carried out and overtaken", async () => {
    const database = createMemoryDatabase();
    const { house, organizationId, idOf, ids } = await start(database);
    await invite(house, organizationId, idOf(0), idOf(1), "member");
    const dying = membersOn(new WatchedDatabase(database, dyingAfter(1).around), house);
    await expect(run(dying, organizationId, idOf, { kind: "role", actor: 0, target: 1, role: "admin" })).rejects.toThrow(ProcessDied);

    const asleep = Promise.withResolvers<void>();
    const awake = Promise.withResolvers<void>();
    const slow = membersOn(
      new WatchedDatabase(database, async (operation, call) => {
        if (operation.isWrite && operation.table === "user_memberships") {
          asleep.resolve();
          await awake.promise;
        }
        return call();
      }),
      house,
    );
    const suspended = run(slow, organizationId, idOf, { kind: "suspend", actor: 0, target: 1 });
    await asleep.promise;
    expect(await run(membersOn(database, house), organizationId, idOf, { kind: "role", actor: 0, target: 1, role: "auditor" })).toBe("done");
    awake.resolve();
    expect(await suspended).toBe("done");
    expect((await stateOf(house, organizationId, ids))[1]).toBe("auditor suspended");
    const changes = database.outbox.items.filter(({ message }) => message.name === "user.membership.changed").map(({ message }) => JSON.stringify(message.payload));
    expect(changes.filter((payload) => payload.includes('"after":{"role":"admin"'))).toHaveLength(1);
  });
});

function permutations<Item>(items: readonly Item[]): Item[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, index) => permutations([...items.slice(0, index), ...items.slice(index + 1)]).map((rest) => [item, ...rest]));
}

describe("a process that dies between any two writes of a change", () => {
  const tasks: readonly Exclude<Step, { kind: "invite" }>[] = [
    { kind: "role", actor: 0, target: 1, role: "member" },
    { kind: "role", actor: 0, target: 2, role: "owner" },
    { kind: "remove", actor: 0, target: 1 },
    { kind: "suspend", actor: 0, target: 1 },
    { kind: "leave", actor: 1 },
    { kind: "role", actor: 0, target: 2, role: "admin" },
  ];

  it.each(tasks)("leaves it done or not done, an owner, and an organization that goes on: %o", async (task) => {
    let died = true;
    for (let survives = 0; died; survives++) {
      const database = createMemoryDatabase();
      const { house, organizationId, idOf, ids } = await start(database);
      await invite(house, organizationId, idOf(0), idOf(1), "owner");
      await invite(house, organizationId, idOf(0), idOf(2), "member");
      const before = await stateOf(house, organizationId, ids);
      const model = new Model(new Map([[0, { role: "owner", active: true }], [1, { role: "owner", active: true }], [2, { role: "member", active: true }]]));
      model.apply(task);

      const death = dyingAfter(survives);
      await run(membersOn(new WatchedDatabase(database, death.around), house), organizationId, idOf, task).catch((error: unknown) => {
        if (!(error instanceof ProcessDied)) throw error;
      });
      died = death.died();

      expect((await house.standings(organizationId)).owners).toBeGreaterThan(0);
      // Anybody's next change carries the one that was cut off to its end.
      expect(await run(membersOn(database, house), organizationId, idOf, { kind: "role", actor: 0, target: 0, role: "owner" })).toBe("done");
      expect([String(before), String(modelState(model))]).toContain(String(await stateOf(house, organizationId, ids)));
    }
  });
});
