import { expect, it } from "vitest";
import { seccompFilter } from "./seccomp-filter.ts";

const ALLOW = 0x7fff_0000;
const [X64, ARM64] = [0xc000_003e, 0xc000_00b7];

/** Runs a filter as the kernel does: classic BPF over `struct seccomp_data`. */
function decide(filter: Buffer, { arch, number, first = 0, second = 0 }: { arch: number; number: number; first?: number; second?: number }): number {
  const data: Readonly<Record<number, number>> = { 0: number, 4: arch, 16: first, 24: second % 2 ** 32, 28: Math.floor(second / 2 ** 32) };
  let accumulator = 0;
  for (let at = 0; at < filter.length / 8; at += 1) {
    const [code, ifSo, ifNot, value] = [filter.readUInt16LE(at * 8), filter.readUInt8(at * 8 + 2), filter.readUInt8(at * 8 + 3), filter.readUInt32LE(at * 8 + 4)];
    if (code === 0x06) return value;
    if (code === 0x20) accumulator = data[value] ?? Number.NaN;
    else at += (code === 0x15 ? accumulator === value : accumulator >= value) ? ifSo : ifNot;
  }
  throw new Error("The filter runs over its end");
}

it.each([
  ["x64", { arch: X64, number: 0 }, ALLOW],
  ["x64", { arch: X64, number: 57 }, ALLOW],
  ["x64", { arch: X64, number: 41, first: 1 }, ALLOW],
  ["x64", { arch: X64, number: 41, first: 2 }, ALLOW],
  ["x64", { arch: X64, number: 41, first: 10 }, ALLOW],
  ["x64", { arch: X64, number: 41, first: 16 }, ALLOW],
  ["x64", { arch: X64, number: 41, first: 40 }, 0x5_0000 + 97],
  ["x64", { arch: X64, number: 41, first: 38 }, 0x5_0000 + 97],
  ["x64", { arch: X64, number: 250 }, 0x5_0000 + 1],
  ["x64", { arch: X64, number: 321 }, 0x5_0000 + 1],
  ["x64", { arch: X64, number: 425 }, 0x5_0000 + 38],
  ["x64", { arch: X64, number: 285 }, 0x5_0000 + 95],
  ["arm64", { arch: ARM64, number: 47 }, 0x5_0000 + 95],
  ["x64", { arch: X64, number: 0x4000_0000 + 41, first: 40 }, 0x5_0000 + 38],
  ["x64", { arch: 0x4000_0003, number: 359, first: 40 }, 0x5_0000 + 38],
  ["arm64", { arch: ARM64, number: 63 }, ALLOW],
  ["arm64", { arch: ARM64, number: 198, first: 1 }, ALLOW],
  ["arm64", { arch: ARM64, number: 198, first: 40 }, 0x5_0000 + 97],
  ["arm64", { arch: ARM64, number: 219 }, 0x5_0000 + 1],
  ["arm64", { arch: 0x4000_0028, number: 281 }, 0x5_0000 + 38],
])("on %s %j gives %d", (architecture, call, expected) => {
  for (const countsAllMemory of [true, false]) expect(decide(seccompFilter({ arch: architecture, countsAllMemory }) ?? Buffer.alloc(0), call)).toBe(expected);
});

it.each([
  ["x64", { arch: X64, number: 319 }, 0x5_0000 + 38],
  ["x64", { arch: X64, number: 447 }, 0x5_0000 + 38],
  ["x64", { arch: X64, number: 29, second: 56 }, ALLOW],
  ["x64", { arch: X64, number: 29, second: 65_536 }, ALLOW],
  ["x64", { arch: X64, number: 29, second: 65_537 }, 0x5_0000 + 22],
  ["x64", { arch: X64, number: 29, second: 2 ** 32 + 56 }, 0x5_0000 + 22],
  ["arm64", { arch: ARM64, number: 279 }, 0x5_0000 + 38],
  ["arm64", { arch: ARM64, number: 194, second: 65_537 }, 0x5_0000 + 22],
])("on %s %j gives %d only where memory in no process is not counted", (architecture, call, expected) => {
  expect(decide(seccompFilter({ arch: architecture, countsAllMemory: false }) ?? Buffer.alloc(0), call)).toBe(expected);
  expect(decide(seccompFilter({ arch: architecture, countsAllMemory: true }) ?? Buffer.alloc(0), call)).toBe(ALLOW);
});

it("is not there for a processor whose numbers are not known", () => {
  expect(seccompFilter({ arch: "riscv64", countsAllMemory: true })).toBe(null);
});
