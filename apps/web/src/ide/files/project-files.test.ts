import type { AppRouter } from "@coder/api/root";
import { ProjectIdSchema } from "@coder/api/workspace";
import { createTRPCClient } from "@trpc/client";
import { observable } from "@trpc/server/observable";
import { expect, it, vi } from "vitest";
import { ProjectFiles } from "./project-files.ts";

/** A server that answers when it is told to. */
function slowServer() {
  const asked: { readonly path: string; readonly answer: (data: unknown) => void }[] = [];
  const client = createTRPCClient<AppRouter>({
    links: [() => ({ op: { path } }) => observable((observer) => {
      asked.push({
        path,
        answer: (data) => {
          observer.next({ result: { type: "data", data } });
          observer.complete();
        },
      });
    })],
  });
  return { asked, files: new ProjectFiles({ projectId: ProjectIdSchema.parse("01a209d1-0636-70bf-8693-970e51b7c7c0"), client }) };
}

it("deletes what is being renamed under its new name, once it has that", async () => {
  const { asked, files } = slowServer();
  const moved = files.move([{ from: "a.ts", to: "b.ts" }]);
  const removed = files.remove(["b.ts"]);
  await vi.waitFor(() => expect(asked.length).toBeGreaterThan(0));
  expect(asked.map(({ path }) => path)).toEqual(["workspace.moveEntries"]);
  asked[0]?.answer({ items: [] });
  await moved;
  await vi.waitFor(() => expect(asked[1]?.path).toBe("workspace.deleteEntries"));
  asked[1]?.answer({ trashId: "t1" });
  expect(await removed).toBe("t1");
});

it("renames a file when what is being written to it is there", async () => {
  const { asked, files } = slowServer();
  const written = Promise.withResolvers<Response>();
  vi.stubGlobal("fetch", () => written.promise);
  const writing = files.write("src/a.ts", new Uint8Array(), "any");
  const moved = files.move([{ from: "src", to: "lib" }]);
  await new Promise((resolve) => setImmediate(resolve));
  expect(asked).toEqual([]);
  written.resolve(Response.json({ path: "src/a.ts", hash: "0".repeat(64), sizeBytes: 0, modifiedAt: "2026-01-01T00:00:00.000Z" }));
  await writing;
  await vi.waitFor(() => expect(asked[0]?.path).toBe("workspace.moveEntries"));
  asked[0]?.answer({ items: [] });
  expect(await moved).toEqual([]);
  vi.unstubAllGlobals();
});
