import { loadConfig, RESERVED_VARIABLES } from "@coder/shared/server";
import { registry } from "@coder/modules";
import { describe, expect, it } from "vitest";
import { LAUNCHER_VARIABLES } from "../launcher/environment.mjs";
import { ROOT } from "../walls/source.ts";
import { generatedFiles } from "./all.ts";
import { configFiles } from "./config-files.ts";
import { outdated } from "./generated-file.ts";

describe("what is generated and committed", () => {
  it("are up to date (npm run gen)", () => {
    expect(outdated(ROOT, generatedFiles(ROOT)).map(({ path }) => path)).toEqual([]);
  });

  it("list variables that work: with every default set the configuration is the one without any", async () => {
    const text = configFiles().find(({ path }) => path === ".env.example")?.text ?? "";
    const variables = [...text.matchAll(/^#([A-Z][A-Z0-9_]*)=(.*)$/gm)].map(([, name = "", value = ""]) => [name, value] as const);
    expect(variables.length).toBeGreaterThan(25);
    const secrets = { SESSION_SECRET: "s".repeat(32), SERVICE_TOKEN_SECRET: "t".repeat(32) };
    const load = (env: Record<string, string>) => loadConfig({ modules: registry, env: { ...env, ...secrets }, operatorFile: null });
    const [bare, full] = [await load({}), await load(Object.fromEntries(variables))];
    expect(full.kernel).toEqual(bare.kernel);
    for (const { name } of registry) expect(full.forModule(name).value).toEqual(bare.forModule(name).value);
  });
});

it("the loader leaves the launcher's variables alone", () => {
  expect(RESERVED_VARIABLES.toSorted()).toEqual(LAUNCHER_VARIABLES.map(({ name }) => name).filter((name) => name.startsWith("CODER_")).toSorted());
});
