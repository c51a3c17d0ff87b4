import { judgeHost, observeHost } from '../host/examine.js';
import { SYSBOX_RUNTIME } from '../host/runtime-check.js';
import { LABELS } from '../nodes/labels.js';
import type { Bundled } from './bundle-plan.js';
import { scrubbedJson } from './scrub.js';
import type { Reading } from './sources.js';

/** What `kindbox doctor` would find for a cluster of that size and runtime, as JSON. */
export async function hostReport(cluster: Bundled, { provider, signal, known }: Reading, environment: Readonly<Record<string, string | undefined>>): Promise<string> {
  const runtime = cluster.nodes[0]?.labels[LABELS.runtime] ?? SYSBOX_RUNTIME;
  const host = await provider.describeHost(signal);
  const facts = await observeHost(host, runtime, environment);
  const findings = judgeHost(facts, { runtime, nodes: cluster.nodes.length, needsSubnet: cluster.networks.length > 0 });
  return scrubbedJson({ host, findings }, known);
}
