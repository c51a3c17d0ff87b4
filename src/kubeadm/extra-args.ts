import { changedAt, isJsonObject, scalarText, type Json, type JsonObject } from './merge-patch.js';

/** Where kubeadm's documents have arguments of a component's command line. */
const PLACES: Readonly<Record<string, readonly (readonly string[])[]>> = {
  ClusterConfiguration: [['apiServer', 'extraArgs'], ['controllerManager', 'extraArgs'], ['scheduler', 'extraArgs'], ['etcd', 'local', 'extraArgs']],
  InitConfiguration: [['nodeRegistration', 'kubeletExtraArgs']],
  JoinConfiguration: [['nodeRegistration', 'kubeletExtraArgs']],
};

/**
 * Arguments as `name: value`, the form up to v1beta3. Merge patches can change one argument of it; of v1beta4's lists
 * they can only replace the whole, so that a patch would take away what kindbox, or another patch, has put there.
 */
export function withArgumentMaps(kind: string, document: JsonObject): JsonObject {
  return changedArguments(kind, document, (value) => (Array.isArray(value) ? asMap(value as readonly Json[]) ?? value : value));
}

/** Arguments in the form of the API version that kubeadm is to be given. */
export function withArgumentsOf(apiVersion: string, document: JsonObject): JsonObject {
  const kind = scalarText(document['kind']);
  return apiVersion.endsWith('v1beta4') ? changedArguments(kind, document, asList) : withArgumentMaps(kind, document);
}

function changedArguments(kind: string, document: JsonObject, change: (value: Json) => Json): JsonObject {
  return (PLACES[kind] ?? []).reduce((changed, path) => changedAt(changed, path, change), document);
}

/** Undefined for a list that says an argument twice, which a map cannot. */
function asMap(list: readonly Json[]): JsonObject | undefined {
  const entries = list.map((item): [string, Json | undefined] => (isJsonObject(item) ? [scalarText(item['name']), item['value']] : ['', undefined]));
  return new Set(entries.map(([name]) => name)).size === entries.length ? Object.fromEntries(entries) : undefined;
}

function asList(value: Json): Json {
  if (!isJsonObject(value)) return value;
  return Object.entries(value).map(([name, argument]) => ({ name, value: scalarText(argument) }));
}
