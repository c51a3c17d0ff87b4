import { dockerApi } from './docker-api.mjs';

/** Memory in bytes, without page cache, and CPU seconds since the start of a node. */
export async function usageOfNode(id) {
  const { memory_stats: memory, cpu_stats: cpu } = await dockerApi(`/containers/${id}/stats?stream=false&one-shot=true`);
  return { memory: residentMemory(memory), cpuSeconds: cpu.cpu_usage.total_usage / 1e9 };
}

// cgroup v1 has totals that include the pods' groups below the node's; those of v2 do so anyway.
const residentMemory = ({ stats = {} }) => stats.total_rss ?? stats.anon ?? 0;
