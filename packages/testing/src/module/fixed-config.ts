import type { ILiveConfig } from "@coder/shared/server";

/** A module's settings that stay as they are. */
export function fixedConfig<Value>(value: Value): ILiveConfig<Value> {
  return { value, onChange: () => () => {} };
}
