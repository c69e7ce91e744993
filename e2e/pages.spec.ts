import type { BrowserContext, Page } from "@playwright/test";
import { z } from "zod";
import { areas, expect, expectAccessible, expectNoSidewaysScroll, fillAccount, LOOKS, PASSWORD, signIn, test as base, type NewPerson } from "./fixtures.ts";

const OWNER: NewPerson = { name: "Grace Hopper", email: "grace@example.org" };
const LONG = "Organization for the Advancement of Very Long Names ".repeat(4).slice(0, 200).trim();

const InstallationSchema = z.object({ claimed: z.boolean() });

type State = Awaited<ReturnType<BrowserContext["storageState"]>>;

/** An installation that somebody owns, and their browser. */
const test = base.extend<object, { readonly owner: State }>({
  owner: [
    async ({ browser, product }, use) => {
      const context = await browser.newContext({ baseURL: product.url });
      const page = await context.newPage();
      // Asked of the installation, because "/" leads to one form by way of the other.
      const answer = await context.request.get("/api/v1/users/installation");
      const { claimed } = InstallationSchema.parse(await answer.json());
      if (claimed) await signIn(page, OWNER);
      else {
        await page.goto("/setup");
        await expect(page.getByRole("heading", { name: "Create the first account" })).toBeVisible();
        await fillAccount(page, OWNER);
      }
      await expect(areas(page)).toBeVisible({ timeout: 60_000 });
      const state = await context.storageState();
      await context.close();
      await use(state);
    },
    { scope: "worker", timeout: 180_000 },
  ],
});

test.use({ installation: "pages" });

interface Screen {
  readonly path: string;
  /** What is there once the screen has everything it shows. */
  readonly ready: (page: Page) => ReturnType<Page["getByRole"]>;
}

const SCREENS: readonly Screen[] = [
  { path: "/", ready: (page) => page.getByRole("heading", { name: "Recently" }) },
  { path: "/projects", ready: (page) => page.getByRole("tab", { name: /^Projects/, selected: true }) },
  { path: "/projects?tab=trash", ready: (page) => page.getByRole("tab", { name: /^Trash/, selected: true }) },
  // Deliveries of events too: nobody has started a job here.
  { path: "/jobs?q=kind%3Aall", ready: (page) => page.getByRole("grid", { name: "Jobs" }).getByRole("row").nth(1) },
  { path: "/jobs?view=failures", ready: (page) => page.getByRole("tab", { name: /^Failures/, selected: true }) },
  { path: "/jobs?view=queues", ready: (page) => page.getByRole("tab", { name: /^Queues/, selected: true }) },
  { path: "/people", ready: (page) => page.getByRole("row", { name: /Grace Hopper/ }) },
  { path: "/people?tab=invitations", ready: (page) => page.getByRole("tabpanel", { name: /Invitations/ }) },
  { path: "/people?tab=roles", ready: (page) => page.getByRole("rowheader", { name: "Invite people" }) },
  { path: "/audit", ready: (page) => page.getByRole("row", { name: /Sign up/ }).first() },
  { path: "/audit?scope=installation", ready: (page) => page.getByRole("tab", { name: "Installation", selected: true }) },
  { path: "/settings", ready: (page) => page.getByRole("article", { name: "server.port" }) },
  { path: "/settings?key=server.port", ready: (page) => page.getByRole("complementary").getByText("It was never changed here.") },
  { path: "/settings?tab=changes", ready: (page) => page.getByRole("tab", { name: "Changes", selected: true }) },
  { path: "/system/health", ready: (page) => page.getByRole("rowheader", { name: "gateway" }) },
  { path: "/profile", ready: (page) => page.getByLabel("Time zone") },
  { path: "/sessions", ready: (page) => page.getByText("this browser") },
];
const DOORS: readonly Screen[] = [
  { path: "/sign-in", ready: (page) => page.getByText("New accounts are made by invitation") },
  { path: "/setup", ready: (page) => page.getByRole("heading", { name: "This installation has an owner" }) },
  { path: "/nowhere", ready: (page) => page.getByRole("heading", { name: "There is no such page" }) },
  { path: "/invite/not-an-invitation", ready: (page) => page.getByRole("heading", { name: "This is no invitation link" }) },
];

