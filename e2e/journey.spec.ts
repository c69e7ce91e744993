import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { expect, fillAccount, goTo, test as base, type NewPerson } from "./fixtures.ts";
import { ANSWER, CITED, KNOWLEDGE, makeProject, NEEDS, NOT_FOUND_SAYS_WHO, QUESTION } from "./journey-project.ts";
import { startModel } from "./model.ts";
import { LOOK, picture } from "./pictures.ts";
import { startProduct } from "./product.ts";
import { Disk, entry, goToFile, projectId, record, runCommand, shownText, tab, tree } from "./projects.ts";
import { startRegistry } from "./registry.ts";

interface Around {
  readonly registry: Awaited<ReturnType<typeof startRegistry>>;
  readonly model: Awaited<ReturnType<typeof startModel>>;
}

const test = base.extend<object, Around>({
  registry: [
    async ({ browserName: _browser }, use) => {
      const registry = await startRegistry(...NEEDS);
      await use(registry);
      registry.stop();
    },
    { scope: "worker" },
  ],
  model: [
    async ({ browserName: _browser }, use) => {
      const model = await startModel(KNOWLEDGE);
      await use(model);
      await model.mock.stop();
    },
    { scope: "worker" },
  ],
  product: [
    async ({ registry }, use) => {
      const product = await startProduct(registry.variables);
      await use(product);
      await product.stop();
    },
    { scope: "worker", timeout: 660_000 },
  ],
});

test.use({ installation: "journey" });

const ROOT = resolve(import.meta.dirname, "..");
const ADA: NewPerson = { name: "Ada Lovelace", email: "ada@example.org" };
const BEN: NewPerson = { name: "Ben Bernstein", email: "ben@example.org" };
const SERVICE = ["fastify.js", "examples/plugin.js", "lib/users-store.js"] as const;
const NEEDLE = "decodeURI";
const FIRST_USER = "users.set('1', { id: '1', name: 'Ada' })";

