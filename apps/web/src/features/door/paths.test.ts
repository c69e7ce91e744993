import { describe, expect, it } from "vitest";
import { isDoor, nextPath, signInPath } from "./paths.ts";

describe("the way in and back", () => {
  it("comes back to where somebody wanted to go, with its search", () => {
    const path = signInPath({ pathname: "/audit", search: "?q=actor%3Ame" });
    expect(nextPath(new URL(path, "https://coder.example").searchParams.get("next"))).toBe("/audit?q=actor%3Ame");
  });

  it("names no way back to the start page", () => {
    expect(signInPath({ pathname: "/", search: "" })).toBe("/sign-in");
  });

  it.each(["https://evil.example", "//evil.example", "/\\evil.example", "/\t/evil.example", "javascript:alert(1)", "people", "", null, "/sign-in?next=/x", "/setup"])("leads to the start page instead of %j", (next) => {
    expect(nextPath(next)).toBe("/");
  });

  it("leads to an invitation", () => {
    expect(nextPath("/invite/abc")).toBe("/invite/abc");
  });

  it("knows which pages stand in front of the sign-in", () => {
    expect(["/sign-in", "/invite/abc", "/setup"].every(isDoor)).toBe(true);
    expect(["/", "/people", "/sign-in-sheet", "/invited"].some(isDoor)).toBe(false);
  });
});
