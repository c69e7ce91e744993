import type { Metadata } from "next";
import { SetupPage } from "#features/door/setup-page.tsx";

export const metadata: Metadata = { title: "Create the first account" };

export default function Page() {
  return <SetupPage />;
}
