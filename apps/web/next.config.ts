import { join } from "node:path";
import type { NextConfig } from "next";
import { compileEarly } from "./tooling/chunks/compile-early.ts";
import { monacoBundle } from "./tooling/monaco/bundle.ts";

/** All files below it are named after their content. */
const GENERATED = "/generated/:path*";

export default async function config(): Promise<NextConfig> {
  return {
    // Packages of this repository export their TypeScript sources.
    transpilePackages: ["@coder/api", "@coder/shared"],
    turbopack: { root: join(import.meta.dirname, "../..") },
    // `npm run typecheck` checks the pages with everything else; a start need not wait for it again.
    typescript: { ignoreBuildErrors: true },
    experimental: {
      // Each file costs a browser more than the code in it that another page does not need: sizes are those before minifying and compressing.
      turbopackChunking: { requestCost: 1_000_000, minChunkSize: 300_000, maxChunkCountPerGroup: 8, maxMergeChunkSize: 1_500_000, firstPageLoadPriority: 0.8 },
    },
    compiler: {
      // What `monaco-bundle.ts` reads.
      define: { MONACO_BUNDLE_ADDRESSES: JSON.stringify(await monacoBundle()) },
      runAfterProductionCompile: async ({ distDir }) => compileEarly(join(distDir, "static/chunks")),
    },
    headers: async () => [{ source: GENERATED, headers: [{ key: "cache-control", value: "public, max-age=31536000, immutable" }] }],
    poweredByHeader: false,
    devIndicators: false,
  };
}
