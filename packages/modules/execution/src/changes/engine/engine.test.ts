import { diffArrays } from "diff";
import fc from "fast-check";
import { diff3Merge } from "node-diff3";
import { describe, expect, it } from "vitest";
import { anyText, decisions, reviewedFile, textPair } from "./__fixtures__/arbitraries.ts";
import { acceptedFile } from "./accepted-file.ts";
import { carryDecisions } from "./carry-decisions.ts";
import { diffLines } from "./diff-lines.ts";
import { decided, decisionAt, hunksOf } from "./hunks.ts";
import { linesOf, textOfFile } from "./lines.ts";
import { mergeLines } from "./merge-lines.ts";

const RUNS = { numRuns: 3_000 };

describe("lines", () => {
  it("are the text, cut behind each line feed", () => {
    fc.assert(fc.property(anyText, (text) => {
      const lines = linesOf(text);
      expect(lines.join("")).toBe(text);
      for (const [index, line] of lines.entries()) expect(line.indexOf("\n")).toBe(index === lines.length - 1 && !line.endsWith("\n") ? -1 : line.length - 1);
    }), RUNS);
  });

  it("come from UTF-8 only, and keep every byte of it", () => {
    const bom = Buffer.from([0xef, 0xbb, 0xbf, 0x61, 0x0d, 0x0a]);
    expect(Buffer.from(textOfFile(bom) ?? "")).toEqual(bom);
    expect(textOfFile(Buffer.from([0x61, 0x00]))).toBeNull();
    expect(textOfFile(Buffer.from([0xff, 0x61]))).toBeNull();
    expect(textOfFile(Buffer.from([0xed, 0xa0, 0x80]))).toBeNull();
  });
});

describe("the difference of two texts", () => {
  it("makes the one of the other, with a line kept between two edits", () => {
    fc.assert(fc.property(textPair, ([base, next]) => {
      const [a, b] = [linesOf(base), linesOf(next)];
      const made: string[] = [];
      let [at, last] = [0, -1];
      for (const { baseStart, baseEnd, newStart, newEnd } of diffLines(a, b)) {
        expect(baseStart).toBeGreaterThan(last);
        made.push(...a.slice(at, baseStart), ...b.slice(newStart, newEnd));
        expect(made.length).toBe(newEnd);
        [at, last] = [baseEnd, baseEnd];
      }
      expect([...made, ...a.slice(at)].join("")).toBe(next);
    }), RUNS);
  });

  it("is as short as can be", () => {
    fc.assert(fc.property(textPair, ([base, next]) => {
      const [a, b] = [linesOf(base), linesOf(next)];
      const ours = diffLines(a, b).reduce((sum, edit) => sum + edit.baseEnd - edit.baseStart + edit.newEnd - edit.newStart, 0);
      const shortest = diffArrays([...a], [...b]).filter(({ added, removed }) => added || removed).reduce((sum, { count }) => sum + (count ?? 0), 0);
      expect(ours).toBe(shortest);
    }), RUNS);
  });

  it("begins where people would cut", () => {
    const base = "function a() {\n  one();\n}\n\nfunction c() {\n  one();\n}\n";
    const next = "function a() {\n  one();\n}\n\nfunction b() {\n  one();\n}\n\nfunction c() {\n  one();\n}\n";
    expect(diffLines(linesOf(base), linesOf(next))).toEqual([{ baseStart: 4, baseEnd: 4, newStart: 4, newEnd: 8 }]);
  });

  it("is found in texts that have next to nothing in common, and in very long ones", () => {
    const left = Array.from({ length: 20_000 }, (_, index) => `left ${index}\n`);
    const right = Array.from({ length: 20_000 }, (_, index) => (index % 5_000 === 17 ? `left ${index}\n` : `right ${index}\n`));
    const edits = diffLines(left, right);
    expect(edits).toHaveLength(5);
    const started = performance.now();
    diffLines(Array.from({ length: 300_000 }, (_, index) => `${index % 7}\n`), Array.from({ length: 300_000 }, (_, index) => `${index % 5}\n`));
    expect(performance.now() - started).toBeLessThan(20_000);
  });
});

describe("what is accepted", () => {
  it("is the proposal when all is accepted, and the original when nothing is", () => {
    fc.assert(fc.property(reviewedFile("lines"), (file) => {
      const all = acceptedFile({ ...file, hunks: file.hunks.map((hunk) => decided(hunk, "accepted")) });
      expect(all.text).toBe(file.hunks.length === 0 && file.kind !== "modify" ? (file.kind === "create" ? null : file.base) : file.proposal);
      if (file.kind === "modify") expect(all.executable).toBe(file.executable ?? file.baseExecutable);
      for (const decision of ["rejected", "undecided"] as const) {
        const none = acceptedFile({ ...file, hunks: file.hunks.map((hunk) => decided(hunk, decision)) });
        expect(none.text).toBe(file.base);
        if (file.base !== null) expect(none.executable).toBe(file.baseExecutable);
      }
    }), RUNS);
  });
});

