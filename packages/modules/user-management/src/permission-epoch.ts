let epoch = 0;

/**
 * Counts the changes of standing made in this process. A remembered decision holds only while the count is the one it was made under,
 * so what is changed here is effective here at once; other processes forget by time.
 */
export const permissionEpoch = {
  get current(): number {
    return epoch;
  },
  advance(): void {
    epoch += 1;
  },
};
