/** The database tier of the configuration, as the configuration-service holds it. */
export interface ISettingsPort {
  /** Installation-wide values by full key (`auth.signUp`). `version` changes with every write. */
  snapshot(): Promise<{ readonly version: string; readonly values: Readonly<Record<string, unknown>> }>;
}