describe("decisions", () => {
  it("stay with an edited proposal where they still fit, and are undecided where lines are new", () => {
    fc.assert(fc.property(textPair.chain(([base, next]) => {
      const { hunks } = hunksOf({ kind: "modify", base, baseExecutable: false, proposal: next, executable: null });
      return fc.tuple(fc.constant(base), fc.constant(next), decisions(hunks, "lines"), anyText);
    }), ([base, next, hunks, edited]) => {
      const same = hunksOf({ kind: "modify", base, baseExecutable: false, proposal: next, executable: null });
      expect(carryDecisions({ proposal: next, hunks }, { proposal: next, hunks: same.hunks })).toEqual(hunks);
      const fresh = hunksOf({ kind: "modify", base, baseExecutable: false, proposal: edited, executable: null });
      const carried = carryDecisions({ proposal: next, hunks }, { proposal: edited, hunks: fresh.hunks });
      const proposed = new Set(hunks.flatMap((hunk) => linesOf(next).slice(hunk.newStart - 1, hunk.newStart - 1 + hunk.newLines)));
      for (const hunk of carried) {
        for (let line = 0; line < hunk.newLines; line += 1) {
          const text = linesOf(edited)[hunk.newStart - 1 + line] ?? "";
          if (!proposed.has(text)) expect(decisionAt(hunk, hunk.baseLines + line)).toBe("undecided");
        }
      }
    }), RUNS);
  });
});

describe("two changes of one text", () => {
  const three = fc.tuple(textPair, fc.boolean()).chain(([[base, ours], same]) => fc.tuple(fc.constant(base), fc.constant(ours), same ? fc.constant(ours) : textPair.map(([, other]) => other), fc.nat(8), fc.array(fc.constantFrom("p\n", "q\n"), { maxLength: 2 })))
    .map(([base, ours, other, at, added]) => {
      const lines = [...linesOf(base)];
      lines.splice(Math.min(at, lines.length), 1, ...added);
      return { base, ours, theirs: added.length > 0 ? lines.join("") : other };
    });

  it("are put together so that no added line of either side is lost, or refused", () => {
    let merges = 0;
    fc.assert(fc.property(three, ({ base, ours, theirs }) => {
      const merged = mergeLines(base, ours, theirs);
      if ("conflicts" in merged) {
        expect(merged.conflicts.length).toBeGreaterThan(0);
        return;
      }
      merges += 1;
      const count = (text: string, line: string) => linesOf(text).filter((each) => each === line).length;
      for (const line of new Set([...linesOf(base), ...linesOf(ours), ...linesOf(theirs)])) {
        const [b, o, t, m] = [base, ours, theirs, merged.text].map((text) => count(text, line)) as [number, number, number, number];
        // What each side added is there, at least as often as the side that added more; what a side removed is gone at most once for each.
        expect(m).toBeGreaterThanOrEqual(Math.min(o, t, b + Math.min(o - b, 0) + Math.min(t - b, 0)));
        expect(m).toBeLessThanOrEqual(b + Math.max(o - b, 0) + Math.max(t - b, 0));
        if (o >= b && t >= b) expect(m).toBeGreaterThanOrEqual(Math.max(o, t));
      }
    }), RUNS);
    expect(merges).toBeGreaterThan(500);
  });

  it("agree with another implementation wherever both find no conflict", () => {
    let compared = 0;
    fc.assert(fc.property(three, ({ base, ours, theirs }) => {
      const merged = mergeLines(base, ours, theirs);
      const [first, ...more] = diff3Merge([...linesOf(ours)], [...linesOf(base)], [...linesOf(theirs)], { excludeFalseConflicts: true });
      const distinct = new Set(linesOf(base)).size === linesOf(base).length;
      // With lines that repeat there is more than one shortest difference, and each is right.
      if ("conflicts" in merged || more.length > 0 || !first?.ok || !distinct) return;
      compared += 1;
      expect(linesOf(merged.text)).toEqual(first.ok);
    }), RUNS);
    expect(compared).toBeGreaterThan(50);
  });

  it("are the one change where the other side changed nothing", () => {
    fc.assert(fc.property(textPair, ([base, next]) => {
      expect(mergeLines(base, next, base)).toEqual({ text: next });
      expect(mergeLines(base, base, next)).toEqual({ text: next });
      expect(mergeLines(base, next, next)).toEqual({ text: next });
    }), RUNS);
  });

  it("are refused with the place where they meet", () => {
    expect(mergeLines("1\n2\n3\n4\n", "1\nx\n3\n4\n", "1\ny\n3\n4\n")).toEqual({ conflicts: [{ baseStart: 1, baseEnd: 2 }] });
    expect(mergeLines("1\n2\n3\n4\n", "0\n1\n2\n3\n4\n", "1\n2\n3\n4\n5\n")).toEqual({ text: "0\n1\n2\n3\n4\n5\n" });
  });
});
