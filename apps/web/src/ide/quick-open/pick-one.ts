import { Store } from "#lib/store.ts";

export interface PickOption<Value extends string> {
  readonly value: Value;
  readonly label: string;
  readonly detail?: string;
}

interface OpenPick {
  readonly title: string;
  readonly options: readonly PickOption<string>[];
  readonly done: (value: string | null) => void;
}

/** The question that is asked at the moment. Drawn by `QuickPick`, which stands once in an open project. */
export const openPick = new Store<OpenPick | null>(null);

/** Lets somebody choose one of many by typing part of its name. Null when they do not. */
export function pickOne<Value extends string>(title: string, options: readonly PickOption<Value>[]): Promise<Value | null> {
  const { promise, resolve } = Promise.withResolvers<Value | null>();
  openPick.get()?.done(null);
  openPick.set({ title, options, done: (value) => resolve(options.find((option) => option.value === value)?.value ?? null) });
  return promise;
}
