import { join } from "node:path";
import type { NextConfig } from "next";

const config: NextConfig = {
  // Packages of this repository export their TypeScript sources.
  transpilePackages: ["@coder/api", "@coder/shared"],
  turbopack: { root: join(import.meta.dirname, "../..") },
  // `npm run typecheck` checks the pages with everything else; a start need not wait for it again.
  typescript: { ignoreBuildErrors: true },
  experimental: {
    // Each file costs a browser more than the code in it that another page does not need: sizes are those before minifying and compressing.
    turbopackChunking: { requestCost: 1_000_000, minChunkSize: 300_000, maxChunkCountPerGroup: 8, maxMergeChunkSize: 1_500_000, firstPageLoadPriority: 0.8 },
  },
  poweredByHeader: false,
  devIndicators: false,
};

export default config;
