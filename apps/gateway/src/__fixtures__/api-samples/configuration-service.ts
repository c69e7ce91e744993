import { z } from "zod";
import type { ApiSamples } from "../contract-world.ts";

const SETTING = "auth.sessions.idleMinutes";
const SettingSchema = z.object({ key: z.string(), version: z.string().nullable() });
const ChangesSchema = z.object({ items: z.array(z.looseObject({ id: z.string() })).min(1) });

export const samples: ApiSamples = (world) => {
  const setting = () => world.askAs("owner", SettingSchema, "GET", `/configuration/settings/${SETTING}`);
  const change = async () => world.askAs("owner", z.unknown(), "PUT", `/configuration/settings/${SETTING}`, { version: (await setting()).version, value: 700 });
  return {
    "configurationService.getSetting": () => ({ key: SETTING }),
    "configurationService.setSetting": async () => ({ ...(await setting()), value: 600 }),
    "configurationService.resetSetting": async () => {
      await change();
      return setting();
    },
    "configurationService.rollBackChange": async () => {
      await change();
      const { items } = await world.askAs("owner", ChangesSchema, "GET", "/configuration/changes");
      return { id: items[0]?.id, version: (await setting()).version };
    },
  };
};
