import type { Contestant } from './contestant.js';
import { settledCounts, type MachineCounts } from './machine-counts.js';

export interface Round {
  readonly seconds: number;
  /** Once the round's cluster is gone. */
  readonly counts: MachineCounts;
}

/** The daemons settle in the first rounds: caches, pools of threads, arenas of the Go runtime. */
const SETTLING = 3;
const MB = 1024 * 1024;

/** How much may remain between the settled rounds and the last ones, on a machine where nothing else happens. */
const ALLOWED: Readonly<Partial<Record<keyof MachineCounts, number>>> = { daemonFiles: 3, daemonThreads: 8, daemonMemory: 48 * MB };

/** Create with one worker, resize to two and back, destroy; and again. Time is reported, and judged by nobody. */
export async function soak(contestant: Contestant, cluster: string, rounds: number, tell: (text: string) => void): Promise<Round[]> {
  const done: Round[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const startedAt = Date.now();
    await contestant.create(cluster, 1);
    try {
      await contestant.resize?.(cluster, 2);
      await contestant.resize?.(cluster, 1);
    } finally {
      await contestant.destroy(cluster);
    }
    const seconds = (Date.now() - startedAt) / 1000;
    done.push({ seconds, counts: await settledCounts(contestant.engine, cluster) });
    tell(`round ${round} of ${rounds}: ${seconds.toFixed(1)} s, ${JSON.stringify(done.at(-1)?.counts)}`);
  }
  return done;
}

/** What has grown, each with its figures; nothing when all is well. The least of several rounds, as a round may end while something else happens on the machine. */
export function growth(rounds: readonly Round[]): string[] {
  const settled = rounds.slice(SETTLING);
  const half = Math.floor(settled.length / 2);
  if (half === 0) throw new Error(`Growth is told from ${SETTLING + 2} rounds or more`);
  const least = (of: readonly Round[], key: keyof MachineCounts): number => Math.min(...of.map(({ counts }) => counts[key]));
  const keys = Object.keys(settled[0]?.counts ?? {}) as (keyof MachineCounts)[];
  return keys.flatMap((key) => {
    const [early, late] = [least(settled.slice(0, half), key), least(settled.slice(half), key)];
    return late - early > (ALLOWED[key] ?? 0) ? [`${key}: ${early} in the first rounds, ${late} in the last`] : [];
  });
}
