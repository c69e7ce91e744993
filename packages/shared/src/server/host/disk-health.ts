import { statfs } from "node:fs/promises";
import type { HealthCheck } from "../../health.ts";

/** Room for the next files of PostgreSQL's journal and for what is being imported and built, until somebody has looked. */
const LOW_BYTES = 1024 ** 3;

/** Warns before the disk of the data directory is full: then PostgreSQL stops, and with it this page. */
export function diskHealth(directory: string, lowBytes = LOW_BYTES): HealthCheck {
  return async () => {
    const disk = await statfs(directory).catch(() => null);
    // A process on another machine may have no data directory.
    if (disk === null) return { status: "up" };
    const free = disk.bavail * disk.bsize;
    const message = `${gigabytes(free)} of ${gigabytes(disk.blocks * disk.bsize)} free where ${directory} lies`;
    if (free >= lowBytes) return { status: "up", message };
    return { status: "degraded", message: `Only ${message}`, remedy: "Free some space there: on a full disk the database stops, and nothing can be saved." };
  };
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1024 ** 3).toFixed(1)} GB`;
}
