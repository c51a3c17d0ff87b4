import type { Fault, Rule } from './fault.js';

type Times = Pick<Rule, 'spared' | 'times'>;

const on = (method: string, path: RegExp) => (fault: Fault, times: Times = {}): Rule => ({ method, path, fault, ...times });

export const ALWAYS = { times: Number.POSITIVE_INFINITY };

/** The calls of the API that kindbox makes, by what they are for. */
export const CALLS = {
  everything: (fault: Fault): Rule[] => ['GET', 'POST', 'PUT', 'DELETE', 'HEAD'].map((method) => ({ method, path: /./, fault, ...ALWAYS })),
  info: on('GET', /^\/info$/),
  listContainers: on('GET', /^\/containers\/json$/),
  listNetworks: on('GET', /^\/networks$/),
  listVolumes: on('GET', /^\/volumes$/),
  inspectImage: on('GET', /^\/images\/.+\/json$/),
  pull: on('POST', /^\/images\/create$/),
  createNetwork: on('POST', /^\/networks\/create$/),
  inspectNetwork: on('GET', /^\/networks\/.+$/),
  removeNetwork: on('DELETE', /^\/networks\/.+$/),
  createContainer: on('POST', /^\/containers\/create$/),
  startContainer: on('POST', /^\/containers\/[^/]+\/start$/),
  inspectContainer: on('GET', /^\/containers\/[^/]+\/json$/),
  waitForContainer: on('POST', /^\/containers\/[^/]+\/wait$/),
  updateContainer: on('POST', /^\/containers\/[^/]+\/update$/),
  removeContainer: on('DELETE', /^\/containers\/[^/]+$/),
  createVolume: on('POST', /^\/volumes\/create$/),
  removeVolume: on('DELETE', /^\/volumes\/.+$/),
  createExec: on('POST', /^\/containers\/[^/]+\/exec$/),
  startExec: on('POST', /^\/exec\/[^/]+\/start$/),
  inspectExec: on('GET', /^\/exec\/[^/]+\/json$/),
  events: on('GET', /^\/events$/),
  sendFiles: on('PUT', /^\/containers\/[^/]+\/archive$/),
} as const;
