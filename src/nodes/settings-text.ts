import { KindboxError } from '../errors/index.js';
import { printable } from '../errors/printable.js';
import type { MountSpec, PortSpec } from '../provider/types.js';
import type { NodeSettings, Taint } from './settings.js';

const EFFECTS: readonly string[] = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
const UNITS: Readonly<Record<string, number>> = {
  '': 1, b: 1, k: 1024, kb: 1024, ki: 1024, m: 1024 ** 2, mb: 1024 ** 2, mi: 1024 ** 2, g: 1024 ** 3, gb: 1024 ** 3, gi: 1024 ** 3,
};

function invalid(what: string, text: string, form: string): KindboxError {
  return new KindboxError(`"${printable(text)}" is not ${what}`, { reason: 'usage', because: `It has the form ${form}.` });
}

/** `['a=b', 'c=']` -> `{a: 'b', c: ''}`. @throws KindboxError usage. */
export function parseLabels(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(texts.map((text) => {
    const { key, value } = parseKeyAndValue(text) ?? {};
    if (key === undefined || value === undefined) throw invalid('a label', text, 'key=value, such as disk=ssd or example.com/team=a');
    return [key, value];
  }));
}

/** `dedicated=db:NoSchedule`, or without a value `dedicated:NoSchedule`, as kubectl taint has it. @throws KindboxError usage. */
export function parseTaint(text: string): Taint {
  const colon = text.lastIndexOf(':');
  const effect = text.slice(colon + 1);
  const subject = text.slice(0, Math.max(0, colon));
  const pair = parseKeyAndValue(subject.includes('=') ? subject : `${subject}=`);
  if (pair === undefined || !EFFECTS.includes(effect)) throw invalid('a taint', text, `key[=value]:effect with an effect of ${EFFECTS.join(', ')}`);
  return { key: pair.key, ...(pair.value === '' ? {} : { value: pair.value }), effect: effect as Taint['effect'] };
}

/** `2g`, `512Mi`: bytes, in units of 1024 as docker run has them. @throws KindboxError usage. */
export function parseMemory(text: string): number {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text) ?? [];
  const factor = UNITS[unit.toLowerCase()];
  if (number === '' || factor === undefined) throw invalid('an amount of memory', text, '2g, 512m or 1.5Gi');
  return Math.round(Number(number) * factor);
}

/** @throws KindboxError usage. */
export function parseCpus(text: string): number {
  const cpus = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || cpus === 0) throw invalid('a number of processors', text, '2 or 1.5');
  return cpus;
}

/** `HOST:NODE[:ro]`, both absolute paths. @throws KindboxError usage. */
export function parseMount(text: string): MountSpec {
  const [hostPath = '', nodePath = '', mode = 'rw', ...more] = text.split(':');
  if (!hostPath.startsWith('/') || !nodePath.startsWith('/') || !['ro', 'rw'].includes(mode) || more.length > 0) {
    throw invalid('a mount', text, '/path/on/host:/path/in/node[:ro]');
  }
  return { hostPath, nodePath, readOnly: mode === 'ro' };
}

/** `[ADDRESS:]HOST:NODE[/udp]`; a host port of 0 lets the engine choose. @throws KindboxError usage. */
export function parsePort(text: string): PortSpec {
  const [, hostAddress, host = '', node = '', protocol = 'tcp'] = /^(?:(\d+\.\d+\.\d+\.\d+|\[[0-9a-f:]+\]):)?(\d{1,5}):(\d{1,5})(?:\/(tcp|udp|sctp))?$/i.exec(text) ?? [];
  const [hostPort, nodePort] = [Number(host), Number(node)];
  if (host === '' || hostPort > 65535 || nodePort === 0 || nodePort > 65535) throw invalid('a published port', text, '8080:30080, 127.0.0.1:8080:30080 or 5353:30053/udp');
  return {
    nodePort, hostPort, protocol: protocol.toLowerCase() as NonNullable<PortSpec['protocol']>,
    ...(hostAddress === undefined ? {} : { hostAddress: hostAddress.replace(/[[\]]/g, '') }),
  };
}

/** Kubernetes' rules for the keys and values of labels; taints share them. */
function parseKeyAndValue(text: string): { key: string; value: string } | undefined {
  const equals = text.indexOf('=');
  const [key, value] = [text.slice(0, Math.max(0, equals)), text.slice(equals + 1)];
  const [prefix, name]: readonly [string | undefined, string] = key.includes('/') ? [key.slice(0, key.indexOf('/')), key.slice(key.indexOf('/') + 1)] : [undefined, key];
  const isName = (part: string): boolean => part.length <= 63 && /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/.test(part);
  const isPrefix = prefix === undefined || (prefix.length <= 253 && /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(prefix));
  return equals > 0 && isPrefix && isName(name) && (value === '' || isName(value)) ? { key, value } : undefined;
}

/** Settings as flags of a command line have them. */
export interface SettingsTexts {
  readonly image?: string | undefined;
  readonly label?: readonly string[] | undefined;
  readonly taint?: readonly string[] | undefined;
  readonly cpus?: string | undefined;
  readonly memory?: string | undefined;
  readonly mount?: readonly string[] | undefined;
  readonly port?: readonly string[] | undefined;
}

/** @throws KindboxError usage. */
export function nodeSettings({ image, label, taint, cpus, memory, mount, port }: SettingsTexts): NodeSettings {
  return {
    ...(image === undefined ? {} : { image }),
    ...(label === undefined ? {} : { labels: parseLabels(label) }),
    ...(taint === undefined ? {} : { taints: taint.map(parseTaint) }),
    ...(cpus === undefined ? {} : { cpus: parseCpus(cpus) }),
    ...(memory === undefined ? {} : { memoryBytes: parseMemory(memory) }),
    ...(mount === undefined ? {} : { mounts: mount.map(parseMount) }),
    ...(port === undefined ? {} : { ports: port.map(parsePort) }),
  };
}
