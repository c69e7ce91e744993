import type { AppRouter } from "@coder/api/root";
import { createTRPCClient, httpLink } from "@trpc/client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { aheadLink, askAhead } from "./ahead.ts";
import { question } from "./question.ts";

const asked: string[] = [];

/** A server that answers each question with its own name, and refuses sessions when they are asked in company. */
beforeEach(() => {
  vi.useFakeTimers();
  asked.length = 0;
  vi.stubGlobal("fetch", async (input: string | URL | Request) => {
    const { pathname, searchParams } = new URL(input instanceof Request ? input.url : input, "http://here.invalid");
    asked.push(pathname);
    const paths = pathname.slice("/api/trpc/".length).split(",");
    const answers = paths.map((path) => (searchParams.has("batch") && path === "auth.currentSession" ? { error: { message: "no", code: -1, data: {} } } : { result: { data: path } }));
    return Response.json(searchParams.has("batch") ? answers : answers[0]);
  });
});
afterEach(() => {
  vi.runAllTimers();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const client = createTRPCClient<AppRouter>({ links: [aheadLink(), httpLink({ url: "http://here.invalid/api/trpc" })] });
const PREFERENCES = question("userManagement", "getPreferences", {});

describe("what was asked ahead", () => {
  it("answers once, and only the same question", async () => {
    askAhead([PREFERENCES, question("workspace", "getProject", { id: "a" })]);
    expect(await client.workspace.getProject.query({ id: "a" })).toBe("workspace.getProject");
    expect(asked).toEqual(["/api/trpc/userManagement.getPreferences,workspace.getProject"]);
    await client.workspace.getProject.query({ id: "a" });
    await client.workspace.getProject.query({ id: "b" });
    expect(asked.slice(1)).toEqual(["/api/trpc/workspace.getProject", "/api/trpc/workspace.getProject"]);
  });

  it("is asked again where it failed, beside others that did not", async () => {
    askAhead([question("auth", "currentSession", {}), PREFERENCES]);
    expect(await client.auth.currentSession.query({})).toBe("auth.currentSession");
    expect(await client.userManagement.getPreferences.query({})).toBe("userManagement.getPreferences");
    expect(asked).toHaveLength(2);
  });

  it("is out of date after a while", async () => {
    askAhead([PREFERENCES]);
    vi.advanceTimersByTime(10_000);
    await client.userManagement.getPreferences.query({});
    expect(asked).toHaveLength(2);
  });
});
