import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { arch } from 'node:os';
import type { Config } from '@oclif/core/config';
import type { PJSON } from '@oclif/core/interfaces';
import type { KnownCommands } from './dispatch.js';

interface Manifest {
  readonly commands: Readonly<Record<string, { readonly hiddenAliases?: readonly string[] }>>;
}

/** The commands of this program, as they were when it was built. */
export class Catalogue implements KnownCommands {
  readonly ids: readonly string[];
  readonly topics: readonly string[];
  /** Id of a command by that and by each of its other names. */
  readonly #ids = new Map<string, string>();

  constructor(readonly root: string) {
    const { commands } = readJson(root, 'oclif.manifest.json') as Manifest;
    for (const [id, { hiddenAliases = [] }] of Object.entries(commands)) {
      for (const name of [id, ...hiddenAliases]) this.#ids.set(name, id);
    }
    this.ids = [...this.#ids.keys()];
    this.topics = Object.keys(commands).flatMap((id) => id.split(':').slice(0, -1).concat(id));
  }

  /** The words of a command or topic, whichever of its names was used. */
  named(words: readonly string[]): string[] {
    const name = words.join(':');
    return (this.#ids.get(name) ?? name).split(':').filter((word) => word !== '');
  }

  idOf(name: string): string {
    const id = this.#ids.get(name);
    if (id === undefined) throw new Error(`no command ${name}`);
    return id;
  }
}

type Facts = Pick<Config, 'root' | 'pjson' | 'valid' | 'name' | 'version' | 'bin' | 'platform' | 'arch' | 'channel' | 'scopedEnvVar' | 'scopedEnvVarKey' | 'scopedEnvVarKeys'>;

/**
 * What a command asks its configuration. oclif's own load() sorts and copies the description of every command,
 * twice at each start, and its class brings plugins and help along; that took longer than all of `kindbox list`.
 */
export function startConfig(root: string): Config {
  const pjson = readJson(root, 'package.json') as PJSON;
  const bin = pjson.oclif.bin ?? pjson.name;
  const scopedEnvVarKey = (name: string): string => `${bin}_${name}`.toUpperCase();
  const facts: Facts = {
    root, pjson, valid: true, name: pjson.name, version: pjson.version, bin,
    platform: process.platform, arch: arch() as Config['arch'], channel: 'stable',
    scopedEnvVar: (name) => process.env[scopedEnvVarKey(name)], scopedEnvVarKey, scopedEnvVarKeys: (name) => [scopedEnvVarKey(name)],
  };
  // There are no plugins, hence no hooks.
  return Object.assign(facts, { runHook: async () => ({ successes: [], failures: [] }) }) as unknown as Config;
}

function readJson(root: string, name: string): unknown {
  return JSON.parse(readFileSync(join(root, name), 'utf8'));
}
