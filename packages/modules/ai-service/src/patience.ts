/** So long what a call leaves to be written, its cost and how its request ended, waits for that of others, to be written with it. */
export const PATIENCE_MS = 50;