test("every screen can be used by everybody, in every theme", async ({ visit, owner }) => {
  const viewport = { width: 1280, height: 720 };
  const [inside, outside] = [await visit({ viewport, storageState: owner }), await visit({ viewport })];
  for (const [{ page }, screens] of [[inside, SCREENS], [outside, DOORS]] as const) {
    for (const { path, ready } of screens) {
      await page.goto(path);
      await expect(ready(page), path).toBeVisible();
      await expectNoSidewaysScroll(page);
      for (const [place, [name, look]] of Object.entries(LOOKS).entries()) {
        await page.emulateMedia(look);
        // What a theme changes is colours alone; all else is looked at once.
        await expectAccessible(page, name, place === 0 ? undefined : ["color-contrast"]);
      }
    }
  }
  expect([...inside.complaints, ...outside.complaints]).toEqual([]);
});

test("every screen fits a phone, with names of 200 characters", async ({ visit, owner }) => {
  const wide = await visit({ storageState: owner });
  await wide.page.goto("/people");
  await wide.page.getByRole("button", { name: "Rename organization" }).click();
  await wide.page.getByRole("dialog").getByRole("textbox", { name: "Name" }).fill(LONG);
  await wide.page.getByRole("dialog").getByRole("button", { name: "Rename" }).click();
  await expect(wide.page.getByText("The organization is now called")).toBeVisible();

  const { page, complaints } = await visit({ storageState: owner, viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  for (const { path, ready } of SCREENS) {
    await page.goto(path);
    await expect(ready(page), path).toBeVisible();
    await expectNoSidewaysScroll(page);
    const box = await areas(page).boundingBox();
    expect(Math.round((box?.y ?? 0) + (box?.height ?? 0)), `${path}: the areas stand at the bottom`).toBe(844);
  }
  await expectAccessible(page, "phone");
  expect(complaints).toEqual([]);
});

test("everything is within reach of the keyboard", async ({ visit, owner, product }) => {
  const { page, context } = await visit({ storageState: owner });
  await page.goto("/");
  await expect(page.getByRole("heading", { name: "Recently" })).toBeVisible();

  await test.step("the skip link is the first stop and leads to the content", async () => {
    await page.keyboard.press("Tab");
    await expect(page.getByRole("link", { name: "Skip to the content" })).toBeFocused();
    await page.keyboard.press("Enter");
    await expect(page.getByRole("main")).toBeFocused();
  });

  await test.step("F6 goes around the regions and back", async () => {
    const region = () => page.evaluate(() => document.activeElement?.closest("[data-region]")?.getAttribute("data-region") ?? "none");
    const seen: string[] = [];
    for (let index = 0; index < 3; index += 1) {
      await page.keyboard.press("F6");
      seen.push(await region());
    }
    expect(new Set(seen).size, seen.join(" → ")).toBe(3);
    await page.keyboard.press("Shift+F6");
    expect(await region()).toBe(seen[1]);
  });

  await test.step("the palette runs commands, and gives focus back when it does not", async () => {
    const command = page.getByRole("button", { name: "Run a command" });
    await command.focus();
    await page.keyboard.press("F1");
    await expect(page.getByRole("combobox", { name: "Commands" })).toBeFocused();
    await page.keyboard.press("Escape");
    await expect(command).toBeFocused();
    await page.keyboard.press("Control+k");
    await expect(page.getByRole("combobox", { name: "Commands" })).toBeFocused();
    await page.keyboard.type("people");
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/\/people$/);
  });

  await test.step("dialogues keep the focus in, and give it back to what opened them", async () => {
    const rename = page.getByRole("button", { name: "Rename organization" });
    await rename.focus();
    await page.keyboard.press("Enter");
    await expect(page.getByRole("dialog").getByRole("textbox", { name: "Name" })).toBeFocused();
    for (let stop = 0; stop < 6; stop += 1) await page.keyboard.press("Tab");
    await expect(page.getByRole("dialog").locator(":focus")).toHaveCount(1);
    await page.keyboard.press("Escape");
    await expect(rename).toBeFocused();

    const elsewhere = await visit();
    await signIn(elsewhere.page, OWNER);
    await page.goto("/sessions");
    const end = page.getByRole("button", { name: "Sign out everywhere else" });
    await end.focus();
    await page.keyboard.press("Enter");
    await expect(page.getByRole("alertdialog").getByRole("button", { name: "Cancel" })).toBeFocused();
    await page.keyboard.press("Escape");
    await expect(end).toBeFocused();
  });

  await test.step("a dialogue that a menu opened gives it back to the button of the menu", async () => {
    await context.request.post("/api/v1/workspaces", { data: { name: "keys" }, headers: { origin: product.url } });
    await page.goto("/projects");
    const more = page.getByRole("button", { name: "Actions for keys" });
    await more.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("menuitem", { name: "Rename…" }).press("Enter");
    await expect(page.getByRole("dialog").getByRole("textbox", { name: "Name" })).toBeFocused();
    await page.keyboard.press("Escape");
    await expect(more).toBeFocused();
  });

  await test.step("a table is walked, opened and left without the mouse", async () => {
    await page.keyboard.press("Escape");
    await page.evaluate(() => (document.activeElement instanceof HTMLElement ? document.activeElement.blur() : undefined));
    await page.keyboard.press("g");
    await page.keyboard.press("a");
    await expect(page).toHaveURL(/\/audit$/);
    const grid = page.getByRole("grid", { name: "Audit entries" });
    await expect(grid.getByRole("row").nth(1)).toBeVisible();
    await grid.focus();
    await page.keyboard.press("End");
    await page.keyboard.press("Enter");
    const details = page.getByRole("complementary");
    await expect(details).toBeVisible();
    await expect(grid).toBeFocused();
    await page.keyboard.press("F6");
    await expect(details.locator(":focus")).toHaveCount(1);
    await page.keyboard.press("Escape");
    await expect(details).toHaveCount(0);
    await expect(grid).toBeFocused();
    await page.keyboard.press("Control+a");
    await expect(page.getByRole("toolbar", { name: /chosen rows/ })).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(page.getByRole("toolbar", { name: /chosen rows/ })).toHaveCount(0);
  });

  await test.step("typing a filter writes words and runs no commands", async () => {
    const filter = page.getByRole("combobox", { name: "Filter the audit log" });
    await filter.focus();
    await page.keyboard.type("outcome:su");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/q=outcome%3Asuccess/);
    await page.keyboard.type("sign up");
    await expect(filter).toHaveValue("sign up");
    await expect(page).toHaveURL(/\/audit\?/);
  });
});

