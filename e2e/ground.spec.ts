import type { Page } from "@playwright/test";
import { areas, expect, expectAccessible, fillAccount, goTo, test, type NewPerson } from "./fixtures.ts";

test.use({ installation: "ground" });

const ADA: NewPerson = { name: "Ada Lovelace", email: "ada@example.org" };
const BOB: NewPerson = { name: "Bob Babbage", email: "bob@example.org" };
const EVE: NewPerson = { name: "Eve Stranger", email: "eve@example.org" };

const grid = (page: Page, name: string) => page.getByRole("grid", { name });
const details = (page: Page) => page.getByRole("complementary");

test("people come in, get roles, are signed out, and everything is recorded", async ({ visit }) => {
  const ada = await visit();
  const bob = await visit();
  const eve = await visit({ colorScheme: "light" });
  let inviteLink = "";

  await test.step("the first account owns its organization", async () => {
    await ada.page.goto("/");
    await expect(ada.page).toHaveURL(/\/setup$/);
    await expect(ada.page.getByRole("heading", { name: "Create the first account" })).toBeVisible();
    await expectAccessible(ada.page, "the first account");
    await fillAccount(ada.page, ADA);
    await expect(areas(ada.page)).toBeVisible();
    await expect(ada.page.getByText("You are an owner here")).toBeVisible();
    await expectAccessible(ada.page, "home");
  });

  await test.step("nobody else can be first", async () => {
    await eve.page.goto("/setup");
    await expect(eve.page.getByRole("heading", { name: "This installation has an owner" })).toBeVisible();
    await eve.page.goto("/sign-up");
    await expect(eve.page.getByRole("heading", { name: "New accounts need an invitation" })).toBeVisible();
    await expectAccessible(eve.page, "sign-up that is closed");
  });

  await test.step("the owner makes an invitation link", async () => {
    await goTo(ada.page, "People");
    await ada.page.getByRole("button", { name: "Invite", exact: true }).click();
    const dialog = ada.page.getByRole("dialog");
    await expect(dialog.getByLabel("Role")).toBeFocused();
    await expectAccessible(ada.page, "the invitation");
    await dialog.getByRole("button", { name: "Make the link" }).click();
    inviteLink = await dialog.getByLabel("Invitation link").inputValue();
    expect(inviteLink).toMatch(/\/invite\/[\w-]{43}$/);
    await dialog.getByRole("button", { name: "Done" }).click();
    await ada.page.getByRole("tab", { name: /Invitations/ }).click();
    await expect(grid(ada.page, "Invitations").getByText("Waiting")).toBeVisible();
  });

  await test.step("somebody joins with it, and it works once", async () => {
    await bob.page.goto(inviteLink);
    await expect(bob.page.getByRole("heading", { name: "Join Ada Lovelace's organization" })).toBeVisible();
    await expect(bob.page.getByRole("definition").filter({ hasText: /^Member/ })).toBeVisible();
    await expect(bob.page.getByRole("definition").filter({ hasText: ADA.name })).toHaveCount(2);
    await expectAccessible(bob.page, "an invitation");
    await fillAccount(bob.page, BOB);
    await expect(bob.page.getByText("You are a member here")).toBeVisible();
    await eve.page.goto(inviteLink);
    await expect(eve.page.getByRole("heading", { name: "The invitation was already used." })).toBeVisible();
  });

  await test.step("a member sees what a member may, and is told who can grant the rest", async () => {
    await expect(areas(bob.page).getByRole("link")).toHaveText(["Home", "Projects", "Jobs", "People"]);
    await bob.page.goto("/audit");
    await expect(bob.page.getByRole("heading", { name: "You may not see this" })).toBeVisible();
    await bob.page.goto("/settings");
    await expect(bob.page.getByRole("heading", { name: "You may not see this" })).toBeVisible();
    await expectAccessible(bob.page, "a page that is not for members");
  });

  await test.step("the owner changes the role, and takes it back", async () => {
    await goTo(ada.page, "People");
    const row = grid(ada.page, "Members").getByRole("row", { name: new RegExp(BOB.name) });
    await row.getByRole("button", { name: /^Role of/ }).click();
    await ada.page.getByRole("menuitemradio", { name: /^Auditor/ }).click();
    await expect(ada.page.getByText(`${BOB.name} is now auditor`)).toBeVisible();
    await ada.page.getByRole("button", { name: "Undo" }).click();
    await expect(ada.page.getByText(`${BOB.name} is now member`)).toBeVisible();
    await row.getByRole("button", { name: /^Role of/ }).click();
    await ada.page.getByRole("menuitemradio", { name: /^Auditor/ }).click();
    await expect(row.getByRole("button", { name: /Role of .*: Auditor/ })).toBeVisible();
    await expect(async () => {
      await bob.page.goto("/");
      await expect(areas(bob.page).getByRole("link", { name: "Audit log" })).toBeVisible({ timeout: 2_000 });
    }).toPass();
  });

  await test.step("somebody ends their session in the other browser", async () => {
    const other = await visit();
    await other.page.goto("/people");
    await expect(other.page).toHaveURL(/\/sign-in\?next=%2Fpeople$/);
    // By keyboard alone.
    await expect(other.page.getByLabel("E-mail address")).toBeFocused();
    await other.page.keyboard.type(BOB.email);
    await other.page.keyboard.press("Tab");
    await other.page.keyboard.type("quiet meadow lantern orbit");
    await other.page.keyboard.press("Enter");
    await expect(other.page).toHaveURL(/\/people$/);
    await expect(grid(other.page, "Members")).toBeVisible();

    await bob.page.goto("/sessions");
    const end = bob.page.getByRole("button", { name: /^End the session on/ });
    await expect(end).toHaveCount(1);
    await expectAccessible(bob.page, "sessions");
    await end.click();
    const confirm = bob.page.getByRole("alertdialog");
    await expect(confirm.getByRole("button", { name: "Cancel" })).toBeFocused();
    await expectAccessible(bob.page, "a confirmation");
    await confirm.getByRole("button", { name: "End session" }).click();
    await expect(end).toHaveCount(0);

    // By an address: the page may have heard of it by now, and gone there by itself.
    await other.page.goto("/audit");
    await expect(other.page).toHaveURL(/\/sign-in/);
  });

  await test.step("settings say where each value comes from", async () => {
    await goTo(ada.page, "Settings");
    const port = ada.page.getByRole("article", { name: "server.port" });
    await expect(port.getByText("PORT", { exact: true })).toBeVisible();
    await expect(port.getByText("Environment: PORT outranks what is set here")).toBeVisible();
    const signUp = ada.page.getByRole("article", { name: "user-management.signUp" });
    await expect(signUp.getByText("default", { exact: true })).toBeVisible();
    await expectAccessible(ada.page, "settings");
    await signUp.getByRole("combobox").selectOption("open");
    await expect(signUp.getByText("Set here")).toBeVisible();
    await expect(signUp.getByText("hides the default")).toContainText("invitation");
    await signUp.getByRole("button", { name: /history/ }).click();
    await expect(details(ada.page).getByText(`${ADA.name} set`)).toBeVisible();
    await expect(details(ada.page).getByText("default.yaml")).toBeVisible();
    await expectAccessible(ada.page, "a setting");
  });

  await test.step("with open sign-up everybody gets an organization of their own, and sees nothing of the others", async () => {
    await expect(async () => {
      await eve.page.goto("/sign-in");
      await eve.page.getByRole("link", { name: "Create an account" }).click({ timeout: 2_000 });
    }).toPass();
    await fillAccount(eve.page, EVE);
    await expect(eve.page.getByText("You are an owner here, its only member")).toBeVisible();
    await goTo(eve.page, "People");
    await expect(grid(eve.page, "Members").getByRole("row")).toHaveCount(2);
    await goTo(eve.page, "Audit log");
    await expect(grid(eve.page, "Audit entries").getByText(EVE.name).first()).toBeVisible();
    await expect(eve.page.getByText(ADA.name)).toHaveCount(0);
    await expect(areas(eve.page).getByRole("link", { name: "Settings" })).toHaveCount(0);
    await expectAccessible(eve.page, "the audit log in light");
  });

  await test.step("the audit log holds all of it", async () => {
    await goTo(ada.page, "Audit log");
    const log = grid(ada.page, "Audit entries");
    for (const action of ["Sign up", "Create invitation", "Change member role", "Sign in", "Revoke session", "Set setting"]) {
      await expect(log.getByRole("row", { name: new RegExp(action) }).first(), action).toBeVisible();
    }
    const filter = ada.page.getByRole("combobox", { name: "Filter the audit log" });
    await filter.fill("action:userManagement.changeMemberRole ");
    await expect(log.getByRole("row", { name: /Change member role/ })).toHaveCount(3);
    await expect(log.getByRole("row", { name: /Sign up/ })).toHaveCount(0);
    await log.getByRole("row", { name: /Change member role/ }).first().click();
    await expect(details(ada.page).getByText("before: ").first()).toBeAttached();
    await expect(details(ada.page).getByText("member", { exact: true })).toBeVisible();
    await expect(details(ada.page).getByText("auditor", { exact: true })).toBeVisible();
    await expectAccessible(ada.page, "an audit entry");
    const address = ada.page.url();
    await ada.page.reload();
    await expect(details(ada.page).getByText("What changed")).toBeVisible();
    expect(ada.page.url()).toBe(address);
    // Whoever gets the link and belongs to another organization learns nothing from it.
    await eve.page.goto(new URL(address).pathname + new URL(address).search);
    await expect(details(eve.page).getByText(/not_found/)).toBeVisible();
  });

  await test.step("the log is complete and unaltered", async () => {
    await ada.page.getByRole("button", { name: "Check integrity" }).click();
    await expect(ada.page.getByText(/^Complete and unaltered: \d+ entries/)).toBeVisible();
    await ada.page.getByRole("tab", { name: "Installation" }).click();
    await expect(ada.page).toHaveURL(/scope=installation/);
  });

  await test.step("the health page shows every part", async () => {
    await goTo(ada.page, "Health");
    const main = ada.page.getByRole("main");
    await expect(main.getByText(/^Everything works$|attention$/)).toBeVisible();
    for (const part of ["PostgreSQL", "web", "gateway", "worker", "auth", "logging", "user-management", "configuration-service", "database", "queue"]) {
      await expect(main.getByRole("rowheader", { name: part, exact: true }), part).toBeVisible();
    }
    await expectAccessible(ada.page, "health");
  });

  await test.step("signing out ends it", async () => {
    await ada.page.getByRole("button", { name: `Account: ${ADA.name}` }).click();
    await ada.page.getByRole("menuitem", { name: "Sign out" }).click();
    await expect(ada.page).toHaveURL(/\/sign-in$/);
    await expectAccessible(ada.page, "sign-in");
    await ada.page.goto("/audit");
    await expect(ada.page).toHaveURL(/\/sign-in\?next=%2Faudit$/);
  });

  expect([...ada.complaints, ...bob.complaints, ...eve.complaints]).toEqual([]);
});
