import { Readable } from 'node:stream';
import { KindboxError } from '../../../src/errors/index.js';
import { loadConfig, type LoadedConfig, type LoadSettings } from '../../../src/config/load.js';

export const FOLDER = '/home/somebody/project';
export const OURS = 'apiVersion: kindbox.dev/v1alpha1\nkind: Cluster\n';
export const KINDS = 'apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\n';

export const source = (text: string) => ({ path: '-', stdin: Readable.from([Buffer.from(text)]), workingFolder: FOLDER });

export function load(text: string, settings?: LoadSettings): Promise<LoadedConfig> {
  return loadConfig(source(text), settings);
}

/** What a text is refused with, a line each; what is no refusal of ours is thrown on. */
export async function refusal(text: string): Promise<string[]> {
  try {
    await load(text);
  } catch (error) {
    if (error instanceof KindboxError && error.reason === 'usage') return error.message.split('\n').map((line) => line.trim());
    throw error;
  }
  throw new Error('it was taken');
}