test("a theme that was chosen stands from the first paint, and in every browser of the person", async ({ visit, owner, product }) => {
  const { page, context } = await visit({ storageState: owner });
  await page.goto("/");
  await page.getByRole("button", { name: /^Account/ }).click();
  await page.getByRole("menuitemradio", { name: "Light", exact: true }).click();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "light");
  const first = await context.request.get(`${product.url}/people`);
  expect(await first.text()).toContain('data-theme="light"');

  const other = await visit({ colorScheme: "dark" });
  await signIn(other.page, OWNER);
  await expect(other.page.locator("html")).toHaveAttribute("data-theme", "light");
  // Back to what the other tests expect.
  await page.getByRole("button", { name: /^Account/ }).click();
  await page.getByRole("menuitemradio", { name: "Follow the system" }).click();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "system");
});

test("without a connection the page says so, loses nothing and goes on by itself", async ({ visit, owner }) => {
  const { page, context } = await visit({ storageState: owner });
  await page.goto("/profile");
  const name = page.getByLabel("Name", { exact: true });
  await expect(name).toHaveValue(OWNER.name);
  await context.setOffline(true);
  await expect(page.getByText("This browser is offline.")).toBeVisible();
  await expect(page.getByRole("status").filter({ hasText: "Offline" })).toBeVisible();
  await name.fill("Rear Admiral Hopper");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("The server cannot be reached.")).toBeVisible();
  await expect(name).toHaveValue("Rear Admiral Hopper");
  await context.setOffline(false);
  await expect(page.getByText("This browser is offline.")).toHaveCount(0);
  await page.reload();
  await expect(name, "what was typed is kept").toHaveValue("Rear Admiral Hopper");
  await page.getByRole("button", { name: "Discard" }).click();
  await expect(name).toHaveValue(OWNER.name);
});

