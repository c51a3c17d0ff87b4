import pLimit from 'p-limit';
import { throwIfCancelled } from '../errors/index.js';
import { proxySecrets } from '../host/proxy.js';
import type { NodeProvider } from '../provider/provider.js';
import type { ObservedNode } from '../provider/types.js';
import { BundleFolder } from './bundle-folder.js';
import { planBundle, type Bundled, type BundleItem } from './bundle-plan.js';
import type { BundledFile, BundleIndex } from './options.js';
import { LIST_POD_LOGS, systemPodLogs } from './pod-logs.js';
import { NO_TIME, readSource, reasonOf, type Reading } from './sources.js';
import { hostReport } from './host-report.js';
import { versionsOf } from './versions.js';

/** Each is a connection to the engine, and on a node a process or two. */
const AT_ONCE = 12;

export interface Collecting {
  readonly provider: NodeProvider;
  /** Ends it for good: nothing is left. */
  readonly signal: AbortSignal;
  /** Ends it with what there is by then. */
  readonly deadline?: AbortSignal;
  /** Secrets that are to be removed wherever they stand. */
  readonly known?: readonly string[];
  /** Variables of whoever runs kindbox, for the checks of the host. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly onFile?: (done: number, wanted: number) => void;
}

/**
 * Writes a bundle into a new folder, many files at once, each as a stream. What cannot be had is told in the index,
 * which comes last. @throws KindboxError conflict or usage when the folder cannot be used; CancelledError.
 */
export async function collectBundle(cluster: Bundled, path: string, collecting: Collecting): Promise<BundleIndex> {
  const startedAt = Date.now();
  const folder = await BundleFolder.create(path);
  try {
    const { files, missing } = await new Collection(folder, collecting).collect(cluster);
    throwIfCancelled(collecting.signal);
    const index: BundleIndex = {
      schema: 1, cluster: cluster.name, folder: folder.path, takenAt: new Date(startedAt).toISOString(),
      complete: missing.length === 0 && files.every(({ state }) => state === 'complete'),
      files: [...files].sort(byPath), missing: [...missing].sort(byPath), durationMs: Date.now() - startedAt,
    };
    await folder.write('index.json', `${JSON.stringify(index, null, 2)}\n`);
    return index;
  } catch (error) {
    await folder.remove().catch(() => undefined);
    throw error;
  }
}

class Collection {
  readonly #files: BundledFile[] = [];
  readonly #missing: { path: string; because: string }[] = [];
  readonly #limit = pLimit(AT_ONCE);
  readonly #reading: Reading;
  #wanted = 0;
  #done = 0;

  constructor(private readonly folder: BundleFolder, private readonly collecting: Collecting) {
    const { provider, signal, deadline, known = [], environment } = collecting;
    this.#reading = { provider, known: [...known, ...proxySecrets(environment)], signal: deadline === undefined ? signal : AbortSignal.any([signal, deadline]) };
  }

  async collect(cluster: Bundled): Promise<{ files: readonly BundledFile[]; missing: readonly { path: string; because: string }[] }> {
    await Promise.all([this.#versions(cluster), this.#host(cluster), ...planBundle(cluster).map((item) => this.#item(item))]);
    return { files: this.#files, missing: this.#missing };
  }

  async #item(item: BundleItem): Promise<void> {
    if (item.unavailable !== undefined) {
      this.#missing.push({ path: item.path, because: item.unavailable });
      return;
    }
    const { source } = item;
    if (source.kind === 'pod-logs') return this.#podLogs(item.path, source.node);
    return this.#file({ path: item.path, source });
  }

  async #podLogs(path: string, node: ObservedNode): Promise<void> {
    const { provider, signal } = this.#reading;
    try {
      const { stdout } = await this.#limit(() => provider.exec(node.id, LIST_POD_LOGS, { signal, timeoutMs: 30_000 }));
      const logs = systemPodLogs(stdout);
      await Promise.all(logs.map((log) => this.#item({ path: `${path}/${log.path}`, source: { kind: 'stream', node, argv: ['cat', log.nodePath] } })));
    } catch (error) {
      this.#missing.push({ path, because: this.#reason(error) });
    }
  }

  async #file({ path, source }: { readonly path: string; readonly source: Parameters<typeof readSource>[0] }): Promise<void> {
    this.#wanted += 1;
    await this.#limit(async () => {
      if (this.#reading.signal.aborted) {
        this.#missing.push({ path, because: NO_TIME });
        return;
      }
      const file = await this.folder.newFile(path);
      const size = async (): Promise<number> => (await file.stat()).size;
      try {
        const remark = await readSource(source, file, this.#reading);
        this.#files.push({ path, bytes: await size(), state: 'complete', ...(remark === undefined ? {} : { remark }) });
      } catch (error) {
        await this.#broken(path, await size(), error);
      } finally {
        await file.close();
      }
    });
    this.#done += 1;
    this.collecting.onFile?.(this.#done, this.#wanted);
  }

  /** What came before the break is worth keeping; a file of nothing is not. */
  async #broken(path: string, bytes: number, error: unknown): Promise<void> {
    const because = this.#reason(error);
    if (bytes > 0) this.#files.push({ path, bytes, state: 'truncated', remark: because });
    else {
      await this.folder.removeFile(path);
      this.#missing.push({ path, because });
    }
  }

  #reason(error: unknown): string {
    return this.#reading.signal.aborted ? NO_TIME : reasonOf(error);
  }

  async #versions(cluster: Bundled): Promise<void> {
    const { versions, because } = await versionsOf(cluster, this.#reading);
    if (because !== undefined) this.#missing.push({ path: 'versions.json: some of it', because });
    await this.#text('versions.json', versions);
  }

  async #host(cluster: Bundled): Promise<void> {
    try {
      await this.#text('doctor.json', await hostReport(cluster, this.#reading, this.collecting.environment));
    } catch (error) {
      this.#missing.push({ path: 'doctor.json', because: this.#reason(error) });
    }
  }

  async #text(path: string, text: string): Promise<void> {
    this.#files.push({ path, bytes: await this.folder.write(path, text), state: 'complete' });
  }
}

function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : 1;
}
