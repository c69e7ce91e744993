import type { AppRouter } from "@coder/api/root";
import { ProjectIdSchema, type SearchItem } from "@coder/api/workspace";
import { createTRPCClient, TRPCClientError, type TRPCLink } from "@trpc/client";
import { observable } from "@trpc/server/observable";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type SearchRequest, TextSearch } from "./TextSearch.ts";

const PROJECT = ProjectIdSchema.parse("018f0000-0000-7000-8000-000000000003");
const REQUEST: SearchRequest = { query: "a", regex: false, caseSensitive: false, wholeWord: false, include: [], exclude: [], useIgnoreFiles: true };
const SUMMARY = { files: 1, matches: 1, limited: false, tookMs: 1 };
const NOT_THROUGH = { files: [{ path: "a.ts", matches: [] }], done: false as const };

/** A link as the page's: it tells at once how it stands, and then what the server says. */
class Link {
  isDown = false;
  streams: { readonly say: (item: SearchItem) => void; readonly end: () => void; open: boolean }[] = [];

  readonly link: TRPCLink<AppRouter> = () => () =>
    observable((observer) => {
      const error = this.isDown ? TRPCClientError.from<AppRouter>(new Error("The socket was closed")) : null;
      observer.next({ result: { type: "state", state: "connecting", error } });
      const stream = { say: (data: SearchItem) => observer.next({ result: { type: "data", data } }), end: () => observer.complete(), open: true };
      this.streams.push(stream);
      return () => {
        stream.open = false;
        // As the websocket's does, for whoever listens still.
        observer.complete();
      };
    });
}

let link: Link;
let search: TextSearch;
beforeEach(() => {
  vi.useFakeTimers();
  link = new Link();
  search = new TextSearch({ client: createTRPCClient<AppRouter>({ links: [link.link] }), projectId: PROJECT });
});
afterEach(() => {
  vi.useRealTimers();
});

it("shows what is found as it comes, and is done when the server says so", () => {
  search.start(REQUEST);
  link.streams[0]?.say(NOT_THROUGH);
  expect(search.get().files).toEqual([]);
  vi.advanceTimersByTime(100);
  expect(search.get()).toMatchObject({ phase: "running", files: [{ path: "a.ts" }] });
  link.streams[0]?.say({ done: true, summary: SUMMARY });
  expect(search.get()).toMatchObject({ phase: "done", files: [{ path: "a.ts" }], summary: SUMMARY, problem: null });
  expect(link.streams[0]?.open).toBe(false);
});

it("has failed at once where the link is down already, and can be begun anew", () => {
  link.isDown = true;
  search.start(REQUEST);
  expect(search.get()).toMatchObject({ phase: "failed", problem: { remedy: expect.any(String) } });
  expect(link.streams.map(({ open }) => open)).toEqual([false]);
  link.isDown = false;
  search.start(REQUEST);
  expect(search.get()).toMatchObject({ phase: "running", problem: null });
});

it("has failed, with what was found until then, when the server ends it before it is through", () => {
  search.start(REQUEST);
  link.streams[0]?.say(NOT_THROUGH);
  link.streams[0]?.end();
  expect(search.get()).toMatchObject({ phase: "failed", files: [{ path: "a.ts" }], problem: { code: "search_ended" } });
  expect(vi.getTimerCount()).toBe(0);
});

it("has not failed when it is stopped, and does not speak into the next one", () => {
  search.start(REQUEST);
  link.streams[0]?.say(NOT_THROUGH);
  search.stop();
  expect(search.get()).toMatchObject({ phase: "done", problem: null });
  expect(vi.getTimerCount()).toBe(0);
  search.start(REQUEST);
  search.start({ ...REQUEST, query: "b" });
  expect(link.streams.map(({ open }) => open)).toEqual([false, false, true]);
  expect(search.get()).toMatchObject({ phase: "running", files: [], problem: null });
});
