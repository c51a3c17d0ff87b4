import { KindboxError } from '../errors/index.js';
import { printable } from '../errors/printable.js';

/** What a field holds, wherever it is: `texts` by name, `objects` in a list, `either` a text or an object. */
type Shape = 'text' | 'number' | 'flag' | 'object' | 'objects' | 'texts' | 'either';
type Fields = Readonly<Record<string, unknown>>;

const named = (shape: Shape, names: string): [string, Shape][] => names.split(' ').map((name) => [name, shape]);

/** All fields that kindbox reads of Kubernetes' objects (types.ts). */
const SHAPES: ReadonlyMap<string, Shape> = new Map([
  ...named('text', 'apiVersion kind name namespace uid resourceVersion deletionTimestamp type reason message lastHeartbeatTime key value effect podCIDR address '
    + 'kubeletVersion containerRuntimeVersion startedAt nodeName phase image'),
  ...named('number', 'generation restartCount exitCode replicas observedGeneration availableReplicas code retryAfterSeconds'),
  ...named('flag', 'controller unschedulable ready'),
  ...named('object', 'metadata spec nodeInfo state lastState running waiting terminated template selector details object'),
  ...named('objects', 'items ownerReferences conditions taints addresses initContainerStatuses containerStatuses initContainers containers causes'),
  ...named('texts', 'labels annotations matchLabels'),
  // Of an object its state, of a condition True or False.
  ...named('either', 'status'),
]);

/** No object of Kubernetes that is read here is half as deep. */
const MOST_LEVELS = 20;

/**
 * What an API server answered, as far as it is what Kubernetes' API declares: whoever is root in a node decides what its
 * API server says. A field of another type is not there.
 * @throws KindboxError cluster when it is no object at all.
 */
export function conform(answer: unknown, asked: string): Fields {
  if (isFields(answer)) return cleaned(answer, MOST_LEVELS);
  throw new KindboxError(`The API server answered ${printable(asked)} with something that is no object of Kubernetes`, {
    reason: 'cluster', because: 'Something else listens there, or it was tampered with.', next: ['kindbox list'],
  });
}

/** An object that can be told from others. */
export function isNamed(value: unknown): boolean {
  return isFields(value) && isFields(value['metadata']) && isText(value['metadata']['name']);
}

function cleaned(value: Fields, levels: number): Fields {
  return Object.fromEntries(Object.entries(value).flatMap(([name, field]) => {
    const shape = SHAPES.get(name);
    const fitting = shape === undefined ? field : fitted(shape, field, levels - 1);
    return fitting === undefined || name === '__proto__' ? [] : [[name, fitting]];
  }));
}

function fitted(shape: Shape, value: unknown, levels: number): unknown {
  if (levels === 0) return undefined;
  switch (shape) {
    case 'text': return isText(value) ? value : undefined;
    case 'number': return typeof value === 'number' ? value : undefined;
    case 'flag': return typeof value === 'boolean' ? value : undefined;
    case 'object': return isFields(value) ? cleaned(value, levels) : undefined;
    case 'objects': return Array.isArray(value) ? value.filter(isFields).map((each) => cleaned(each, levels)) : undefined;
    case 'texts': return isFields(value) ? Object.fromEntries(Object.entries(value).filter(([, text]) => isText(text))) : undefined;
    case 'either': return isText(value) ? value : fitted('object', value, levels);
  }
}

/** JSON can hold halves of surrogate pairs, which no URL can (encodeURIComponent throws). */
function isText(value: unknown): value is string {
  return typeof value === 'string' && !/\p{Surrogate}/u.test(value);
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
