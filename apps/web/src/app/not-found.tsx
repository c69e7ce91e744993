import type { Metadata } from "next";
import { DoorCard, DoorFrame } from "#features/door/door-frame.tsx";
import product from "../../package.json" with { type: "json" };

export const metadata: Metadata = { title: "There is no such page" };

/**
 * For an address that no page has, with status 404. Without the frame of people who are signed in: the server answers before it is known who looks.
 * It comes along with every page, so it is small and runs no code of its own.
 */
export default function NotFound() {
  return (
    <DoorFrame version={product.version}>
      <DoorCard title="There is no such page" description="The address may be mistyped, or what it named is gone.">
        <p>
          <a href="/">Go to the start page</a>
        </p>
      </DoorCard>
    </DoorFrame>
  );
}
