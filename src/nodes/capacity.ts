/** What a kubelet finds when it looks at its machine. */
export interface Capacity {
  readonly cpus: number;
  readonly memoryBytes: number;
}

/** Reads it from the texts of a node's /proc/cpuinfo and /proc/meminfo; undefined when these tell nothing. */
export function parseCapacity(cpuinfo: string, meminfo: string): Capacity | undefined {
  const cpus = cpuinfo.match(/^processor\s*:/gm)?.length ?? 0;
  const kibibytes = Number(/^MemTotal:\s+(\d+) kB/m.exec(meminfo)?.[1] ?? 0);
  return cpus > 0 && kibibytes > 0 ? { cpus, memoryBytes: kibibytes * 1024 } : undefined;
}

/**
 * What a kubelet must set aside so that pods get no more than the container may use: no kubelet knows the limits of
 * the container that it is in (kind#877). @returns the value of --system-reserved, or undefined for nothing.
 */
export function reservation(seen: Capacity, limits: { readonly cpus: number | undefined; readonly memoryBytes: number | undefined }): string | undefined {
  const millicores = Math.max(0, Math.round((seen.cpus - (limits.cpus ?? seen.cpus)) * 1000));
  const kibibytes = Math.max(0, Math.round((seen.memoryBytes - (limits.memoryBytes ?? seen.memoryBytes)) / 1024));
  const parts = [...(millicores > 0 ? [`cpu=${millicores}m`] : []), ...(kibibytes > 0 ? [`memory=${kibibytes}Ki`] : [])];
  return parts.length > 0 ? parts.join(',') : undefined;
}
