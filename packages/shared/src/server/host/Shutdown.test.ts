import { describe, expect, it } from "vitest";
import { Shutdown } from "./Shutdown.ts";

/** Writes down when each part begins and has ended. */
function recorder() {
  const told: string[] = [];
  const part = (name: string, until: Promise<unknown> = Promise.resolve()) => async () => {
    told.push(name);
    await until;
    told.push(`${name} ended`);
  };
  return { told, part };
}

describe("Shutdown", () => {
  it("drains side by side, then closes what was opened last first", async () => {
    const { told, part } = recorder();
    const shutdown = new Shutdown();
    const jobs = Promise.withResolvers<void>();
    shutdown.closes(part("database"));
    shutdown.closes(part("queue"));
    shutdown.drains(part("jobs", jobs.promise));
    shutdown.drains(async () => {
      told.push("requests");
      jobs.resolve();
    });
    await shutdown.run();
    expect(told).toEqual(["jobs", "requests", "jobs ended", "queue", "queue ended", "database", "database ended"]);
  });

  it("ends the rest when a part fails, and says what failed", async () => {
    const { told, part } = recorder();
    const shutdown = new Shutdown();
    const broken = (message: string) => () => {
      throw new Error(message);
    };
    shutdown.closes(part("database"));
    shutdown.closes(broken("queue"));
    shutdown.drains(broken("jobs"));
    await expect(shutdown.run()).rejects.toMatchObject({ errors: [{ message: "jobs" }, { message: "queue" }] });
    expect(told).toEqual(["database", "database ended"]);
  });

  it("does not wait for what does not let go", async () => {
    const { told, part } = recorder();
    const shutdown = new Shutdown({ letGoMs: 20 });
    shutdown.closes(part("database"));
    shutdown.closes(part("queue", new Promise(() => {})));
    await shutdown.run();
    expect(told).toEqual(["queue", "database", "database ended"]);
  });

  it("ends each part once, however often it is asked", async () => {
    const { told, part } = recorder();
    const shutdown = new Shutdown();
    shutdown.closes(part("database"));
    await shutdown.run();
    await shutdown.run();
    expect(told).toEqual(["database", "database ended"]);
  });
});
