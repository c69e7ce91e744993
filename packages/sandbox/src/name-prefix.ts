import { readlinkSync } from "node:fs";

/**
 * How the name begins of what this process makes outside of memory and a later one removes when this one was killed; its number follows. Where processes are
 * counted anew, in a container for example, the same numbers are others: so with the namespace they are counted in.
 */
export function namePrefix(): string {
  return `coder-sandbox-${readlinkSync("/proc/self/ns/pid").replace(/\D/g, "")}-`;
}
