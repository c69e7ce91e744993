import type { Metadata } from "next";
import { SessionsPage } from "#features/sessions/sessions-page.tsx";

export const metadata: Metadata = { title: "Your sessions" };

export default function Page() {
  return <SessionsPage />;
}
