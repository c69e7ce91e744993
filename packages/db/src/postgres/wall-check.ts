import type { EntityDescriptor } from "../entity.ts";
import type { Catalogue } from "./catalogue.ts";
import { KERNEL_WALLS, UNWALLED_TABLES, wallOf, type TableWall } from "./row-level-security.ts";

/** The walls that all tables should have: the kernel's and those of the descriptors. */
export function expectedWalls(entities: readonly EntityDescriptor[]): readonly TableWall[] {
  return [...KERNEL_WALLS, ...entities.map(wallOf)];
}

/** Where the database differs from what the descriptors say, by table. Empty when every table stands behind its wall. */
export function wallFaults(catalogue: Catalogue, walls: readonly TableWall[]): ReadonlyMap<string, readonly string[]> {
  const expected = new Map(walls.map((wall) => [wall.table, wall]));
  const present = catalogue.tables.filter(({ name }) => !UNWALLED_TABLES.includes(name));
  const faults = new Map<string, readonly string[]>();
  for (const { name } of present) {
    const wall = expected.get(name);
    const found = wall ? faultsOf(catalogue, wall) : ["no entity descriptor says whose rows it holds"];
    if (found.length > 0) faults.set(name, found);
  }
  for (const table of expected.keys()) if (!present.some(({ name }) => name === table)) faults.set(table, ["the database has no such table"]);
  return faults;
}

function faultsOf(catalogue: Catalogue, wall: TableWall): string[] {
  const table = catalogue.tables.find(({ name }) => name === wall.table);
  const security = [table?.enabled ? [] : ["row-level security is off"], table?.forced ? [] : ["row-level security is not forced"]].flat();
  const policies = differences(
    "policy",
    wall.policies.map(({ name, role, command, using, check }) => [name, role, command, using, check].join(" | ")),
    catalogue.policies.filter((policy) => policy.table === wall.table).map(({ name, roles, command, using, check }) => [name, roles.join(","), command, using, check].join(" | ")),
  );
  const grants = differences(
    "privilege",
    Object.entries(wall.grants).flatMap(([role, privileges]) => privileges.map((privilege) => `${role} ${privilege}`)),
    catalogue.grants.filter((grant) => grant.table === wall.table).map(({ role, privilege }) => `${role} ${privilege}`),
  );
  return [...security, ...policies, ...grants];
}

function differences(what: string, expected: readonly string[], found: readonly string[]): string[] {
  const missing = expected.filter((item) => !found.includes(item)).map((item) => `${what} is missing: ${item}`);
  const extra = found.filter((item) => !expected.includes(item)).map((item) => `${what} nobody declared: ${item}`);
  return [...missing, ...extra];
}