test("forms say what is wrong where it is wrong, and not before", async ({ visit, owner: _somebodyIsThere }) => {
  const { page } = await visit();
  await page.goto("/sign-in");
  const email = page.getByLabel("E-mail address");
  const password = page.getByLabel("Password", { exact: true });
  await email.pressSequentially("grace@");
  await expect(page.getByText("Enter an address like")).toHaveCount(0);
  await password.focus();
  await expect(email).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByText("Enter an address like name@example.org")).toBeVisible();
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(email).toBeFocused();
  await expect(page.getByText("Enter your password")).toBeVisible();
  await email.fill(OWNER.email);
  await expect(email).toHaveAttribute("aria-invalid", "false");
  await password.fill(`${PASSWORD} and more`);
  await page.keyboard.press("Control+Enter");
  await expect(page.getByText("The e-mail address or the password is wrong.")).toBeVisible();
  await expect(page.getByText("invalid_credentials")).toBeVisible();
  await expect(email).toHaveValue(OWNER.email);
});

test("a form that is filled in before the code of its page is there keeps what was typed, and sent so early it puts nothing into the address", async ({ visit, owner: _somebodyIsThere }) => {
  const { page } = await visit();
  const email = page.getByLabel("E-mail address");
  const password = page.getByLabel("Password", { exact: true });
  let held = Promise.withResolvers<void>();
  await page.route("**/_next/static/**/*.js", async (route) => {
    await held.promise;
    await route.continue();
  });
  await page.goto("/sign-in", { waitUntil: "domcontentloaded" });
  await email.fill(OWNER.email);
  await password.fill(PASSWORD);
  const sent = page.waitForEvent("domcontentloaded");
  await page.keyboard.press("Enter");
  await sent;
  expect(page.url(), "neither name nor password").not.toMatch(/[?#]/);
  held.resolve();
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();

  held = Promise.withResolvers<void>();
  const asked = page.waitForResponse(/userManagement\.installation/);
  await page.goto("/sign-in", { waitUntil: "commit" });
  await email.fill(OWNER.email);
  await password.fill(PASSWORD);
  held.resolve();
  // What is asked for is asked for by the code.
  await asked;
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(areas(page)).toBeVisible();
});

test("an address that no page has is answered with 404, says so and leads back", async ({ visit, owner }) => {
  const [inside, outside] = [await visit({ storageState: owner }), await visit()];
  for (const [{ page, context, complaints }, start] of [[inside, areas(inside.page)], [outside, outside.page.getByRole("heading", { name: "Sign in" })]] as const) {
    for (const path of ["/nowhere", "/people/nowhere", "/projects/0190f5fe-7c00-7a00-8a00-000000000001/nowhere", "/_next/static/nowhere.js"]) expect((await context.request.get(path)).status(), path).toBe(404);
    await page.goto("/nowhere");
    await expect(page.getByRole("heading", { name: "There is no such page" })).toBeVisible();
    await expect(page).toHaveTitle("There is no such page · Coder IDE");
    await page.getByRole("link", { name: "Go to the start page" }).click();
    await expect(start).toBeVisible();
    expect(complaints).toEqual([]);
  }
});

test("pages run their own scripts and nothing else", async ({ visit, owner, product }) => {
  const { page, context, complaints } = await visit({ storageState: owner });
  const answer = await context.request.get(`${product.url}/people`);
  const policy = answer.headers()["content-security-policy"] ?? "";
  const scripts = /script-src ([^;]*)/.exec(policy)?.[1] ?? "";
  const nonce = /'nonce-([^']+)'/.exec(scripts)?.[1] ?? "";
  expect(scripts).not.toMatch(/unsafe-inline|unsafe-eval|https?:|\*/);
  expect(nonce).not.toBe("");
  const html = await answer.text();
  const inline = [...html.matchAll(/<script(?![^>]*\ssrc=)([^>]*)>/g)].map(([, attributes]) => attributes ?? "");
  expect(inline.length).toBeGreaterThan(0);
  expect(inline.filter((attributes) => !attributes.includes(nonce))).toEqual([]);
  await page.goto("/people");
  await expect(areas(page)).toBeVisible();
  expect(complaints).toEqual([]);
});
