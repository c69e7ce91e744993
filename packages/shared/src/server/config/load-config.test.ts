import { describe, expect, it } from "vitest";
import { z } from "zod";
import { isAppError } from "../../app-error.ts";
import { GardenSchema, GARDEN_DEFAULTS, garden, KERNEL_ENV, moduleOf, temporaryDirectory, writeFile } from "./__fixtures__/garden.ts";
import { ConfigError, problemText } from "./config-error.ts";
import type { Environment } from "./environment-layer.ts";
import { loadConfig } from "./load-config.ts";

function load({ file, env = {}, defaults = GARDEN_DEFAULTS, elsewhere = [] }: { file?: string; env?: Environment; defaults?: string; elsewhere?: string[] } = {}) {
  const operatorFile = file === undefined ? null : writeFile("coder.yaml", file);
  return loadConfig({ modules: [garden(defaults)], env: { ...KERNEL_ENV, ...env }, operatorFile, elsewhere });
}

async function refusal(work: Promise<unknown>): Promise<ConfigError> {
  const error = await work.then(() => null, (reason: unknown) => reason);
  if (!(error instanceof ConfigError)) throw new Error("The configuration was accepted", { cause: error });
  return error;
}

/** The problems without the directory of their file. */
async function problems(work: Promise<unknown>): Promise<string[]> {
  return (await refusal(work)).problems.map((each) => problemText(each).replace(/^\S*\//, ""));
}

describe("the tiers", () => {
  it("start with the shipped defaults", async () => {
    const config = await load();
    expect(config.forModule("garden").value).toEqual({
      size: 4, open: false, season: "spring", motto: null, water: { litresPerDay: 12.5, hours: [6, 18], valve: "main" }, plants: { rose: { count: 3 } }, gateToken: null,
    });
    expect(config.kernel.server).toMatchObject({ host: "127.0.0.1", port: 3000, trustedProxies: [] });
  });

  it("let the operator's file win over them, and the environment over both", async () => {
    const config = await load({ file: "garden:\n  size: 7\n  open: true\nserver:\n  port: 8080\n", env: { CODER_GARDEN__SIZE: "9" } });
    expect(config.forModule("garden").value).toMatchObject({ size: 9, open: true, season: "spring" });
    expect(config.kernel.server.port).toBe(8080);
  });

  it("read text from the environment as the key's type", async () => {
    const config = await load({
      env: {
        CODER_GARDEN__OPEN: "yes", GARDEN_MOTTO: "Carpe diem", CODER_GARDEN__WATER__LITRES_PER_DAY: "1e2", CODER_GARDEN__WATER__HOURS: "5, 21", TRUSTED_PROXIES: '["10.0.0.0/8"]', DATABASE_URL: "",
      },
    });
    expect(config.forModule("garden").value).toMatchObject({ open: true, motto: "Carpe diem", water: { litresPerDay: 100, hours: [5, 21] } });
    expect(config.kernel).toMatchObject({ server: { trustedProxies: ["10.0.0.0/8"] }, database: { url: null } });
  });

  it("let the environment set a key to null again", async () => {
    const config = await load({ file: "garden: { motto: Hello }", env: { GARDEN_MOTTO: "null" } });
    expect(config.forModule("garden").value).toMatchObject({ motto: null });
  });

  it("merge records that declare it, key by key", async () => {
    const config = await load({
      file: "garden:\n  plants:\n    ivy: { count: 1 }\n    rose: { count: 5 }\n",
      env: { CODER_GARDEN__PLANTS: '{"ivy":{"count":2}}', CODER_GARDEN__PLANTS__WILD_OAK__COUNT: "8" },
    });
    expect(config.forModule("garden").value).toMatchObject({ plants: { rose: { count: 5 }, ivy: { count: 2 }, "wild-oak": { count: 8 } } });
  });

  it("read a secret from the file that NAME_FILE names", async () => {
    const config = await load({ env: { CODER_GARDEN__GATE_TOKEN_FILE: writeFile("token", "open sesame please\n") } });
    expect(config.forModule("garden").value).toMatchObject({ gateToken: "open sesame please" });
    expect(config.catalogue().get("garden.gateToken")).toMatchObject({ where: "CODER_GARDEN__GATE_TOKEN_FILE", source: "environment" });
  });

  it("resolve references in files, as the key's type", async () => {
    const config = await load({
      file: 'garden:\n  size: ${BEDS}\n  motto: "${GREETING:-Hi} and $${welcome}"\n  season: ${SEASON:-autumn}\n  water:\n    hours: ["${EARLY:-4}", 20]\n',
      env: { BEDS: "12" },
    });
    expect(config.forModule("garden").value).toMatchObject({ size: 12, motto: "Hi and ${welcome}", season: "autumn", water: { hours: [4, 20] } });
  });

  it("know anchors, and sections that are empty", async () => {
    const config = await load({ file: "garden:\n  size: &n 30\n  water:\n  plants:\n    ivy: { count: *n }\nlog:\n" });
    expect(config.forModule("garden").value).toMatchObject({ size: 30, plants: { ivy: { count: 30 } }, water: { valve: "main" } });
  });

  it("find the operator's file by CODER_CONFIG, else as coder.yaml in the data directory, else do without", async () => {
    const named = writeFile("mine.yaml", "garden: { size: 11 }");
    const modules = [garden()];
    const byName = await loadConfig({ modules, env: { ...KERNEL_ENV, CODER_CONFIG: named } });
    expect(byName.forModule("garden").value).toMatchObject({ size: 11 });
    const inData = writeFile("coder.yaml", "garden: { size: 12 }");
    const byPlace = await loadConfig({ modules, env: { ...KERNEL_ENV, CODER_DATA: inData.replace("/coder.yaml", "") } });
    expect(byPlace.forModule("garden").value).toMatchObject({ size: 12 });
    const without = await loadConfig({ modules, env: { ...KERNEL_ENV, CODER_DATA: temporaryDirectory() } });
    expect(without.forModule("garden").value).toMatchObject({ size: 4 });
  });

  it("are frozen to the bottom", async () => {
    const { value } = (await load()).forModule("garden");
    expect(Object.isFrozen(value)).toBe(true);
    expect(Object.isFrozen(value["water"])).toBe(true);
  });
});

describe("problems", () => {
  it("are all named at once, with file, line, key and what is expected", async () => {
    const error = await refusal(load({
      file: "garden:\n  sise: 3\n  size: many\n  water:\n    hours: [1, 99]\n    valve: ${NO_SUCH_VALVE}\nseason: autumn\nserver: 8080\n",
      env: { PORT: "70000", CODER_GARDEN__OPEN: "perhaps", CODER_GARDEN__SEASONS: "x", CODER_GARDEN__GATE_TOKEN_FILE: "/no/such/file", SESSION_SECRET: "" },
    }));
    expect(error.problems.map((each) => problemText(each).replace(/^\S*\/coder/, "coder"))).toEqual([
      "CODER_GARDEN__GATE_TOKEN_FILE garden.gateToken: the file that this variable names cannot be read",
      "CODER_GARDEN__SEASONS: no setting has this variable; did you mean CODER_GARDEN__SEASON?",
      "coder.yaml:2 garden.sise: there is no such key; did you mean garden.size?",
      "coder.yaml:6 garden.water.valve: the variable NO_SUCH_VALVE is not set and the reference has no default",
      "coder.yaml:7 season: there is no such key; did you mean garden.season?",
      "coder.yaml:8 server: expected a section with keys below it",
      "PORT server.port: expected a whole number from 0 to 65535",
      "secrets.session: has no value and no default; set SESSION_SECRET or SESSION_SECRET_FILE, or the key in the operator's YAML (npm start makes the secrets it needs itself)",
      "coder.yaml:3 garden.size: expected a whole number from 1 to 100",
      "CODER_GARDEN__OPEN garden.open: expected true or false",
      expect.stringContaining("garden.water.hours.1: "),
    ]);
    expect(isAppError(error)).toBe(true);
    expect(error).toMatchObject({ kind: "invalid", code: "config_invalid" });
    expect(error.details?.["problems"]).toHaveLength(11);
    expect(error.message).toContain("The configuration has 11 problems:");
  });

  it("never show a value, not even a secret in the wrong place", async () => {
    const canary = "canary-7c1f";
    const error = await refusal(load({
      file: `garden:\n  gateToken: *${canary}\n  gateTokn: ${canary}\n  size: ${canary}\n  season: ${canary}\n  water: ${canary}\nredis:\n  url: [${canary}]\n`,
      env: { SESSION_SECRET: canary, CODER_GARDEN__GATE_TOKEN: canary, GARDEN_MOTTO: `${canary} and much more text`, CODER_GARDEN__OPEN: canary, COSMOS_ENDPOINT: canary },
    }));
    expect(error.problems.length).toBeGreaterThanOrEqual(9);
    expect(`${error.message}${error.stack}${JSON.stringify(error)}${error.remedy}`).not.toContain(canary);
  });

  it.each([
    ["broken YAML", "garden:\n  size: [1\n", /^coder\.yaml:\d+: this is not valid YAML/],
    ["a tab as indent", "garden:\n\tsize: 1\n", /^coder\.yaml:\d+: this is not valid YAML/],
    ["a key written twice", "garden:\n  size: 1\n  size: 2\n", /^coder\.yaml:3: this key is written twice/],
    ["an unknown tag", "garden:\n  size: !!js/function x\n", /^coder\.yaml:2: this is not valid YAML/],
    ["a reference that is none", "garden:\n  motto: ${not a name}\n", /^coder\.yaml:2 garden\.motto: a reference reads \$\{NAME\}/],
    ["a file that is a list", "- 1\n", /^coder\.yaml:1: expected a section/],
    ["null where a value is needed", "garden:\n  size: null\n", /^coder\.yaml:2 garden\.size: expected a whole number/],
    ["text where a number is needed", "garden:\n  size: '7'\n", /^coder\.yaml:2 garden\.size: expected a whole number/],
    ["an unknown key inside a record", "garden:\n  plants:\n    ivy: { count: 1, colour: green }\n", /^coder\.yaml:2 garden\.plants\.ivy: .*colour/],
  ])("name %s", async (_what, file, expected) => {
    const found = await problems(load({ file }));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(expected);
  });

  it("name a file that was asked for and is not there", async () => {
    const work = loadConfig({ modules: [], env: { ...KERNEL_ENV, CODER_CONFIG: "/no/such.yaml" } });
    expect(await problems(work)).toEqual(["such.yaml: the file cannot be read (ENOENT)"]);
  });

  it("name a secret that is given twice", async () => {
    expect(await problems(load({ env: { CODER_GARDEN__GATE_TOKEN: "0123456789abcdef", CODER_GARDEN__GATE_TOKEN_FILE: "/x" } }))).toEqual([
      "CODER_GARDEN__GATE_TOKEN garden.gateToken: both CODER_GARDEN__GATE_TOKEN and CODER_GARDEN__GATE_TOKEN_FILE are set; keep one",
    ]);
  });

  it("name values that a higher tier hides, because they would fail later", async () => {
    expect(await problems(load({ file: "garden: { size: 1000 }", env: { CODER_GARDEN__SIZE: "5" } }))).toEqual(["coder.yaml:1 garden.size: expected a whole number from 1 to 100"]);
  });

  it("name faults in a shipped default, also a key that is missing there", async () => {
    expect(await problems(load({ defaults: GARDEN_DEFAULTS.replace("size: 4", "sizes: 4") }))).toEqual([
      "default.yaml:1 garden.sizes: there is no such key; did you mean garden.size?",
      expect.stringMatching(/^garden\.size: has no value and no default; set CODER_GARDEN__SIZE/),
    ]);
  });

  it("name values that are fine alone and not together", async () => {
    const schema = z.strictObject({ low: z.number().meta({ description: "a" }), high: z.number().meta({ description: "b" }) }).refine(({ low, high }) => low <= high, { message: "low must not be above high", path: ["low"] });
    const work = loadConfig({ modules: [moduleOf("span", schema, "low: 1\nhigh: 2\n")], env: { ...KERNEL_ENV, CODER_SPAN__LOW: "3" }, operatorFile: null });
    expect(await problems(work)).toEqual(["span.low: low must not be above high"]);
  });

  it("are not made of what belongs to modules in other processes, nor of variables that files refer to", async () => {
    const config = await load({ file: "orchard:\n  apples: 3\ngarden:\n  motto: ${CODER_MY_OWN}\n", env: { CODER_MY_OWN: "mine", CODER_ORCHARD__APPLES: "4", CODER_NO_APT: "1" }, elsewhere: ["orchard"] });
    expect(config.forModule("garden").value).toMatchObject({ motto: "mine" });
    expect(await problems(load({ file: "orchard:\n  apples: 3\n" }))).toEqual(["coder.yaml:1 orchard: there is no such key"]);
  });

  it("cannot be smuggled in through the prototype", async () => {
    const config = await load({ file: 'garden:\n  plants: { "__proto__": { count: 1 } }\n', env: { CODER_GARDEN__PLANTS: '{"__proto__":{"count":2}}' } });
    expect(Object.prototype).not.toHaveProperty("count");
    expect(config.forModule("garden").value["plants"]).not.toHaveProperty("count");
  });
});

describe("schemas that break the rules stop the program", () => {
  const start = (schema: z.ZodObject, name = "shed") => loadConfig({ modules: [moduleOf(name, schema, "{}\n")], env: KERNEL_ENV, operatorFile: null });

  it.each([
    ["no description", z.strictObject({ a: z.string() }), "Configuration key shed.a: .meta() must come last"],
    ["a meta that a wrapper swallowed", z.strictObject({ a: z.string().meta({ description: "x" }).nullable() }), "Configuration key shed.a: .meta() must come last"],
    ["a default outside of default.yaml", z.strictObject({ a: z.string().default("x").meta({ description: "x" }) }), "Configuration key shed.a has a default in its schema"],
    ["one variable for two keys", z.strictObject({ a: z.string().meta({ description: "x", env: "PORT" }) }), "The variable PORT belongs to two keys: server.port and shed.a"],
  ])("%s", async (_what, schema, message) => {
    await expect(start(schema)).rejects.toThrow(message);
  });

  it("the name of a kernel section, and a module listed twice", async () => {
    await expect(start(GardenSchema, "server")).rejects.toThrow("has the name of a section of the kernel's configuration");
    await expect(loadConfig({ modules: [garden(), garden()], env: KERNEL_ENV, operatorFile: null })).rejects.toThrow("listed twice");
  });
});
