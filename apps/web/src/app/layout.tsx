import "@vscode/codicons/dist/codicon.css";
import "#styles/themes.css";
import "#styles/tokens.css";
import "#styles/base.css";
import type { Metadata, Viewport } from "next";
import { cookies } from "next/headers";
import type { ReactNode } from "react";
import { THEME_COOKIE, themeOf } from "#features/theme/theme.ts";
import { Providers } from "./providers.tsx";

export const metadata: Metadata = { title: { default: "Coder IDE", template: "%s · Coder IDE" } };
export const viewport: Viewport = { width: "device-width", initialScale: 1, interactiveWidget: "resizes-content", viewportFit: "cover" };

export default async function RootLayout({ children }: { readonly children: ReactNode }) {
  // Reading the cookie also makes every page a dynamic one, which the nonce of the content security policy needs.
  const theme = themeOf((await cookies()).get(THEME_COOKIE)?.value);
  return (
    <html lang="en" data-theme={theme} suppressHydrationWarning>
      <body>
        <Providers>{children}</Providers>
      </body>
    </html>
  );
}
