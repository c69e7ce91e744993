import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

interface Step {
  readonly verb: string;
  readonly file: string;
  /** The text beside which the block goes. */
  readonly anchor: string;
  readonly block: string;
}

const STEP = /<!-- follow: (create|append|before|after|replace) (\S+) ?(.*?) -->\n( *)```(?:ts|prisma|md)\n([\s\S]*?)\n *```/g;

/** Does in the repository at `root` what a guide tells its reader to do. Throws where a step no longer fits. Returns how many there were. */
export function followGuide(root: string, guide: string): number {
  const steps = [...readFileSync(path.join(root, guide), "utf8").matchAll(STEP)].map(([, verb = "", file = "", anchor = "", indent = "", body = ""]): Step => ({
    verb, file, anchor,
    block: body.split("\n").map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line)).join("\n"),
  }));
  for (const step of steps) apply(root, step);
  return steps.length;
}

function apply(root: string, { verb, file, anchor, block }: Step): void {
  const full = path.join(root, file);
  if (verb === "create") {
    mkdirSync(path.dirname(full), { recursive: true });
    writeFileSync(full, `${block}\n`);
    return;
  }
  const text = readFileSync(full, "utf8");
  if (verb !== "append" && text.split(anchor).length !== 2) throw new Error(`${file} has not exactly one «${anchor}»`);
  const edited = {
    append: () => `${text}\n${block}\n`,
    before: () => text.replace(anchor, () => `${block}\n${anchor}`),
    after: () => text.replace(anchor, () => `${anchor}\n${block}`),
    replace: () => text.replace(anchor, () => block),
  }[verb];
  if (!edited) throw new Error(`A guide cannot ${verb}`);
  writeFileSync(full, edited());
}
