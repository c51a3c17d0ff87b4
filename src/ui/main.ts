import type { Config } from '@oclif/core/config';
import { EXIT_CODES } from '../errors/index.js';
import { Catalogue, startConfig } from './command/catalogue.js';
import { route } from './command/dispatch.js';
import type { KindboxCommand } from './command/kindbox-command.js';
import { exitWhenFlushed, watchOutputs } from './process-host.js';

/** Imports the module of a command: which there are is known when kindbox is built. */
export type LoadCommand = (id: string) => Promise<{ default: typeof KindboxCommand }>;

/** The process from its first word to its exit code. `root` is the directory of package.json. */
export async function main(argv: readonly string[], root: string, load: LoadCommand): Promise<void> {
  watchOutputs();
  const config = startConfig(root);
  const fail = async (error: unknown): Promise<void> => {
    const { reportFailure } = await import('./error/report.js');
    const { stdout, stderr, env: environment } = process;
    await exitWhenFlushed(reportFailure(error, { stdout, stderr, environment, json: argv.includes('--json'), version: config.version }));
  };
  process.on('uncaughtException', (error) => void fail(error));
  process.on('unhandledRejection', (error) => void fail(error));
  try {
    await dispatch(argv, config, load);
    await exitWhenFlushed(Number(process.exitCode ?? EXIT_CODES.success));
  } catch (error) {
    await fail(error);
  }
}

async function dispatch(argv: readonly string[], config: Config, load: LoadCommand): Promise<void> {
  const catalogue = new Catalogue(config.root);
  const found = route(argv, catalogue);
  if (found.kind === 'help') {
    const { helpPage } = await import('./help-pages.js');
    process.stdout.write(helpPage(config.root, catalogue.named(found.subject)));
    return;
  }
  const id = catalogue.idOf(found.kind === 'version' ? 'version' : found.id);
  const { default: command } = await load(id);
  await command.start(id, found.kind === 'version' ? [] : found.argv, config);
}
