import type { Metadata } from "next";
import { InvitationPage } from "#features/door/invitation-page.tsx";

// The address holds the invitation: it must not travel on in a referrer.
export const metadata: Metadata = { title: "Invitation", referrer: "no-referrer" };

export default async function Page({ params }: { readonly params: Promise<{ readonly token: string }> }) {
  return <InvitationPage token={(await params).token} />;
}
