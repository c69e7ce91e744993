/** Names an entry without the right to read or list it. Linux; Node has no name for it. */
export const O_PATH = 0o10000000;
