import { join } from "node:path";
import type { NextConfig } from "next";

const config: NextConfig = {
  // Packages of this repository export their TypeScript sources.
  transpilePackages: ["@coder/api", "@coder/shared"],
  turbopack: { root: join(import.meta.dirname, "../..") },
  // `npm run typecheck` checks the pages with everything else; a start need not wait for it again.
  typescript: { ignoreBuildErrors: true },
  poweredByHeader: false,
  devIndicators: false,
};

export default config;
