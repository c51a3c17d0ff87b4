import { parse, stringify, TomlError } from 'smol-toml';
import { KindboxError } from '../errors/index.js';
import { inVersion3, usesVersion2Names, type Table } from './version-2.js';

/** The version of the configuration that containerd 2 reads without migrating it. */
const VERSION = 3;

/**
 * A patch as a drop-in of containerd 2, whose own loader merges drop-ins into the configuration.
 * @throws KindboxError usage: not TOML, or of a version that cannot be brought to version 3.
 */
export function containerdDropIn(patch: string): string {
  const table = parsed(patch);
  const { version, ...settings } = table;
  if (Object.keys(settings).length === 0) throw refusal('A patch of containerd\'s configuration is empty');
  // A drop-in may say no version; then it is of the one whose names it uses.
  const from = version ?? (usesVersion2Names(settings) ? 2 : VERSION);
  if (from !== 2 && from !== VERSION) {
    throw refusal('A patch of containerd\'s configuration has a version that is not 2 or 3', 'containerd 2 reads version 3; version 2 is translated.');
  }
  if ('imports' in settings) throw refusal('A patch of containerd\'s configuration sets imports, which kindbox decides', 'It is how containerd finds the patches.');
  return stringify({ version: VERSION, ...(from === 2 ? inVersion3(settings) : settings) });
}

function parsed(patch: string): Table {
  try {
    return parse(patch, { maxDepth: 100 });
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [reason = ''] = error.message.replace(/^Invalid TOML document: /, '').split('\n');
    throw refusal('A patch of containerd\'s configuration is not TOML', `Line ${error.line}, column ${error.column} of the patch: ${reason}.`);
  }
}

function refusal(message: string, because?: string): KindboxError {
  return new KindboxError(message, { reason: 'usage', because });
}
