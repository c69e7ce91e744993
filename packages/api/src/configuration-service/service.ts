import type { Caller } from "@coder/shared";
import { serviceRef } from "@coder/shared/trpc";
import type {
  ChangedSetting, GetSettingInput, ListChangesInput, ListSettingsInput, ResetSettingInput, RollBackChangeInput, Setting, SettingChangePage, SettingPage,
  SetSettingInput, Snapshot,
} from "./schemas.ts";

export interface IConfigurationService {
  /** Every key that the process of this module knows, with its value and where that comes from. */
  listSettings(caller: Caller, input: ListSettingsInput): Promise<SettingPage>;
  /** `setting_not_found` with the nearest key. */
  getSetting(caller: Caller, input: GetSettingInput): Promise<Setting>;
  /**
   * Stores a value. Refused with `setting_not_settable`, `locked_by_environment` and `locked_by_file` (it would have no
   * effect), `schema_violation`, and `version_conflict` when the setting was changed since it was read.
   */
  setSetting(caller: Caller, input: SetSettingInput): Promise<ChangedSetting>;
  /** Takes the stored value away. `setting_not_stored` when there is none. */
  resetSetting(caller: Caller, input: ResetSettingInput): Promise<ChangedSetting>;
  listChanges(caller: Caller, input: ListChangesInput): Promise<SettingChangePage>;
  /** Stores what was there before the change; the same refusals as for any change. */
  rollBackChange(caller: Caller, input: RollBackChangeInput): Promise<ChangedSetting>;
  /** For the configuration of every process. */
  snapshot(caller: Caller): Promise<Snapshot>;
}

export const configurationServiceRef = serviceRef<IConfigurationService>("configuration-service");
