import type { HostCheck } from '../finding.js';
import { engineChecks } from './engine.js';
import { kernelChecks } from './kernel.js';
import { networkChecks } from './network.js';
import { resourceChecks } from './resources.js';
import { runtimeChecks } from './runtime.js';

/** Every condition of a host that is known to break or to hurt clusters: what `doctor` shows, and what a create looks at first. */
export const HOST_CHECKS: readonly HostCheck[] = [...engineChecks, ...runtimeChecks, ...kernelChecks, ...resourceChecks, ...networkChecks];
