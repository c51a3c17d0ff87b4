/** Minimum and median of the runs, the nodes' figures summed. */
export function summarize(runs) {
  const sum = (run, pick) => run.perNode.reduce((total, node) => total + pick(node), 0);
  const workers = (run) => run.perNode.filter(({ role }) => role === 'worker');
  const mean = (values) => (values.length === 0 ? 0 : values.reduce((total, value) => total + value, 0) / values.length);
  return {
    milestonesMs: milestonesOf(runs),
    createMs: spread(runs.map((run) => run.createMs)),
    destroyMs: spread(runs.map((run) => run.destroyMs)),
    diskBytes: spread(runs.map((run) => sum(run, (node) => node.disk.total))),
    diskBytesPerWorker: spread(runs.map((run) => mean(workers(run).map((node) => node.disk.total)))),
    memoryBytes: spread(runs.map((run) => sum(run, (node) => node.memory))),
    memoryBytesPerWorker: spread(runs.map((run) => mean(workers(run).map((node) => node.memory)))),
    cpuSeconds: spread(runs.map((run) => sum(run, (node) => node.cpuSeconds))),
  };
}

function milestonesOf(runs) {
  const stages = [...new Set(runs.flatMap((run) => Object.keys(run.milestones)))];
  const rows = stages.map((stage) => [stage, spread(runs.flatMap((run) => run.milestones[stage] ?? []))]);
  return Object.fromEntries(rows.sort(([, a], [, b]) => a.median - b.median));
}

export function spread(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { min: sorted[0], median };
}

const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;

/** The summary for people. */
export function tableOf(summary) {
  const rows = [
    ['', 'minimum', 'median'],
    ...Object.entries(summary.milestonesMs).map(([stage, value]) => row(`until ${stage}`, value, seconds)),
    row('all nodes Ready, CoreDNS up', summary.createMs, seconds),
    row('destroy', summary.destroyMs, seconds),
    row('disk of all nodes', summary.diskBytes, megabytes),
    row('disk of a worker', summary.diskBytesPerWorker, megabytes),
    row('memory of all nodes (resident)', summary.memoryBytes, megabytes),
    row('memory of a worker (resident)', summary.memoryBytesPerWorker, megabytes),
    row('CPU seconds of all nodes', summary.cpuSeconds, (value) => value.toFixed(1)),
  ];
  const width = Math.max(...rows.map(([label]) => label.length));
  return rows.map(([label, minimum, median]) => `${label.padEnd(width)} ${minimum.padStart(12)} ${median.padStart(12)}`).join('\n');
}

const row = (label, { min, median }, format) => [label, format(min), format(median)];
