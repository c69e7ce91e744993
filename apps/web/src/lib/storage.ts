/** Browser storage that may be full, blocked or hold an older shape: reading gives null, writing never throws. */

function read(storage: () => Storage, key: string): unknown {
  try {
    const text = storage().getItem(`coder:${key}`);
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

function write(storage: () => Storage, key: string, value: unknown): void {
  try {
    if (value === null) storage().removeItem(`coder:${key}`);
    else storage().setItem(`coder:${key}`, JSON.stringify(value));
  } catch {
    // Remembering is a convenience; the page works without it.
  }
}

export const readLocal = (key: string): unknown => read(() => localStorage, key);
export const writeLocal = (key: string, value: unknown): void => write(() => localStorage, key, value);
export const readSession = (key: string): unknown => read(() => sessionStorage, key);
export const writeSession = (key: string, value: unknown): void => write(() => sessionStorage, key, value);
