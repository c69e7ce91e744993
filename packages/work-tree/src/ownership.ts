import type { BigIntStats } from "node:fs";
import { lchown } from "node:fs/promises";

/**
 * Gives something to the owner of something else: what the product makes in a tree belongs to the one who owns what is there, so that programs of
 * the project can change it. Without the rights of root everything belongs to whoever runs the product anyway.
 */
export async function ownLike(path: string | Buffer, like: Pick<BigIntStats, "uid" | "gid">): Promise<void> {
  try {
    await lchown(path, Number(like.uid), Number(like.gid));
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EPERM")) throw error;
  }
}
