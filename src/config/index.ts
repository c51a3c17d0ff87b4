import type { FileOptions } from './options.js';
import type { ConfigSource } from './source.js';
import type { ClusterConfigInput } from './schema.js';

export type { ConfigSource } from './source.js';
export type { FileOptions } from './options.js';
export { withFile } from './overlay.js';

export interface ReadConfig {
  readonly options: FileOptions;
  /** What makes no difference to the cluster but was asked for. */
  readonly warnings: readonly string[];
}

export interface ConfigResult {
  /** In the schema of kindbox. */
  readonly config: ClusterConfigInput;
  readonly yaml: string;
  readonly warnings: readonly string[];
}

/** A configuration of kindbox's or kind's, as options. @throws KindboxError usage, with every error and its line. */
export async function readConfig(source: ConfigSource): Promise<ReadConfig> {
  const { loadConfig } = await import('./load.js');
  const { optionsOf } = await import('./options.js');
  const loaded = await loadConfig(source);
  return { options: loaded.config === undefined ? {} : optionsOf(loaded.config, loaded.folder), warnings: texts(loaded) };
}

/** The configuration with all defaults. @throws KindboxError usage. */
export async function viewConfig(source: ConfigSource, environment: Readonly<Record<string, string | undefined>>): Promise<ConfigResult> {
  const { loadConfig } = await import('./load.js');
  const { effective } = await import('./effective.js');
  const { configYaml } = await import('./render.js');
  const loaded = await loadConfig(source);
  const config = loaded.config === undefined ? loaded.input : effective(loaded.config, environment);
  return { config, yaml: configYaml(config), warnings: texts(loaded) };
}

/** kind's configuration in the schema of kindbox; comments say what of it could not be mapped. @throws KindboxError usage. */
export async function migrateConfig(source: ConfigSource): Promise<ConfigResult> {
  const { loadConfig } = await import('./load.js');
  const { inOrder } = await import('./effective.js');
  const { configYaml, remarksComment } = await import('./render.js');
  const loaded = await loadConfig(source, { tolerant: true });
  const config = inOrder(loaded.input);
  return { config, yaml: configYaml(config, remarksComment(loaded)), warnings: texts(loaded) };
}

function texts({ file, remarks }: { readonly file: string; readonly remarks: readonly { line: number; column: number; message: string }[] }): string[] {
  return remarks.map(({ line, column, message }) => `${file}:${line}:${column}: ${message}`);
}
