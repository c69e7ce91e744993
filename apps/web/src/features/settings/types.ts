import type { AppRouter } from "@coder/api/root";
import type { inferRouterOutputs } from "@trpc/server";

// Settings as they arrive: a value may be anything that JSON can say, and JSON leaves out what is undefined.

type Outputs = inferRouterOutputs<AppRouter>["configurationService"];
export type Setting = Outputs["getSetting"];
export type SettingOrigin = Setting["hides"][number];
export type SettingChange = Outputs["listChanges"]["items"][number];
