import type { Metadata } from "next";
import { SignUpPage } from "#features/door/sign-up-page.tsx";

export const metadata: Metadata = { title: "Create an account" };

export default function Page() {
  return <SignUpPage />;
}
