import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { run } from '../machine/commands.mjs';

const record = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'kindbox', 'quickstart.json');

/** Notes which control plane is ours, so that the next run removes that and nothing that a user made. */
export function rememberMaster(id) {
  mkdirSync(dirname(record), { recursive: true });
  writeFileSync(record, `${JSON.stringify({ master: id })}\n`);
}

/** 'none', 'ours' or 'foreign': who made the container of that name. */
export async function findEarlier(masterName) {
  const { code, out } = await run(['docker', 'container', 'inspect', '--format', '{{.Id}}', masterName]);
  if (code !== 0) return 'none';
  return out.toString().trim() === rememberedMaster() ? 'ours' : 'foreign';
}

function rememberedMaster() {
  try {
    return JSON.parse(readFileSync(record, 'utf8')).master;
  } catch {
    return undefined;
  }
}
