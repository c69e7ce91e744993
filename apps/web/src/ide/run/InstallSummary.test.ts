import { describe, expect, it } from "vitest";
import { InstallSummary } from "./InstallSummary.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const fetched = (name: string, ms = 12) => `\u001b[1mnpm\u001b[22m \u001b[32mhttp\u001b[39m \u001b[94mfetch\u001b[39m GET 200 http://127.0.0.1:4/${name}/-/${name}-1.0.0.tgz ${ms}ms (cache miss)\n`;
/** What stands in a terminal after that. */
const shown = (written: string) => written.split("\n").map((line) => line.slice(line.lastIndexOf("\u001b[2K") + 1).replace("[2K", ""));

describe("the output of an installation", () => {
  it("counts what was fetched in one line, each package once, and shows all else", () => {
    const summary = new InstallSummary();
    const output = `npm warn old\n${fetched("a")}npm http cache b@http://127.0.0.1:4/b/-/b-1.0.0.tgz 0ms (cache hit)\n${fetched("b")}${fetched("b", 14)}\nadded 2 packages in 3s\n`;
    expect(shown(summary.write(bytes(output)) + summary.end())).toEqual(["npm warn old", "Fetched 2 packages", "", "added 2 packages in 3s", ""]);
  });

  it("shows what did not come, and goes on counting", () => {
    const summary = new InstallSummary();
    const failed = "npm http fetch GET 503 http://127.0.0.1:4/c/-/c-1.0.0.tgz 5ms attempt #2\n";
    expect(shown(summary.write(bytes(fetched("a") + failed + fetched("b"))) + summary.end())).toEqual(["Fetched 1 package", failed.trim(), "Fetched 2 packages", ""]);
  });

  it("says the same however the output comes in pieces, letters of several bytes among them", () => {
    const whole = bytes(`Größe\n${fetched("a")}${fetched("b")}ende`);
    const once = new InstallSummary();
    const expected = once.write(whole) + once.end();
    const piecewise = new InstallSummary();
    let written = "";
    for (const byte of whole) written += piecewise.write(Uint8Array.of(byte));
    expect(written + piecewise.end()).toBe(expected);
    expect(shown(expected)).toEqual(["Größe", "Fetched 2 packages", "ende"]);
  });
});