test("from the first account to a change that was asked for, reviewed, applied, run and talked about", async ({ visit, product, registry, model }) => {
  const { restart } = product;
  test.skip(restart === undefined, "It begins without an owner, and is started again with a model.");
  const source = await makeProject(registry);
  const { page, context, complaints } = await visit(LOOK);
  const ben = await visit(LOOK);
  let id = "";
  let disk = new Disk(context, product.url, id);

  await test.step("1 and 2: the first account owns the installation, and a second person comes by invitation", async () => {
    await page.goto("/");
    await expect(page.getByRole("heading", { name: "Create the first account" })).toBeVisible();
    await fillAccount(page, ADA);
    await expect(page.getByText("You are an owner here")).toBeVisible();
    await goTo(page, "People");
    await page.getByRole("button", { name: "Invite", exact: true }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Make the link" }).click();
    const link = await dialog.getByLabel("Invitation link").inputValue();
    await dialog.getByRole("button", { name: "Done" }).click();
    await ben.page.goto(link);
    await fillAccount(ben.page, BEN);
    await expect(ben.page.getByText("You are a member here")).toBeVisible();
    await goTo(page, "Audit log");
    const log = page.getByRole("grid", { name: "Audit entries" });
    for (const action of ["Create invitation", "Sign up"]) await expect(log.getByRole("row", { name: new RegExp(action) }).first(), action).toBeVisible();
    await expect(log.getByRole("row", { name: new RegExp(BEN.name) }).first()).toBeVisible();
    await goTo(page, "Settings");
    await expect(page.getByRole("article", { name: "server.port" }).getByText("Environment: PORT outranks what is set here")).toBeVisible();
    await goTo(page, "Health");
    for (const part of ["PostgreSQL", "gateway", "worker", "web", "execution", "ai-service"]) await expect(page.getByRole("main").getByRole("rowheader", { name: part, exact: true }), part).toBeVisible();
  });

  await test.step("3: other people's code is imported, and says how far it is", async () => {
    await goTo(page, "Projects");
    const told = await record(page, "[role=progressbar][aria-label^='Upload'], [role=progressbar][aria-label^='Import of']", "aria-label");
    await page.getByRole("button", { name: "Import", exact: true }).first().click();
    const dialog = page.getByRole("dialog", { name: "Import a project" });
    await dialog.locator("input[type=file]").setInputFiles(await source.zip("find-my-way.zip"));
    await dialog.getByRole("button", { name: "Import", exact: true }).click();
    await page.waitForURL(/\/projects\/[0-9a-f-]{36}/);
    await expect(tree(page)).toBeVisible({ timeout: 60_000 });
    expect(new Set((await told()).map((text) => text.replace(/ .*/, "")))).toEqual(new Set(["Upload", "Import"]));
    id = projectId(page);
    disk = new Disk(context, product.url, id);
    await expect(page.getByRole("button", { name: /^Branch main/ })).toBeVisible();
    expect(await disk.text("index.js")).toBe(await readFile(join(ROOT, "node_modules/find-my-way/index.js"), "utf8"));
  });

  await test.step("4: it is browsed, edited and saved, searched as ripgrep does, and shows what changed", async () => {
    await page.keyboard.press("Control+Shift+e");
    await expect(tree(page)).toBeFocused();
    await page.keyboard.type("lib");
    await page.keyboard.press("ArrowRight");
    await expect(entry(page, "url-sanitizer.js")).toBeVisible();
    await goToFile(page, "example.js");
    await expect(page.getByText("Ln 1, Col 1", { exact: true })).toBeVisible();
    await page.keyboard.type("// The smallest service there is.\n");
    await expect(tab(page, /^example\.js, .*unsaved/)).toBeVisible();
    await page.keyboard.press("Control+s");
    await expect(tab(page, /^example\.js.*unsaved/)).toHaveCount(0);
    const text = `// The smallest service there is.\n${await readFile(join(source.tree, "example.js"), "utf8")}`;
    expect(await disk.text("example.js")).toBe(text);
    await writeFile(join(source.tree, "example.js"), text);

    await page.keyboard.press("Control+Shift+g");
    const changes = page.getByRole("tree", { name: "Changes" });
    await expect(changes.getByRole("treeitem").filter({ hasText: /[MU]$/ })).toHaveText([/example\.js/]);
    await changes.getByRole("treeitem").filter({ hasText: "example.js" }).dblclick();
    await expect(page.locator(".monaco-diff-editor .modified .view-lines[role=presentation]")).toContainText("// The smallest service there is.");
    await expect(page.locator(".monaco-diff-editor .original .view-lines")).not.toContainText("// The smallest service there is.");

    await runCommand(page, "close all editors");
    await expect(tab(page, /example\.js/)).toHaveCount(0);

    await page.keyboard.press("Control+Shift+f");
    const view = page.getByRole("region", { name: "Search", exact: true });
    await view.getByRole("textbox", { name: "Search", exact: true }).fill(NEEDLE);
    const { matches, files } = source.count(NEEDLE);
    await expect(view.getByRole("status")).toHaveText(`${matches.toLocaleString("en")} results in ${files.toLocaleString("en")} files`);
    expect(matches).toBeGreaterThan(20);
    const found = view.getByRole("tree", { name: "Search results" });
    await found.getByRole("treeitem").filter({ hasText: `function ${ANSWER} (path` }).click();
    await expect.poll(() => shownText(page)).toContain(`function ${ANSWER} (path`);
    await picture(page, "editor");
  });

  await test.step("5: it is indexed, and code is found by what it does, with the reason", async () => {
    await page.keyboard.press("Control+Shift+m");
    const view = page.getByRole("region", { name: "Search by meaning" });
    await view.getByRole("button").filter({ hasText: "Index this project" }).click();
    await expect(view.getByText(/^\d[\d,]* parts of \d[\d,]* files/)).toBeVisible({ timeout: 90_000 });
    await view.getByRole("textbox", { name: "What the code does" }).fill(QUESTION);
    await page.keyboard.press("Enter");
    const hits = view.getByRole("tree", { name: "Results" }).getByRole("treeitem");
    await expect(hits.first()).toBeVisible();
    const names = await hits.allTextContents();
    const at = names.findIndex((text) => text.includes(ANSWER));
    expect(at, names.slice(0, 5).join("\n")).toBeGreaterThanOrEqual(0);
    expect(at, names.slice(0, 5).join("\n")).toBeLessThan(3);
    await hits.nth(at).click();
    await expect.poll(() => shownText(page)).toContain(`function ${ANSWER}`);
    await picture(page, "meaning");
  });

  await test.step("6: the job dashboard shows what ran, who started it and what it said", async () => {
    await page.goto("/jobs");
    const jobs = page.getByRole("grid", { name: "Jobs", exact: true });
    for (const title of ["Import a project", "Index a project"]) await expect(jobs.getByRole("row").filter({ hasText: title }).first()).toContainText("Completed");
    // The one that was asked for: the index follows the files by itself since, for nobody.
    await jobs.getByRole("row").filter({ hasText: "Index a project" }).last().click();
    const sheet = page.getByRole("complementary");
    await expect(sheet.getByRole("definition").filter({ hasText: ADA.name })).toBeVisible();
    await expect(sheet.getByRole("log")).toContainText("Indexed");
    await sheet.getByRole("link", { name: "Open the project" }).click();
    await expect(tab(page, /url-sanitizer\.js/)).toBeVisible();
  });

  const run = page.locator("[data-view=run]");
  const output = page.locator("[data-view=output]");
  const outcome = output.getByRole("status");

  await test.step("7: its dependencies are installed as a job, from the registry that is configured", async () => {
    await page.keyboard.press("Control+Shift+d");
    await expect(run.getByText("Dependencies are missing")).toBeVisible();
    await run.getByRole("button", { name: "Install dependencies" }).click();
    await expect(outcome).toContainText("Succeeded", { timeout: 120_000 });
    await expect(run.getByText("Dependencies are missing")).toHaveCount(0, { timeout: 30_000 });
    expect(await disk.text("node_modules/fastify/package.json")).toContain(`"version": "${registry.dependencies["fastify"]}"`);
  });

  await test.step("8: a sentence becomes a form, and the form a change set", async () => {
    await page.keyboard.press("Control+j");
    await expect(output).toHaveCount(0);
    await page.keyboard.press("Control+Alt+g");
    await expect(page.getByText("Fastify 5", { exact: true })).toBeVisible();
    const sentence = page.getByLabel("What is to be generated");
    await sentence.fill("add an endpoint that returns a user by id");
    await page.keyboard.press("Enter");
    const form = page.getByRole("form", { name: "What is generated" });
    await expect(form.getByLabel("Path")).toHaveValue("/users/:id");
    await form.getByRole("button", { name: "Preview" }).click();
    await expect(page.getByText("lib/users-store.js", { exact: true })).toBeVisible();
    await sentence.scrollIntoViewIfNeeded();
    await picture(page, "generate");
    await form.getByRole("button", { name: "Generate", exact: true }).click();
    await expect(tab(page, /GET \/users\/:id/)).toHaveAttribute("aria-selected", "true", { timeout: 60_000 });
    expect(await disk.read("lib/users-store.js"), "nothing is in the files before it is applied").toBeNull();
  });

  await test.step("9: it is reviewed by two people, edited in place, outlives a reload, and is applied as accepted", async () => {
    const files = page.getByRole("navigation", { name: "Files of the change" });
    await expect(files.getByRole("treeitem")).toHaveCount(3);
    await expect(page.getByText("Syntax passed")).toBeVisible({ timeout: 90_000 });

    await ben.page.goto(`/projects/${id}`);
    await expect(tree(ben.page)).toBeVisible({ timeout: 60_000 });
    await ben.page.keyboard.press("Control+Shift+y");
    await ben.page.getByRole("treeitem", { name: /GET \/users\/:id/ }).dblclick();
    await ben.page.getByRole("navigation", { name: "Files of the change" }).getByRole("treeitem", { name: /users-store\.js/ }).click();
    await ben.page.getByRole("listitem", { name: /^Lines 1/ }).getByRole("button", { name: "Lines", exact: true }).click();
    await ben.page.getByRole("button", { name: "Comment on added line 5" }).click();
    await ben.page.getByRole("textbox", { name: "Comment" }).fill("The code says so itself, and there should be somebody to find");
    await ben.page.keyboard.press("Control+Enter");

    await files.getByRole("treeitem", { name: /users-store\.js/ }).click();
    const comments = page.getByRole("list", { name: "Comments" });
    await expect(comments).toContainText(BEN.name);
    expect(ben.complaints).toEqual([]);
    await ben.context.close();
    await expect(comments).toContainText("The code says so itself");
    await page.getByRole("button", { name: "Edit the proposal" }).click();
    await expect(page.getByRole("textbox", { name: /users-store\.js, proposed, being edited/ })).toBeFocused();
    await page.keyboard.press("Control+End");
    await page.keyboard.insertText(`${FIRST_USER}\n`);
    await page.getByRole("button", { name: "Keep the edit" }).click();
    await expect(page.getByText("Edited", { exact: true })).toBeVisible();
    await page.getByRole("button", { name: "Accept everything" }).click();
    await expect(page.getByText("Everything is decided")).toBeVisible();
    const store = page.getByRole("listitem", { name: /^Lines 1/ });
    await store.getByRole("button", { name: "Lines", exact: true }).click();
    const rejected = page.waitForResponse((response) => response.url().includes("decideChanges") && (response.request().postData() ?? "").includes('"decision":"rejected"'));
    await store.getByRole("button", { name: "Reject added line 5" }).click();
    await expect(store).toHaveAccessibleName(/Decided by line/);
    await rejected;

    await page.reload();
    await expect(page.getByText("Everything is decided")).toBeVisible({ timeout: 60_000 });
    await files.getByRole("treeitem", { name: /users-store\.js/ }).click();
    await expect(store).toHaveAccessibleName(/Decided by line/);
    await expect(comments).toContainText("The code says so itself");
    await picture(page, "review");
    await page.getByRole("button", { name: "Apply 4 of 4" }).click();
    await expect(page.locator("header").getByText("Applied", { exact: true })).toBeVisible({ timeout: 120_000 });
    const applied = (await disk.text("lib/users-store.js")) ?? "";
    expect(applied).toContain(`const users = new Map()`);
    expect(applied).not.toContain("/** Kept");
    expect(applied.endsWith(`${FIRST_USER}\n`)).toBe(true);
    expect(await call(disk, "/users/1")).toEqual([200, { id: "1", name: "Ada" }]);
    expect(await call(disk, "/users/2")).toEqual([404, { error: "User not found" }]);
  });

  await test.step("10: its tests run in the sandbox; a checkpoint is restored after a preview, and that is undone", async () => {
    await goToFile(page, "plugin.test.js");
    await page.keyboard.press("Control+Shift+d");
    await run.getByRole("button", { name: "Run test", exact: true }).click();
    await expect(outcome).toContainText("npm run test", { timeout: 30_000 });
    await expect(outcome).toContainText("Succeeded", { timeout: 120_000 });
    await expect(output).toContainText("pass 491");
    // Its own tests, and the one that was generated: it calls the endpoint over HTTP, in the sandbox.
    const find = page.getByRole("textbox", { name: "Find in the output" });
    await find.fill("answers 404 where there is no such user");
    await expect(output).toContainText("✔ answers 404 where there is no such user");
    await picture(page, "run");
    await find.fill("");

    await run.getByRole("button", { name: "Keep the state of the files" }).or(page.getByRole("button", { name: "Keep the state of the files" })).first().click();
    const before = await disk.text("examples/plugin.js");
    await expect(page.getByRole("button", { name: "Preview the restore of Kept by hand" })).toBeVisible();
    await goToFile(page, "examples/plugin.js");
    await expect(page.getByText("Ln 1, Col 1", { exact: true })).toBeVisible();
    await page.keyboard.type("// Users are kept in memory.\n");
    await page.keyboard.press("Control+s");
    const edited = `// Users are kept in memory.\n${before}`;
    await expect.poll(() => disk.text("examples/plugin.js")).toBe(edited);
    await page.getByRole("button", { name: "Preview the restore of Kept by hand" }).click();
    const dialog = page.getByRole("dialog", { name: "Restore files" });
    await expect(dialog.getByRole("region", { name: "Change back" })).toContainText("examples/plugin.js");
    await dialog.getByRole("button", { name: "Restore 1" }).click();
    await expect(page.getByText("1 restored")).toBeVisible();
    expect(await disk.text("examples/plugin.js")).toBe(before);
    await page.getByRole("button", { name: "Undo", exact: true }).click();
    await expect(page.getByText("The restore is undone")).toBeVisible();
    expect(await disk.text("examples/plugin.js")).toBe(edited);
  });

  const chat = page.getByRole("region", { name: "Chat" });
  const last = chat.getByRole("article", { name: "Answer" }).last();
  const say = async (text: string) => {
    await chat.getByRole("textbox", { name: "Message" }).fill(text);
    // Nothing is sent while an answer is being written, also when all of its text is there.
    await expect(chat.getByRole("button", { name: "Send", exact: true })).toBeEnabled();
    await page.keyboard.press("Enter");
  };

  await test.step("11: without a model the chat says so and is a command line", async () => {
    await page.keyboard.press("Control+Alt+b");
    await expect(chat.getByRole("heading", { name: "No model is set up" })).toBeVisible();
    await say("/find users-store");
    await expect(last.getByRole("button", { name: "lib/users-store.js:1", exact: true })).toBeVisible();
    await expect(last).toContainText("Built in");
    expect(model.mock.getRequests()).toHaveLength(0);
  });

  await test.step("11: with one, after a restart, it looks, cites and proposes, can be stopped, and says what it cost", async () => {
    expect(complaints).toEqual([]);
    await restart?.(model.variables);
    await page.reload();
    await expect(chat).toBeVisible({ timeout: 60_000 });
    // What the page said while nobody answered.
    complaints.splice(0);
    await chat.getByRole("button", { name: "Begin a conversation" }).click();
    await expect(chat.getByRole("heading", { name: "Ask about this project" })).toBeVisible();
    await say("Where are duplicate slashes removed?");
    await expect(last).toContainText("Paths are cleaned before");
    await expect(last.getByText(/\$0\.\d+/)).toBeVisible();
    await last.getByRole("button", { name: "index.js:848" }).click();
    await expect.poll(() => shownText(page)).toContain(`function ${CITED}`);

    await say("Say which user is missing");
    await last.getByRole("button", { name: "Review the changes" }).click();
    await expect(tab(page, /Say which user is missing/)).toBeVisible();
    await expect(page.locator(".monaco-diff-editor .modified .view-lines[role=presentation]")).toContainText("error: 'User not found', id }");
    await expect(page.getByText("Syntax passed")).toBeVisible({ timeout: 90_000 });
    for (const keys of ["Control+b", "Control+j"]) await page.keyboard.press(keys);
    await expect(output).toHaveCount(0);
    await picture(page, "chat");
    expect(await disk.text("examples/plugin.js")).not.toContain(NOT_FOUND_SAYS_WHO);
    await page.getByRole("button", { name: "Accept everything" }).click();
    await page.getByRole("button", { name: "Apply 1 of 1" }).click();
    await expect(page.locator("header").getByText("Applied", { exact: true })).toBeVisible({ timeout: 120_000 });
    expect(await call(disk, "/users/2")).toEqual([404, { error: "User not found", id: "2" }]);

    await say("Tell it slowly");
    await expect(last).toContainText("word3");
    await chat.getByRole("button", { name: "Stop", exact: true }).click();
    await expect(last).toContainText("Stopped");
    await expect(last).not.toContainText("word399");
  });

  await test.step("all of it is found again among the jobs and in the audit log", async () => {
    await page.goto("/jobs");
    const jobs = page.getByRole("grid", { name: "Jobs", exact: true });
    for (const title of ["Import a project", "Index a project", "Run a program: npm", "Generate code", "Apply a change"]) await expect(jobs.getByRole("row").filter({ hasText: title }).first(), title).toContainText("Completed");
    await jobs.getByRole("row").filter({ hasText: "Generate code" }).first().click();
    await expect(page.getByRole("complementary").getByRole("log")).toBeVisible();
    await picture(page, "jobs", "light");
    await page.goto("/audit");
    await page.getByRole("row", { name: /Apply change/ }).first().click();
    await expect(page.getByRole("complementary")).toContainText(ADA.name);
    await picture(page, "audit", "light");
  });

  expect(complaints).toEqual([]);
  await source.dispose();
});

/** What the service answers over HTTP: its files as they are in the project, on this machine. */
async function call(disk: Disk, path: string): Promise<readonly [number, unknown]> {
  const folder = await mkdtemp(join(tmpdir(), "coder-e2e-service-"));
  let server: ChildProcess | null = null;
  try {
    for (const file of SERVICE) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), (await disk.read(file)) ?? "");
    }
    await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
    await writeFile(join(folder, "serve.js"), "const app = require('./fastify')()\napp.register(require('./examples/plugin'))\napp.listen({ port: 0, host: '127.0.0.1' }).then(console.log)\n");
    server = spawn(process.execPath, ["serve.js"], { cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
    const [address] = await once(server.stdout ?? server, "data");
    const response = await fetch(`${String(address).trim()}${path}`);
    return [response.status, await response.json()];
  } finally {
    server?.kill("SIGKILL");
    await rm(folder, { recursive: true, force: true });
  }
}
