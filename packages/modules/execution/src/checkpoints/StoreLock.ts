import { createHash } from "node:crypto";
import { createConnection, createServer, type Server } from "node:net";

/**
 * One holder at a time over all processes of the machine: a listening socket in the kernel's own namespace, which is gone with the process that held it. Who
 * waits is connected to the holder, so it hears at once when the lock is free.
 */
export async function lockStore(store: string): Promise<AsyncDisposable> {
  const name = `\0coder-checkpoints-${createHash("sha256").update(store).digest("hex").slice(0, 32)}`;
  for (;;) {
    const held = await listen(name);
    if (held) return held;
    await closing(name);
  }
}

function listen(name: string): Promise<AsyncDisposable | null> {
  const { promise, resolve, reject } = Promise.withResolvers<AsyncDisposable | null>();
  const waiting = new Set<{ destroy(): void }>();
  const server: Server = createServer((socket) => {
    waiting.add(socket.on("error", () => undefined).once("close", () => waiting.delete(socket)));
  });
  server.once("error", (error: NodeJS.ErrnoException) => (error.code === "EADDRINUSE" ? resolve(null) : reject(error)));
  server.listen(name, () =>
    resolve({
      [Symbol.asyncDispose]: async () => {
        const closed = Promise.withResolvers<void>();
        server.close(() => closed.resolve());
        for (const socket of waiting) socket.destroy();
        await closed.promise;
      },
    }),
  );
  return promise;
}

function closing(name: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  createConnection(name).on("error", () => undefined).once("close", () => resolve()).resume();
  return promise;
}
