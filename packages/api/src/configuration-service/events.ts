import { defineEvent } from "@coder/shared";
import { SettingChangeSchema } from "./schemas.ts";

/** A stored value was set, reset or rolled back. Readers of the configuration need not listen: their live settings change by themselves. */
export const settingChangedEvent = defineEvent("configuration.setting.changed", SettingChangeSchema);
