import { fileURLToPath } from 'node:url';

/** What tests compile once and keep; it goes with node_modules. */
export const CACHE = fileURLToPath(new URL('../../node_modules/.cache/kindbox-test/', import.meta.url));
