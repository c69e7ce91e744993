// Style sheets and images as modules. Stands in for next-env.d.ts, which exists only after a first build.
/// <reference types="next" />
/// <reference types="next/image-types/global" />
