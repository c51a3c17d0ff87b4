import { readFile } from 'node:fs/promises';
import type { Contestant } from './contestant.js';

export interface CapacityStep {
  readonly nodes: number;
  /** Of the command that added the last of them, until they were Ready. */
  readonly seconds: number;
  /** Bytes that the whole machine has left, caches that it can drop included. */
  readonly available: number;
  /** Bytes of all nodes without page cache, as their cgroups count it. */
  readonly nodeMemory: number;
}

export interface Capacity {
  readonly total: number;
  readonly availableBefore: number;
  readonly steps: readonly CapacityStep[];
}

/** Part of the machine's memory that stays free. */
const RESERVE = 0.15;

export function hasRoom(available: number, total: number): boolean {
  return available > total * RESERVE;
}

/** A cluster that grows by `step` workers at a time, until memory is 85 % full or it has `most` nodes. */
export async function fillMachine(contestant: Contestant, cluster: string, { step, most }: { step: number; most: number }, tell: (text: string) => void): Promise<Capacity> {
  const { available: availableBefore, total } = await memory();
  const steps: CapacityStep[] = [];
  let startedAt = Date.now();
  await contestant.create(cluster, 1);
  try {
    for (let workers = 1; ;) {
      const seconds = (Date.now() - startedAt) / 1000;
      const nodes = await contestant.nodes(cluster);
      const figures = await Promise.all(nodes.map((node) => contestant.engine.figuresOf(node)));
      const { available } = await memory();
      steps.push({ nodes: nodes.length, seconds, available, nodeMemory: figures.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0) });
      tell(JSON.stringify(steps.at(-1)));
      if (!hasRoom(available, total) || nodes.length >= most) return { total, availableBefore, steps };
      workers = Math.min(workers + step, most - 1);
      startedAt = Date.now();
      await contestant.resize?.(cluster, workers);
    }
  } finally {
    await contestant.destroy(cluster);
  }
}

export interface Estimate {
  /** Bytes. */
  readonly aWorker: { readonly ofMachine: number; readonly ofItsGroup: number };
  /** Nodes of one cluster until the machine is 85 % full, as the further worker costs the machine. */
  readonly nodesThatFit: number;
}

/** The first step has the control plane's share in it: what a further worker costs is the slope from there on. */
export function estimate({ total, steps }: Capacity): Estimate {
  const [first, last] = [steps[0], steps.at(-1)];
  if (first === undefined || last === undefined || last.nodes === first.nodes) throw new Error('An estimate needs a cluster of two sizes');
  const workers = last.nodes - first.nodes;
  const ofMachine = (first.available - last.available) / workers;
  return {
    aWorker: { ofMachine, ofItsGroup: (last.nodeMemory - first.nodeMemory) / workers },
    nodesThatFit: last.nodes + Math.max(0, Math.floor((last.available - total * RESERVE) / ofMachine)),
  };
}

async function memory(): Promise<{ available: number; total: number }> {
  const text = await readFile('/proc/meminfo', 'utf8');
  const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0) * 1024;
  return { available: field('MemAvailable'), total: field('MemTotal') };
}
