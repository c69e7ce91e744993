import { notFound } from "next/navigation";

/** Keeps the frame around "there is no such page" for people who are signed in. */
export default function Page() {
  notFound();
}
