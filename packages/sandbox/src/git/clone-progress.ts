/** What git reports while it clones. `total` is 0 while it is not known. */
export interface CloneProgress {
  readonly phase: "counting" | "compressing" | "receiving" | "resolving" | "writing";
  readonly done: number;
  readonly total: number;
}

const PHASES: readonly { readonly phase: CloneProgress["phase"]; readonly title: RegExp }[] = [
  { phase: "counting", title: /(?:Enumerating|Counting) objects/ },
  { phase: "compressing", title: /Compressing objects/ },
  { phase: "receiving", title: /Receiving objects|Unpacking objects/ },
  { phase: "resolving", title: /Resolving deltas/ },
  { phase: "writing", title: /Updating files/ },
];
const LONGEST_LINE = 4_096;

/** Reads git's progress, whose lines are written over one another, as it arrives in pieces of any length. */
export function progressReader(onProgress: (progress: CloneProgress) => void): (text: string) => void {
  let rest = "";
  return (text) => {
    const lines = (rest + text).split(/[\r\n]/);
    rest = (lines.pop() ?? "").slice(-LONGEST_LINE);
    for (const line of lines) {
      const progress = parse(line);
      if (progress) onProgress(progress);
    }
  };
}

function parse(line: string): CloneProgress | null {
  const found = PHASES.find(({ title }) => title.test(line));
  const [, percent, part, whole, alone] = /:\s+(?:(\d+)% \((\d+)\/(\d+)\)|(\d+))/.exec(line) ?? [];
  if (!found || (percent === undefined && alone === undefined)) return null;
  return { phase: found.phase, done: Number(part ?? alone), total: Number(whole ?? 0) };
}
