import { KindboxError } from '../errors/index.js';
import { printable } from '../errors/printable.js';
import { parseKubeadmPatch, requireEffect, type KubeadmPatch } from '../kubeadm/patches.js';
import type { NodeRole } from '../nodes/role.js';
import type { NodeSettings } from '../nodes/settings.js';
import type { CreateFacts } from './create-plan.js';
import type { CreateOptions } from './options.js';

/**
 * What the user changes in the configurations of kubeadm and containerd. It may hold credentials, of a registry for
 * example: it is never part of a plan, an event or a label.
 */
export interface Customization {
  /** Of `kubeadm init`. */
  readonly init: readonly KubeadmPatch[];
  /** Of `kubeadm join` on every worker. */
  readonly join: readonly KubeadmPatch[];
  /** Of `kubeadm join` on one worker, by its index; after those of all. */
  readonly joinByIndex: readonly (readonly KubeadmPatch[])[];
  /** Configurations that containerd merges into its own, on every node. */
  readonly containerd: readonly string[];
  /** What a later resize needs; undefined when there is nothing. */
  readonly record: string | undefined;
}

/** The parts that a later resize needs, as they lie on the control plane. */
interface CustomizationRecord {
  readonly version: 1;
  readonly joinPatches: readonly string[];
  readonly containerdConfigPatches: readonly string[];
}

type Wish = Pick<CreateOptions, 'kubeadmConfigPatches' | 'containerdConfigPatches' | 'featureGates' | 'runtimeConfig' | 'controlPlane' | 'workerDefaults' | 'workers'>;

/** @throws KindboxError usage, before anything is contacted. */
export async function customizationOf(wish: Wish): Promise<Customization> {
  validateComponentSettings(wish);
  const common = wish.kubeadmConfigPatches ?? [];
  const joinTexts = [...common, ...(wish.workerDefaults?.kubeadmConfigPatches ?? [])];
  const ofWorkers = [wish.workerDefaults, ...wish.workers ?? []].map((worker) => parsedFor('worker', worker));
  const joinByIndex = ofWorkers.slice(1);
  const init = [...parsed(common), ...parsedFor('control-plane', wish.controlPlane)];
  return { init, joinByIndex, ...await forLaterNodes({ version: 1, joinPatches: joinTexts, containerdConfigPatches: wish.containerdConfigPatches ?? [] }) };
}

/** What was recorded of a cluster whose workers are to be added to. */
export async function recordedCustomization(record: string): Promise<Customization> {
  const read = parsedRecord(record);
  return { init: [], joinByIndex: [], ...await forLaterNodes(read) };
}

/** It lay in a node: what is not ours is told, and not taken. */
function parsedRecord(record: string): CustomizationRecord {
  const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every((text) => typeof text === 'string');
  try {
    const read = JSON.parse(record) as CustomizationRecord | null;
    if (read !== null && isTexts(read.joinPatches) && isTexts(read.containerdConfigPatches)) return read;
  } catch {
    // Told below.
  }
  throw new KindboxError("The control plane's record of the cluster's patches cannot be read", {
    reason: 'cluster', because: 'Somebody changed it.', next: ['kindbox list'],
  });
}

/** @throws KindboxError usage: a node's container runtime would leave the patches of containerd aside. */
export function requirePatchable({ containerd }: Customization, { image, otherImages = {} }: Pick<CreateFacts, 'image' | 'otherImages'>): void {
  const other = [image, ...Object.values(otherImages)].find(({ cri }) => cri !== 'containerd');
  if (containerd.length === 0 || other === undefined) return;
  throw invalid(`The nodes of ${other.reference} do not take patches of containerd's configuration`, `Their container runtime is ${other.cri}.`);
}

async function forLaterNodes(record: CustomizationRecord): Promise<Pick<Customization, 'join' | 'containerd' | 'record'>> {
  const join = parsed(record.joinPatches).filter(({ kind }) => kind === 'JoinConfiguration');
  const containerd = await dropIns(record.containerdConfigPatches);
  return { join, containerd, record: join.length + containerd.length === 0 ? undefined : JSON.stringify(record) };
}

function parsedFor(role: NodeRole, settings: NodeSettings | undefined): KubeadmPatch[] {
  const patches = parsed(settings?.kubeadmConfigPatches ?? []);
  requireEffect(role, patches);
  return patches;
}

function parsed(texts: readonly string[]): KubeadmPatch[] {
  return texts.flatMap(parseKubeadmPatch);
}

async function dropIns(patches: readonly string[]): Promise<string[]> {
  if (patches.length === 0) return [];
  const { containerdDropIn } = await import('../containerd/patches.js');
  return patches.map(containerdDropIn);
}

/** These become parts of command lines in the node, in which commas and equals signs have a meaning. @throws KindboxError usage. */
export function validateComponentSettings({ featureGates = {}, runtimeConfig = {} }: Pick<Wish, 'featureGates' | 'runtimeConfig'>): void {
  for (const gate of Object.keys(featureGates)) {
    if (!/^[A-Za-z][A-Za-z0-9]{0,99}$/.test(gate)) throw invalid(`"${printable(gate)}" is not a feature gate`, 'It is a word, such as InPlacePodVerticalScaling.');
  }
  for (const [api, value] of Object.entries(runtimeConfig)) {
    if (!/^[a-zA-Z0-9][a-zA-Z0-9./-]{0,199}$/.test(api)) throw invalid(`"${printable(api)}" is not an API that can be turned on or off`, 'It has the form api/alpha or batch/v1beta1.');
    if (!/^[a-zA-Z0-9]{0,50}$/.test(value)) throw invalid(`"${printable(value)}" is not a setting of the API ${api}`, 'It is true or false.');
  }
}

function invalid(message: string, because: string): KindboxError {
  return new KindboxError(message, { reason: 'usage', because });
}
