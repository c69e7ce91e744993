import { outcome } from "@coder/testing";
import { describe, expect, it } from "vitest";
import { CONFIG, outcomes } from "../__fixtures__/house.ts";
import type { AuthConfig } from "../config.ts";
import { PasswordHasher } from "./PasswordHasher.ts";
import { QueueFullError, WorkQueue } from "./WorkQueue.ts";

function hasherWith(passwords: Partial<AuthConfig["passwords"]> = {}) {
  const config = { value: { ...CONFIG, passwords: { ...CONFIG.passwords, ...passwords } }, onChange: () => () => {} };
  return { config, hasher: new PasswordHasher({ config, now: () => 0 }) };
}

describe("the password hasher", () => {
  it("makes Argon2id hashes with the configured costs and a salt of their own", async () => {
    const { hasher } = hasherWith({ memoryKiB: 2_048, iterations: 2 });
    const [first, second] = await Promise.all([hasher.hash("one password"), hasher.hash("one password")]);
    expect(first).toMatch(/^\$argon2id\$v=19\$m=2048,t=2,p=1\$/);
    expect(first).not.toBe(second);
    expect(hasher.isOutdated(first)).toBe(false);
    for (const encoded of [first, second]) expect(await hasher.verify(encoded, "one password")).toBe(true);
  });

  it("tells passwords apart to the last character, and takes one text in two spellings for one", async () => {
    const { hasher } = hasherWith();
    const encoded = await hasher.hash("Caf\u00e9 \0 at noon");
    expect(await hasher.verify(encoded, "Cafe\u0301 \0 at noon")).toBe(true);
    for (const other of ["Café ", "Café \0", "Café \0 at noon ", "café \0 at noon", ""]) expect(await hasher.verify(encoded, other)).toBe(false);
    const long = "x".repeat(255);
    expect(await hasher.verify(await hasher.hash(`${long}a`), `${long}b`)).toBe(false);
  });

  it("works as hard for a password that nobody has", async () => {
    const { hasher } = hasherWith();
    expect(await hasher.verify(null, "any password")).toBe(false);
    expect(hasher.done).toBe(1);
  });

  it("turns work away beyond its queue, at once, and goes on afterwards", async () => {
    const { hasher } = hasherWith({ concurrency: 1, queueLimit: 3 });
    expect(await outcomes(Array.from({ length: 50 }, () => hasher.hash("a password")))).toEqual({ done: 4, hashing_busy: 46 });
    expect(hasher.done).toBe(4);
    expect(await hasher.health()).toMatchObject({ status: "degraded" });
    expect(await outcome(hasher.hash("a password"))).toBe("done");
  });

  it("does not mistake a broken hash for a wrong password", async () => {
    const { hasher } = hasherWith();
    await expect(hasher.verify("no hash at all", "a password")).rejects.toThrow();
  });
});

describe("the work queue", () => {
  it("never runs more side by side than allowed, and keeps the order", async () => {
    const queue = new WorkQueue(() => ({ concurrency: 3, queueLimit: 100 }));
    let running = 0;
    let most = 0;
    const order: number[] = [];
    const work = Array.from({ length: 50 }, (_, index) =>
      queue.run(async () => {
        most = Math.max(most, ++running);
        order.push(index);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
      }),
    );
    await Promise.all(work);
    expect(most).toBe(3);
    expect(order).toEqual([...order].sort((left, right) => left - right));
  });

  it("frees the place of work that failed", async () => {
    const queue = new WorkQueue(() => ({ concurrency: 1, queueLimit: 0 }));
    await expect(queue.run(() => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
    expect(await queue.run(async () => "fine")).toBe("fine");
    const held = queue.run(() => new Promise((resolve) => setImmediate(resolve)));
    await expect(queue.run(async () => "no place")).rejects.toThrow(QueueFullError);
    await held;
    expect(queue.waiting).toBe(0);
    expect(queue.refused).toBe(1);
  });

  it("follows limits that change while work waits", async () => {
    const limits = { concurrency: 1, queueLimit: 10 };
    const queue = new WorkQueue(() => limits);
    let release = () => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    let running = 0;
    const first = queue.run(() => gate);
    const rest = Array.from({ length: 4 }, () => queue.run(async () => void (running += 1)));
    limits.concurrency = 4;
    release();
    await Promise.all([first, ...rest]);
    expect(running).toBe(4);
  });
});
