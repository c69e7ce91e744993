export { settingChangedEvent } from "./events.ts";
export { configurationServicePermissions } from "./permissions.ts";
export { ChangeActionSchema, SETTING_SOURCES, SettingChangePageSchema, SettingChangeSchema, SettingPageSchema, SettingSchema } from "./schemas.ts";
export type {
  ChangedSetting, GetSettingInput, ListChangesInput, ListSettingsInput, ResetSettingInput, RollBackChangeInput, Setting, SettingChange, SettingChangePage, SettingOrigin,
  SettingPage, SetSettingInput, Snapshot, StoredValue,
} from "./schemas.ts";
export type { IConfigurationService } from "./service.ts";
