import { join } from "node:path";
import type { Page } from "@playwright/test";
import { expectAccessible, expectNoSidewaysScroll } from "./fixtures.ts";
import { Disk, expect, importArchive, makeArchive, shownText, tab } from "./projects.ts";
import { test } from "./served.ts";

const SHOTS = process.env["E2E_SHOTS"];

const FILES = {
  "package.json": JSON.stringify({ name: "shop", type: "module", dependencies: { express: "^5.0.0" }, scripts: { test: "node --test" } }, null, 2),
  "src/app.js": 'import express from "express";\nimport { productsRouter } from "./routes/products.js";\n\nexport const app = express();\napp.use(express.json());\napp.use("/api/products", productsRouter);\n',
  "src/routes/products.js": 'import { Router } from "express";\n\nexport const productsRouter = Router();\n\nproductsRouter.get("/:id", (req, res) => {\n  res.status(404).json({ message: "Product not found" });\n});\n',
  "src/data/users.js": 'export const users = [\n  { id: 1, name: "Ada" },\n  { id: 2, name: "Alan" },\n];\n',
  "src/types.ts": "export interface User {\n  id: number;\n  /** @minLength 2 @maxLength 30 */\n  name: string;\n  email: string;\n  role: \"owner\" | \"guest\";\n}\n",
} as const;

async function shot(page: Page, name: string): Promise<void> {
  if (SHOTS !== undefined) await page.screenshot({ path: join(SHOTS, `generate-${name}.png`) });
}

