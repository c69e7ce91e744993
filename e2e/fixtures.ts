import { AxeBuilder } from "@axe-core/playwright";
import { test as base, expect, type Browser, type BrowserContext, type Page, type TestInfo } from "@playwright/test";
import { startProduct, type Product } from "./product.ts";

export const PASSWORD = "quiet meadow lantern orbit";

interface WorkerOptions {
  /** Files that name different installations get different products. */
  readonly installation: string;
  readonly product: Product;
}

export interface Visitor {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the page said that nobody should have to read: errors, refused resources, requests to elsewhere. */
  readonly complaints: string[];
  /** What was asked for and did not come, as it may have been meant. */
  readonly refused: string[];
}

interface TestFixtures {
  /** A new browser, with nobody signed in. */
  visit(options?: Parameters<Browser["newContext"]>[0]): Promise<Visitor>;
}

export const test = base.extend<TestFixtures, WorkerOptions>({
  installation: ["shared", { option: true, scope: "worker" }],
  product: [
    async ({ installation: _name }, use) => {
      const product = await startProduct();
      await use(product);
      await product.stop();
    },
    { scope: "worker", timeout: 660_000 },
  ],
  visit: async ({ browser, product }, use, info) => {
    const visitors: Visitor[] = [];
    const { viewport, locale, timezoneId, colorScheme } = info.project.use;
    await use(async (options) => {
      const context = await browser.newContext({ baseURL: product.url, viewport: viewport ?? null, ...(locale ? { locale } : {}), ...(timezoneId ? { timezoneId } : {}), ...(colorScheme ? { colorScheme } : {}), ...options });
      const page = await context.newPage();
      const visitor = { page, context, complaints: listen(page, product.url), refused: refusedOn(context) };
      visitors.push(visitor);
      return visitor;
    });
    if (info.status !== info.expectedStatus) await tellOf(visitors, product, info);
    await Promise.all(visitors.map(({ context }) => context.close()));
  },
});
export { expect };

/** What a failed journey looked like, for whoever has only the report of it. */
async function tellOf(visitors: readonly Visitor[], product: Product, info: TestInfo): Promise<void> {
  for (const { context, complaints, refused } of visitors) {
    const pages = await Promise.all(context.pages().map(async (page) => `${page.url()}\n${await page.locator("body").ariaSnapshot({ timeout: 5_000 }).catch(String)}`));
    await info.attach("pages", { body: [...complaints, ...refused, ...pages].join("\n"), contentType: "text/plain" });
  }
  await info.attach("product", { body: product.told(), contentType: "text/plain" });
}

function refusedOn(context: BrowserContext): string[] {
  const refused: string[] = [];
  context.on("response", (response) => void (response.status() >= 500 && refused.push(`${response.status()} ${response.url()}`)));
  // Pages that are fetched ahead are given up when somebody goes elsewhere.
  context.on("requestfailed", (request) => void (request.url().includes("_rsc=") || refused.push(`${request.failure()?.errorText} ${request.url()}`)));
  return refused;
}

function listen(page: Page, url: string): string[] {
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(`threw: ${error.message}`));
  page.on("console", (message) => {
    // The browser notes each refused request as an error, that of a stylesheet twice, and each socket of the page that finds no server, or one that is ending; that this was meant is asserted where it happens.
    if (message.text().startsWith(`WebSocket connection to '${url.replace("http", "ws")}/`) && /net::ERR_(CONNECTION_|EMPTY_RESPONSE)|Unexpected response code: 503|closed before receiving a handshake/.test(message.text())) return;
    if (message.type() === "error" && !/Failed to load resource|^Refused to apply style .* MIME type \('application\/json'\)/.test(message.text())) complaints.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(url) && !/^(data|blob):/.test(request.url())) complaints.push(`asked elsewhere: ${request.url()}`);
  });
  return complaints;
}

/** What a person may have set their machine to. */
export const LOOKS = {
  dark: { colorScheme: "dark", contrast: "no-preference" },
  light: { colorScheme: "light", contrast: "no-preference" },
  "high contrast dark": { colorScheme: "dark", contrast: "more" },
  "high contrast light": { colorScheme: "light", contrast: "more" },
} as const;

/** Nothing that axe calls serious or critical; `rules`: by these of its rules alone. */
export async function expectAccessible(page: Page, what: string, rules?: string[]): Promise<void> {
  // A colour on its way to another one is neither.
  await page.emulateMedia({ reducedMotion: "reduce" });
  // In the page itself: no page has frames of elsewhere, and what axe opens a page of its own for is only to join their results.
  const axe = new AxeBuilder({ page }).setLegacyMode(true).options({ resultTypes: ["violations"], ...(rules ? { runOnly: rules } : {}) });
  const { violations } = await axe.analyze();
  const serious = violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) => `${target.join(" ")} (${failureSummary?.split("\n").at(1)?.trim() ?? ""})`).join(" | ")}`);
  // Soft: one look tells of all pages.
  expect.soft(serious, `${what}, ${page.url()}`).toEqual([]);
}

/** Nothing is cut off to the side: the page itself never scrolls. */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const { scroll, client } = await page.evaluate(() => ({ scroll: document.documentElement.scrollWidth, client: document.documentElement.clientWidth }));
  expect(scroll, page.url()).toBeLessThanOrEqual(client);
}

export interface NewPerson {
  readonly name: string;
  readonly email: string;
}

/** Fills in and sends whatever form makes an account here. */
export async function fillAccount(page: Page, person: NewPerson): Promise<void> {
  await page.getByLabel("Name", { exact: true }).fill(person.name);
  await page.getByLabel("E-mail address").fill(person.email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.keyboard.press("Control+Enter");
}

export async function signIn(page: Page, person: NewPerson): Promise<void> {
  await page.goto("/sign-in");
  await page.getByLabel("E-mail address").fill(person.email);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(areas(page)).toBeVisible();
}

export function areas(page: Page) {
  return page.getByRole("navigation", { name: "Areas" });
}

/** Goes to an area as people do: by its entry in the activity bar. */
export async function goTo(page: Page, area: string): Promise<void> {
  await areas(page).getByRole("link", { name: area, exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: area })).toBeVisible();
}
