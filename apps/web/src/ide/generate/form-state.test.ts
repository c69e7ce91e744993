import { describe, expect, it } from "vitest";
import { BLANK, checkForm, formOf, paramsOf, spansOf } from "./form-state.ts";

const NOTHING = { endpoint: null, testData: null, understood: [], assumed: [], missing: [], input: null } as const;

describe("the form of a generator", () => {
  it("takes what a sentence said and leaves the rest as it was", () => {
    const form = formOf({ ...NOTHING, understood: [], assumed: [], missing: [], generator: "http-endpoint", endpoint: { method: "POST", path: null, action: "create", entity: "Order", params: [], fields: [{ name: "total", type: "number", list: false, optional: false }] } }, BLANK);
    expect(form.endpoint).toEqual({ method: "POST", path: "", action: "create", entity: "Order", params: [], fields: [{ key: 0, name: "total", type: "number", list: false, optional: false }] });
    expect(form.data).toBe(BLANK.data);
    expect(formOf({ ...NOTHING, understood: [], assumed: [], missing: [], generator: null }, form)).toBe(form);
  });

  it("tells field by field what is wrong", () => {
    expect(checkForm({ ...BLANK, endpoint: { ...BLANK.endpoint, path: "users" } })).toMatchObject({ input: null, errors: { path: expect.stringContaining("/users/:id"), entity: expect.stringContaining("User") } });
    expect(checkForm({ ...BLANK, generator: "test-data" }).errors).toEqual({ "tables.0.type": "Choose a type", "tables.0.rows": "Enter a number from 1 to 10000" });
  });

  it("gives the server parameters that are in the path alone", () => {
    const { input } = checkForm({ ...BLANK, endpoint: { ...BLANK.endpoint, path: "/users/:id", action: "get", entity: "User", params: [{ name: "id", type: "uuid" }, { name: "gone", type: "uuid" }] } });
    expect(input).toMatchObject({ params: [{ name: "id", type: "uuid" }] });
    expect(paramsOf("/a/:b/c/:d")).toEqual(["b", "d"]);
  });

  it("cuts a sentence at what was understood", () => {
    expect(spansOf("get a user now", [{ start: 0, end: 3, field: "method", value: "GET" }, { start: 6, end: 10, field: "entity", value: "User" }])).toEqual([
      { text: "get", field: "method" }, { text: " a ", field: null }, { text: "user", field: "entity" }, { text: " now", field: null },
    ]);
  });
});
