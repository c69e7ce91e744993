import { describe, expect, it } from "vitest";
import { isExposed, isLoopback } from "./exposure.ts";

describe("loopback", () => {
  it("is this machine and nothing that only looks like it", () => {
    expect(["127.0.0.1", "127.8.0.1", "localhost", "LOCALHOST", "ide.localhost", "::1", "[::1]"].filter((host) => !isLoopback(host))).toEqual([]);
    expect(["0.0.0.0", "::", "[::]", "192.168.1.4", "coder.example.com", "127.0.0.1.example.com", "127.evil.example", "localhost.example.com", "notlocalhost", ""].filter(isLoopback)).toEqual([]);
  });
});

describe("an installation", () => {
  const local = { host: "127.0.0.1", publicUrl: null };

  it("is for this machine alone by default, and under a name of this machine", () => {
    expect([local, { ...local, publicUrl: "http://localhost:4000" }, { ...local, publicUrl: "http://[::1]:4000/" }].filter(isExposed)).toEqual([]);
  });

  it("can be reached by others where it listens for them, or a proxy passes them on", () => {
    const reachable = [{ ...local, host: "0.0.0.0" }, { ...local, publicUrl: "https://coder.example.com" }, { ...local, host: "::", publicUrl: "http://localhost" }];
    expect(reachable.filter((server) => !isExposed(server))).toEqual([]);
  });
});
