import type * as engineModule from '../../index.js';
import type { ConfigSource, CreateOptions } from '../../index.js';
import { createOptions, type CreateFlagValues } from './create-flags.js';
import { usageError } from '../error/usage.js';

type Engine = Pick<typeof engineModule, 'nodeSettings' | 'readConfig' | 'withFile' | 'validateClusterName'>;

export interface ParsedCreate {
  readonly args: { readonly name?: string | undefined };
  readonly flags: CreateFlagValues & { readonly config: string | undefined };
  readonly metadata: { readonly flags: Readonly<Record<string, { readonly setFromDefault?: boolean } | undefined>> };
}

export interface CreateWish {
  readonly options: CreateOptions;
  readonly warnings: readonly string[];
}

/** Options that are not called as their flags are, in camel case. */
const OPTION_NAMES: Readonly<Record<string, keyof CreateOptions>> = { net: 'network', 'k8s-version': 'kubernetesVersion', wait: 'waitMs' };

function optionOf(flag: string): keyof CreateOptions {
  return OPTION_NAMES[flag] ?? flag.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase()) as keyof CreateOptions;
}

/** What the command line asks for, over what its file asks for. @throws KindboxError usage. */
export async function createWish({ args, flags, metadata }: ParsedCreate, engine: Engine): Promise<CreateWish> {
  const asked = createOptions(args.name ?? '', flags, engine.nodeSettings);
  const { options, warnings } = flags.config === undefined ? { options: asked, warnings: [] } : await fromFile(flags.config);
  if (options.name === '') throw usageError('Missing argument: NAME', flags.config === undefined ? undefined : 'The configuration has no name either.');
  engine.validateClusterName(options.name);
  return { options, warnings };

  async function fromFile(path: string): Promise<CreateWish> {
    const file = await engine.readConfig(configSource(path));
    return { options: engine.withFile(asked, explicitOptions(), file.options), warnings: file.warnings };
  }

  function explicitOptions(): ReadonlySet<keyof CreateOptions> {
    const given = Object.keys(flags).filter((flag) => flags[flag as keyof CreateFlagValues] !== undefined && metadata.flags[flag]?.setFromDefault !== true);
    return new Set([...given.map(optionOf), 'retain', ...(args.name === undefined ? [] : ['name'] as const)]);
  }
}

export function configSource(path: string): ConfigSource {
  return { path, ...(path === '-' ? { stdin: process.stdin } : {}), workingFolder: process.cwd() };
}
