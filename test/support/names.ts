import { randomBytes } from 'node:crypto';

const suite = process.env['KINDBOX_TEST_PREFIX'] ?? `kbt${randomBytes(3).toString('hex')}`;

/** A prefix for the clusters of one test file. Random, so that cleaning up by it touches nobody else's. */
export const filePrefix = `${suite}${randomBytes(2).toString('hex')}`;
