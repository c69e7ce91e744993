"use client";

import { Page, Prose } from "#ui/page.tsx";
import { OrganizationsSection } from "./organizations-section.tsx";
import { PasswordSection } from "./password-section.tsx";
import { PersonSection } from "./person-section.tsx";
import { PreferencesSection } from "./preferences-section.tsx";

/** Everything that is a person's own, whatever organization they act in. */
export function ProfilePage() {
  return (
    <Page title="Profile">
      <Prose>
        <PersonSection />
        <PreferencesSection />
        <PasswordSection />
        <OrganizationsSection />
      </Prose>
    </Page>
  );
}
