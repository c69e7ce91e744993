import { spawnSync } from "node:child_process";
import { z } from "zod";

/** Whether a program's clock can be set: needs `faketime`. */
export const CAN_SET_CLOCK = spawnSync("faketime", ["-f", "+1h", "true"]).status === 0;

/** What makes a program's clock run so many hours ahead; behind when negative. What measures how long something takes stays right. */
export function clockOff(hours: number): Readonly<Record<string, string>> {
  const offset = `${hours < 0 ? "-" : "+"}${Math.abs(hours)}h`;
  const { stdout } = spawnSync("faketime", ["-f", offset, process.execPath, "-p", "JSON.stringify({ library: process.env.LD_PRELOAD ?? process.env.DYLD_INSERT_LIBRARIES })"], { encoding: "utf8" });
  const { library } = z.object({ library: z.string() }).parse(JSON.parse(stdout));
  return { LD_PRELOAD: library, FAKETIME: offset, FAKETIME_DONT_FAKE_MONOTONIC: "1" };
}
