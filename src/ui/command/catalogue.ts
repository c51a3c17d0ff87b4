import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { arch } from 'node:os';
import { Config } from '@oclif/core/config';
import type { PJSON } from '@oclif/core/interfaces';
import type { KnownCommands } from './dispatch.js';

interface Manifest {
  readonly commands: Readonly<Record<string, { readonly hiddenAliases?: readonly string[]; readonly relativePath: readonly string[] }>>;
}

/** The commands of this program, as they were when it was built. */
export class Catalogue implements KnownCommands {
  readonly ids: readonly string[];
  readonly topics: readonly string[];
  /** Module of a command by its id and by each of its other names. */
  readonly #modules = new Map<string, { readonly id: string; readonly path: string }>();

  constructor(readonly root: string) {
    const { commands } = readJson(root, 'oclif.manifest.json') as Manifest;
    for (const [id, { hiddenAliases = [], relativePath }] of Object.entries(commands)) {
      for (const name of [id, ...hiddenAliases]) this.#modules.set(name, { id, path: join(root, ...relativePath) });
    }
    this.ids = [...this.#modules.keys()];
    this.topics = Object.keys(commands).flatMap((id) => id.split(':').slice(0, -1).concat(id));
  }

  module(name: string): { readonly id: string; readonly path: string } {
    const found = this.#modules.get(name);
    if (found === undefined) throw new Error(`no module for command ${name}`);
    return found;
  }
}

/**
 * What a command asks its configuration. oclif's own load() sorts and copies the description of every command,
 * twice at each start; that took longer than all of `kindbox list`.
 */
export class StartConfig extends Config {
  constructor(root: string) {
    super({ root });
    const pjson = readJson(root, 'package.json') as PJSON;
    Object.assign(this, { root, pjson, valid: true, name: pjson.name, version: pjson.version, bin: pjson.oclif.bin ?? pjson.name });
    Object.assign(this, { platform: process.platform, arch: arch(), channel: 'stable' });
  }

  /** There are no plugins, hence no hooks. */
  override async runHook(): Promise<{ successes: []; failures: [] }> {
    return { successes: [], failures: [] };
  }
}

function readJson(root: string, name: string): unknown {
  return JSON.parse(readFileSync(join(root, name), 'utf8'));
}
