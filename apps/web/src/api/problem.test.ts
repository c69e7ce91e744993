import { AppError } from "@coder/shared";
import { TRPCClientError } from "@trpc/client";
import { describe, expect, it } from "vitest";
import { describeProblem, toProblem } from "./problem.ts";

const wire = (data: unknown) => TRPCClientError.from({ error: { message: "m", code: -32_600, data } } as never);

describe("a problem", () => {
  it("is what the server said, with the trace that its log knows", () => {
    const error = new AppError("conflict", "last_owner", "This is the last owner.", { remedy: "Make another first." });
    expect(toProblem(wire({ traceId: "t1", error: error.toJSON() }))).toEqual({
      kind: "conflict", code: "last_owner", message: "This is the last owner.", remedy: "Make another first.", traceId: "t1", details: {}, issues: [],
    });
  });

  it("names the fields that were refused", () => {
    const error = new AppError("invalid", "invalid_input", "m", { remedy: "r", details: { issues: [{ path: "email", message: "is taken" }] } });
    expect(toProblem(wire({ error: error.toJSON() })).issues).toEqual([{ path: "email", message: "is taken" }]);
  });

  it("says that the server cannot be reached when no answer came", () => {
    expect(toProblem(TRPCClientError.from(new TypeError("Failed to fetch"))).kind).toBe("offline");
  });

  it("does not show what it cannot read", () => {
    expect(toProblem(wire({ secret: "stack" }))).toMatchObject({ kind: "internal", code: "unreadable_answer" });
    expect(toProblem("text")).toMatchObject({ kind: "internal", code: "page_failed" });
  });

  it("can be handed on", () => {
    const problem = toProblem(wire({ traceId: "t1", error: new AppError("internal", "internal", "It failed.", { remedy: "Try again." }).toJSON() }));
    expect(describeProblem(problem, "/audit", new Date(0))).toBe("It failed. Try again.\nCode: internal (internal)\nTrace: t1\nPage: /audit\nTime: 1970-01-01T00:00:00.000Z");
  });
});