test("a sentence becomes a form, the form a change set in the project's own style", async ({ visit, owner, product }) => {
  const archive = makeArchive({ name: "shop", files: FILES });
  const { page, context, complaints } = await visit({ storageState: owner });
  const projectId = await importArchive(page, archive.path);
  archive.dispose();
  const sentence = page.getByLabel("What is to be generated");
  const form = page.getByRole("form", { name: "What is generated" });

  const refusal = page.getByText("is answered already, in src/routes/products.js line 5");

  await test.step("it is opened by keyboard, says what it found and where", async () => {
    await page.keyboard.press("Control+Alt+g");
    await expect(tab(page, /Generate code/)).toHaveAttribute("aria-selected", "true");
    await expect(page.getByText("Express 5", { exact: true })).toBeVisible();
    await expect(page.getByText("Routers in src/routes")).toBeVisible();
    await shot(page, "empty");
    await page.getByRole("button", { name: "package.json:5" }).click();
    await expect.poll(() => shownText(page)).toContain('"express": "^5.0.0"');
    await page.keyboard.press("Control+Alt+g");
  });

  await test.step("a sentence fills the form, with the words that did", async () => {
    await sentence.fill("add an endpoint that returns a user by id");
    await page.keyboard.press("Enter");
    await expect(page.locator("mark").filter({ hasText: "user" })).toContainText("About");
    await expect(form.getByLabel("Path")).toHaveValue("/api/users/:id");
    await expect(form.getByLabel("Method")).toHaveValue("GET");
    await expect(form.getByLabel("About")).toHaveValue("User");
    await expect(page.getByRole("list", { name: "Assumed" })).toContainText("All other routes lie below /api");
  });

  await test.step("each field says what is wrong with it, when it is left", async () => {
    await form.getByLabel("Path").fill("users");
    await expect(form.getByText("Enter a path such as /users/:id")).toHaveCount(0);
    await form.getByLabel("About").focus();
    await expect(form.getByText("Enter a path such as /users/:id")).toBeVisible();
    await form.getByLabel("Path").fill("/api/users/:id");
    await expect(form.getByText("Enter a path such as /users/:id")).toHaveCount(0);
  });

  await test.step("a preview shows the files before anything is made", async () => {
    await form.getByRole("button", { name: "Preview" }).click();
    await expect(page.getByRole("heading", { name: "Preview" })).toBeVisible();
    await expect(page.getByText("src/routes/users.js", { exact: true })).toBeVisible();
    await expectAccessible(page, "generating an endpoint");
    await shot(page, "endpoint");
  });

  await test.step("a job makes the change set, which opens", async () => {
    await form.getByLabel("Path").focus();
    await page.keyboard.press("Control+Enter");
    await expect(tab(page, /GET \/api\/users\/:id/)).toHaveAttribute("aria-selected", "true", { timeout: 60_000 });
    const files = page.getByRole("navigation", { name: "Files of the change" });
    await expect(files.getByRole("treeitem")).toHaveCount(3);
    await expect(page.locator("[data-scope=review]")).toBeFocused();
    await expect(files).toContainText("users.test.js");
    await expect(page.getByText("Mounts it at /api/users, behind the one that is mounted last")).toBeVisible();
    await shot(page, "change-set");
    // Nothing is in the files before somebody applies it.
    expect(await new Disk(context, product.url, projectId).read("src/routes/users.js")).toBeNull();
  });

  await test.step("test data is shown as rows first", async () => {
    await page.keyboard.press("Control+Alt+g");
    await sentence.fill("30 test users from the User type as csv");
    await page.keyboard.press("Enter");
    await expect(form.getByLabel("Rows", { exact: true })).toHaveValue("30");
    await expect(form.getByLabel("Format")).toHaveValue("csv");
    await form.getByRole("button", { name: "Preview" }).click();
    await expect(page.getByRole("region", { name: "Rows of User" }).getByRole("row")).toHaveCount(21);
    await expectAccessible(page, "generating test data");
    await shot(page, "test-data");
    await form.getByRole("button", { name: "Generate", exact: true }).click();
    await expect(tab(page, /30 × User/)).toHaveAttribute("aria-selected", "true", { timeout: 60_000 });
    await expect(page.locator("[data-scope=review]")).toBeFocused();
  });

  await test.step("what is missing is asked, and what is there already is refused with its place", async () => {
    await page.keyboard.press("Control+Alt+g");
    await sentence.fill("add an endpoint that creates an invoice");
    await page.keyboard.press("Enter");
    await expect(page.getByRole("list", { name: "Still to say" })).toContainText("Which fields does an invoice have?");
    await sentence.fill("GET /api/products/:id");
    await page.keyboard.press("Enter");
    await expect(form.getByLabel("Path")).toHaveValue("/api/products/:id");
    await form.getByRole("button", { name: "Preview" }).click();
    await expect(refusal).toBeVisible();
    // What was said of the form goes with the form that it was said of, whoever said it.
    await form.getByLabel("Path").fill("/api/parcels/:id");
    await expect(refusal).toHaveCount(0);
    await form.getByLabel("Path").fill("/api/products/:id");
    await form.getByRole("button", { name: "Generate", exact: true }).click();
    await expect(refusal).toBeVisible();
    await form.getByLabel("Path").fill("/api/parcels/:id");
    await expect(refusal).toHaveCount(0);
    await form.getByLabel("Path").fill("/api/products/:id");
    await form.getByRole("button", { name: "Preview" }).click();
    await expect(refusal).toBeVisible();
  });

  await test.step("nothing is made of the form while a sentence fills it", async () => {
    let release = () => undefined as void;
    const held = new Promise<void>((done) => void (release = done));
    await page.route(/readSentence/, async (route) => {
      await held;
      await route.continue();
    });
    await sentence.fill("GET /api/parcels/:id returns a parcel");
    await page.keyboard.press("Enter");
    const generate = form.getByRole("button", { name: "Generate", exact: true });
    await expect(generate).toHaveAccessibleDescription("The form is being filled in from the sentence");
    await form.getByLabel("Path").focus();
    await page.keyboard.press("Control+Enter");
    await expect(refusal).toBeVisible();
    release();
    await expect(form.getByLabel("Path")).toHaveValue("/api/parcels/:id");
    await expect(refusal).toHaveCount(0);
    await page.unroute(/readSentence/);
    await sentence.fill("GET /api/products/:id");
    await page.keyboard.press("Enter");
    await expect(form.getByLabel("Path")).toHaveValue("/api/products/:id");
    await form.getByRole("button", { name: "Preview" }).click();
    await expect(refusal).toBeVisible();
  });

  await test.step("it fits a phone, and the other themes", async () => {
    for (const scheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme: scheme, contrast: scheme === "light" ? "no-preference" : "more" });
      await expectAccessible(page, `generating, ${scheme}`);
      await shot(page, scheme === "light" ? "light" : "contrast");
    }
    await page.setViewportSize({ width: 390, height: 844 });
    await page.keyboard.press("Control+Alt+g");
    await expect(form.getByLabel("Path")).toBeInViewport();
    await expectNoSidewaysScroll(page);
    await shot(page, "phone");
  });
  expect(complaints).toEqual([]);
});
