import { mergePatch, scalarText, type JsonObject } from './merge-patch.js';

/** What is said once and goes to several components of Kubernetes. */
export interface ComponentSettings {
  /** Of all components. */
  readonly featureGates?: Readonly<Record<string, boolean>> | undefined;
  /** Of the API server: `{"api/alpha": "true"}`. */
  readonly runtimeConfig?: Readonly<Record<string, string>> | undefined;
}

/** The documents with these settings in them; arguments of command lines are in the form of maps (see extra-args.ts). */
export function withComponentSettings(documents: readonly JsonObject[], { featureGates = {}, runtimeConfig = {} }: ComponentSettings): JsonObject[] {
  const gates = assignments(featureGates);
  const apis = assignments(runtimeConfig);
  const onCommandLine = gates === '' ? {} : { extraArgs: { 'feature-gates': gates } };
  const inDocument = gates === '' ? {} : { featureGates };
  const additions: Readonly<Record<string, JsonObject>> = {
    ClusterConfiguration: {
      ...(gates === '' && apis === '' ? {} : { apiServer: { extraArgs: { ...onCommandLine.extraArgs, ...(apis === '' ? {} : { 'runtime-config': apis }) } } }),
      ...(gates === '' ? {} : { controllerManager: onCommandLine, scheduler: onCommandLine }),
    },
    KubeletConfiguration: inDocument,
    KubeProxyConfiguration: inDocument,
  };
  return documents.map((document) => mergePatch(document, additions[scalarText(document['kind'])] ?? {}) as JsonObject);
}

function assignments(settings: Readonly<Record<string, boolean | string>>): string {
  return Object.entries(settings).map(([name, value]) => `${name}=${value}`).join(',');
}
