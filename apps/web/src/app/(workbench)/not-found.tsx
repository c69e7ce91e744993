import Link from "next/link";
import { StateView } from "#ui/states.tsx";

export default function NotFound() {
  return (
    <StateView icon="question" title="There is no such page" actions={<Link href="/">Go to the start page</Link>}>
      <p>The address may be mistyped, or what it named is gone.</p>
    </StateView>
  );
}
