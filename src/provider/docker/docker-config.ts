import { readFile } from 'node:fs/promises';
import path from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The parts of ~/.docker/config.json that matter here. */
export interface DockerConfigFile {
  readonly currentContext?: string;
  readonly auths?: Readonly<Record<string, { auth?: string; identitytoken?: string }>>;
  readonly credsStore?: string;
  readonly credHelpers?: Readonly<Record<string, string>>;
}

/** An absent or unreadable file counts as empty, as the docker CLI has it. */
export async function readDockerConfig(environment: Environment): Promise<DockerConfigFile> {
  const text = await readFile(path.join(dockerConfigFolder(environment), 'config.json'), 'utf8').catch(() => '{}');
  return parseObject(text) ?? {};
}

/** The docker CLI's folder: DOCKER_CONFIG, else ~/.docker. */
export function dockerConfigFolder(environment: Environment): string {
  return environment['DOCKER_CONFIG'] || path.join(homeFolder(environment), '.docker');
}

export function homeFolder(environment: Environment): string {
  return environment['HOME'] || environment['USERPROFILE'] || '/';
}

/** Undefined when the text is not a JSON object. */
export function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
