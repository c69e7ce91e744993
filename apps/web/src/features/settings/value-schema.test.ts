import { describe, expect, it } from "vitest";
import { editText, readText, settingTitle, valueKind } from "./value-schema.ts";

describe("the control of a setting", () => {
  it.each([
    [{ type: "boolean" }, "boolean"],
    [{ type: "string", enum: ["open", "invitation"] }, "choice"],
    [{ type: "integer", minimum: 1 }, "number"],
    [{ anyOf: [{ type: "string" }, { type: "null" }] }, "text"],
    [{ type: "array", items: { type: "string" } }, "json"],
    [{ anyOf: [{ type: "string" }, { type: "number" }] }, "json"],
    [{}, "json"],
  ])("for %j is %s", (schema, kind) => {
    expect(valueKind(schema).kind).toBe(kind);
  });

  it("holds numbers to their limits, in words", () => {
    const kind = valueKind({ type: "integer", minimum: 1, maximum: 10 });
    expect(readText(kind, "7")).toEqual({ ok: true, value: 7 });
    expect(readText(kind, "0")).toEqual({ ok: false, message: "Enter at least 1" });
    expect(readText(kind, "1.5")).toEqual({ ok: false, message: "Enter a whole number" });
    expect(readText(kind, "")).toEqual({ ok: false, message: "Enter a number" });
  });

  it("reads empty as none where none is allowed, and only there", () => {
    expect(readText(valueKind({ anyOf: [{ type: "integer" }, { type: "null" }] }), " ")).toEqual({ ok: true, value: null });
    expect(readText(valueKind({ type: "string" }), "")).toEqual({ ok: true, value: "" });
  });

  it.each([[{ type: "boolean" }, true], [{ type: "string" }, "a"], [{ type: "number" }, 1.5], [{ type: "array" }, ["a", { b: 1 }]]])("gives back the value it shows: %j", (schema, value) => {
    const kind = valueKind(schema);
    expect(readText(kind, editText(kind, value))).toEqual({ ok: true, value });
  });

  it("is named by the last part of the key", () => {
    expect(settingTitle("auth.passwords.memoryKiB")).toEqual({ path: "passwords", name: "Memory KiB" });
    expect(settingTitle("user-management.signUp")).toEqual({ path: "", name: "Sign up" });
    expect(settingTitle("server.publicURL")).toEqual({ path: "", name: "Public URL" });
  });
});
