import { describe, expect, it } from "vitest";
import { garden } from "./__fixtures__/garden.ts";
import { describeVariables, moduleConfigSchema } from "./documentation.ts";

describe("the variables", () => {
  it("are those of the kernel and the modules, with their defaults as they would be written", () => {
    const variables = describeVariables([garden()]);
    const of = (name: string) => variables.find((each) => each.name === name);
    expect(of("PORT")).toEqual({ name: "PORT", key: "server.port", module: null, description: "Port of the gateway", secret: false, default: "3000" });
    expect(of("SESSION_SECRET")).toMatchObject({ secret: true, default: "" });
    expect(of("CODER_GARDEN__WATER__HOURS")).toMatchObject({ module: "garden", default: "6,18" });
    expect(of("CODER_GARDEN__PLANTS")).toMatchObject({ default: '{"rose":{"count":3}}' });
    expect(of("GARDEN_MOTTO")).toMatchObject({ key: "garden.motto", default: "" });
  });
});

describe("a module's JSON schema", () => {
  it("describes every key with its default and requires none", () => {
    const schema = moduleConfigSchema(garden());
    expect(schema).toMatchObject({
      title: "Configuration of garden", type: "object", additionalProperties: false,
      properties: {
        size: { type: "integer", minimum: 1, maximum: 100, description: "Beds", default: 4 },
        motto: { default: null },
        water: { type: "object", additionalProperties: false, properties: { hours: { type: "array", default: [6, 18] } } },
        plants: { additionalProperties: { required: ["count"] } },
      },
    });
    expect(schema).not.toHaveProperty("required");
    expect(schema).not.toHaveProperty("properties.water.required");
    expect(JSON.stringify(schema)).not.toMatch(/"(env|secret|restart|merge|settable)":/);
  });
});
