import type { userManagementRouter } from "@coder/api/user-management/router";
import { systemCaller, UserIdSchema } from "@coder/shared";
import { newId } from "@coder/shared/server";
import { createServiceClient } from "@coder/shared/trpc";
import { somebody } from "@coder/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { callerOf, House } from "./__fixtures__/house.ts";
import { permissionEpoch } from "./permission-epoch.ts";
import { PermissionPort } from "./PermissionPort.ts";

const READ = "user-management.member.read";
const ann = somebody();
const bob = callerOf(newId(UserIdSchema), ann.organizationId);

describe("the permission port", () => {
  let asked: unknown[];
  let held: string[];
  let clock: number;
  let answer: () => Promise<void>;
  let port: PermissionPort;

  beforeEach(() => {
    asked = [];
    held = [READ];
    clock = 0;
    answer = async () => {};
    const users = createServiceClient<typeof userManagementRouter>({ module: "user-management" }, {
      call: async ({ input }) => {
        asked.push(input);
        const permissions = [...held];
        await answer();
        return { permissions };
      },
    });
    port = new PermissionPort({ users, caller: systemCaller("kernel"), monotonic: () => clock });
  });

  it("asks once in a second for one person in one organization", async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => port.allows(ann, READ)));
    expect(answers.every(Boolean)).toBe(true);
    clock = 999;
    expect(await port.allows(ann, "other")).toBe(false);
    expect(asked).toEqual([{ userId: ann.userId, organizationId: ann.organizationId }]);
    await port.allows(bob, READ);
    await port.allows({ ...ann, organizationId: null }, READ);
    expect(asked).toHaveLength(3);
  });

  it("has forgotten what another process took away after one second at the latest", async () => {
    expect(await port.allows(ann, READ)).toBe(true);
    held = [];
    clock = 1_000;
    expect(await port.allows(ann, READ)).toBe(false);
  });

  it("counts the second from the question, not from a late answer", async () => {
    const late = Promise.withResolvers<void>();
    answer = () => late.promise;
    const first = port.allows(ann, READ);
    held = [];
    clock = 1_200;
    late.resolve();
    await first;
    expect(await port.allows(ann, READ)).toBe(false);
  });

  it("forgets at once what was changed in this process, also while the answer is under way", async () => {
    expect(await port.allows(ann, READ)).toBe(true);
    held = [];
    permissionEpoch.advance();
    expect(await port.allows(ann, READ)).toBe(false);

    held = [READ];
    permissionEpoch.advance();
    const late = Promise.withResolvers<void>();
    answer = () => late.promise;
    const before = port.allows(ann, READ);
    held = [];
    permissionEpoch.advance();
    late.resolve();
    expect(await before).toBe(true);
    expect(await port.allows(ann, READ)).toBe(false);
  });

  it("does not remember a failure", async () => {
    answer = async () => {
      throw new Error("connect ECONNREFUSED");
    };
    await expect(port.allows(ann, READ)).rejects.toThrow("ECONNREFUSED");
    answer = async () => {};
    expect(await port.allows(ann, READ)).toBe(true);
  });

  it("remembers a bounded number of people, those asked last", async () => {
    const crowd = Array.from({ length: 10_001 }, () => callerOf(newId(UserIdSchema), ann.organizationId));
    for (const person of crowd) await port.allows(person, READ);
    const before = asked.length;
    await port.allows(crowd.at(-1) ?? ann, READ);
    expect(asked).toHaveLength(before);
    await port.allows(crowd[0] ?? ann, READ);
    expect(asked).toHaveLength(before + 1);
  });

  it("lets a suspension in this process be felt by the very next request", async () => {
    const house = new House();
    const owner = await house.founder();
    const member = await house.member(owner, "member");
    const users = createServiceClient<typeof userManagementRouter>({ module: "user-management" }, {
      call: () => house.service.permissionsOf(systemCaller("kernel"), { userId: member.userId, organizationId: member.organizationId }),
    });
    const real = new PermissionPort({ users, caller: systemCaller("kernel") });
    expect(await real.allows(member, READ)).toBe(true);
    await house.service.suspendMember(owner, { userId: member.userId });
    expect(await real.allows(member, READ)).toBe(false);
    await house.service.reactivateMember(owner, { userId: member.userId });
    expect(await real.allows(member, READ)).toBe(true);
    await house.service.removeMember(owner, { userId: member.userId });
    expect(await real.allows(member, READ)).toBe(false);
  });
});
