export interface LogsOptions {
  readonly name: string;
  /** Folder of the bundle; absolute, or relative to the current one. Chosen after the name and the time when absent. */
  readonly output?: string | undefined;
}

export interface BundledFile {
  /** Relative to the folder of the bundle. */
  readonly path: string;
  readonly bytes: number;
  /** truncated: it broke off; what came before is there. */
  readonly state: 'complete' | 'truncated';
  /** Why it was cut off, or what else is to be known of it. */
  readonly remark?: string;
}

/** What is in `index.json` of a bundle, and what `kindbox logs --json` prints. */
export interface BundleIndex {
  /** Of this format. */
  readonly schema: 1;
  readonly cluster: string;
  /** Absolute path. */
  readonly folder: string;
  /** ISO 8601. */
  readonly takenAt: string;
  /** Everything that was wanted is there as a whole. */
  readonly complete: boolean;
  readonly files: readonly BundledFile[];
  readonly missing: readonly { readonly path: string; readonly because: string }[];
  /** Milliseconds. */
  readonly durationMs: number;
}
