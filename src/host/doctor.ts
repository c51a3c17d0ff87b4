import type { EngineContext } from '../engine.js';
import { KindboxError } from '../errors/index.js';
import { isThisMachine, judgeHost, observeHost } from './examine.js';
import type { Finding, Verdict } from './finding.js';

export type { Finding, Verdict } from './finding.js';

export interface DoctorOptions {
  readonly runtime: string;
  /** Of the cluster that the host is to carry. */
  readonly numWorkers: number;
}

export interface DoctorReport {
  /** The worst of all; ok where some are unknown. */
  readonly verdict: Exclude<Verdict, 'unknown'>;
  readonly engine: string | null;
  /** The engine runs on another machine, or in a virtual one: what only its kernel knows is unknown. */
  readonly elsewhere: boolean;
  readonly findings: readonly Finding[];
}

/**
 * Everything that is known to break clusters on the host of the engine, found and wanted. An engine that does not answer
 * is a finding, too. @throws KindboxError usage; CancelledError.
 */
export async function examineHost(context: EngineContext, { runtime, numWorkers }: DoctorOptions): Promise<DoctorReport> {
  if (!Number.isInteger(numWorkers) || numWorkers < 0) throw new KindboxError('The number of workers must be 0 or more', { reason: 'usage' });
  try {
    const host = await context.provider.describeHost(context.signal);
    const facts = await observeHost(host, runtime, context.environment);
    const findings = judgeHost(facts, { runtime, nodes: numWorkers + 1, needsSubnet: true });
    return { verdict: worst(findings), engine: host.engine, elsewhere: !isThisMachine(host), findings };
  } catch (error) {
    if (!(error instanceof KindboxError) || error.reason !== 'host') throw error;
    const { message: found, because, next } = error;
    const silent: Finding = { id: 'engine', title: 'Docker', verdict: 'failure', found, wanted: 'a daemon that answers', next, ...(because === undefined ? {} : { because }) };
    return { verdict: 'failure', engine: null, elsewhere: false, findings: [silent] };
  }
}

function worst(findings: readonly Finding[]): DoctorReport['verdict'] {
  const verdicts = new Set(findings.map(({ verdict }) => verdict));
  return verdicts.has('failure') ? 'failure' : verdicts.has('warning') ? 'warning' : 'ok';
}
