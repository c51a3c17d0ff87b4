import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));
export const kindbox = fileURLToPath(new URL('../../bin/kindbox', import.meta.url));
export const results = fileURLToPath(new URL('../../test-results/', import.meta.url));
