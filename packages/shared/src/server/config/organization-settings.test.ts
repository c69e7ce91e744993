import { describe, expect, it } from "vitest";
import { z } from "zod";
import { OrganizationIdSchema } from "../../ids.ts";
import { newId } from "../new-id.ts";
import { organizationSettings, settingsFor } from "./organization-settings.ts";

const count = z.coerce.number<number>().int().min(1);
const schema = organizationSettings({ jobs: count.max(100), days: z.coerce.number<number>().int().min(0) });
const organizationId = newId(OrganizationIdSchema);

describe("settings of single organizations", () => {
  it("take numbers that the key itself would take, by the id of an organization", () => {
    expect(schema.parse({ [organizationId]: { jobs: 5 } })).toEqual({ [organizationId]: { jobs: 5 } });
    expect(schema.parse({})).toEqual({});
    const hostile = [{ acme: { jobs: 5 } }, { [organizationId.toUpperCase()]: { jobs: 5 } }, { [organizationId]: { jobs: 101 } }, { [organizationId]: { jobs: "5" } }, { [organizationId]: { days: null } }, { [organizationId]: { job: 5 } }, { [organizationId]: 5 }];
    for (const value of hostile) expect([value, schema.safeParse(value).success]).toEqual([value, false]);
  });

  it("hold for what they name, and for nobody else", () => {
    const everybodys = { jobs: 10, days: 7 };
    const organizations = { [organizationId]: { days: 0 } };
    expect(settingsFor(everybodys, organizations, organizationId)).toEqual({ jobs: 10, days: 0 });
    expect(settingsFor(everybodys, organizations, newId(OrganizationIdSchema))).toEqual(everybodys);
    expect(settingsFor(everybodys, organizations, null)).toEqual(everybodys);
    expect(everybodys).toEqual({ jobs: 10, days: 7 });
  });
});
