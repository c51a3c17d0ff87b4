import os from 'node:os';
import type { EngineContext } from '../engine.js';
import { KindboxError } from '../errors/index.js';
import type { HostDescription } from '../provider/host-description.js';
import { HOST_CHECKS } from './checks/index.js';
import type { HostFacts, HostWish, MachineFacts } from './facts.js';
import type { Finding, HostCheck } from './finding.js';
import { observeMachine } from './observe-machine.js';
import { observeSysbox } from './observe-sysbox.js';
import { SYSBOX_RUNTIME } from './runtime-check.js';

/** Milliseconds. What does not answer by then, a file system of a dead server for example, stays unknown. */
const LONGEST_LOOK = 3000;

/** Looks at what the engine does not tell of its host, if that is this machine. Never rejects. */
export async function observeHost(host: HostDescription, runtime: string, environment: EngineContext['environment']): Promise<HostFacts> {
  const engine = host.facts;
  const nothing = { host, engine, machine: undefined, sysbox: undefined, environment };
  if (engine === undefined || !isThisMachine(host)) return nothing;
  const path = runtime === SYSBOX_RUNTIME ? engine.runtimePaths[runtime] : undefined;
  const [machine, sysbox] = await Promise.all([
    inTime<MachineFacts>(observeMachine(engine, host.cgroupVersion)), path === undefined ? undefined : inTime(observeSysbox(path)),
  ]);
  return { ...nothing, machine, sysbox };
}

export function judgeHost(facts: HostFacts, wish: HostWish, checks: readonly HostCheck[] = HOST_CHECKS): Finding[] {
  return checks.flatMap(({ id, title, judge }) => {
    const judgement = judge(facts, wish);
    return judgement === undefined ? [] : [{ id, title, next: [], ...judgement }];
  });
}

/** @returns a line for each condition that may hurt. @throws KindboxError host for the first that is sure to break a cluster. */
export function preflight(facts: HostFacts, wish: HostWish): string[] {
  const findings = judgeHost(facts, wish, HOST_CHECKS.filter(({ onlyInDoctor }) => onlyInDoctor !== true));
  requireNoFailure(findings);
  return findings.filter(({ verdict }) => verdict === 'warning').map(({ because = '' }) => because);
}

function requireNoFailure(findings: readonly Finding[]): void {
  const [first, ...others] = findings.filter(({ verdict }) => verdict === 'failure');
  if (first === undefined) return;
  throw new KindboxError(`This host cannot run nodes: ${first.title}: ${first.found}`, {
    reason: 'host', because: [first, ...others].map(({ because = '' }) => because).join(' '), next: [...first.next, 'kindbox doctor'],
  });
}

/** A socket may lead into a virtual machine, or out of a container: then neither its kernel's files nor its disk are ours. */
export function isThisMachine(host: HostDescription): boolean {
  const { facts } = host;
  return facts !== undefined && facts.viaSocket && host.operatingSystem !== 'Docker Desktop'
    && process.platform === 'linux' && facts.hostName === os.hostname() && host.kernelVersion === os.release();
}

async function inTime<T>(work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => { timer = setTimeout(() => { resolve(undefined); }, LONGEST_LOOK); });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
