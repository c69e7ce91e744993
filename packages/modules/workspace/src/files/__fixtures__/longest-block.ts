/** Runs work, and says for how many milliseconds of its own time this thread at most did nothing else. Time that other processes took does not count. */
export async function longestBlock(work: () => Promise<unknown>): Promise<number> {
  let worst = 0;
  let before = threadMs();
  const look = setInterval(() => {
    const now = threadMs();
    worst = Math.max(worst, now - before);
    before = now;
  }, 1);
  try {
    await work();
  } finally {
    clearInterval(look);
  }
  return worst;
}

function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
