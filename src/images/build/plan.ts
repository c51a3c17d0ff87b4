import { IMAGE_LABELS } from '../../nodes/labels.js';
import { operationId, type Operation, type Plan } from '../../plan/operation.js';
import type { BuildInputs } from './names.js';
import type { BuildSnapshot } from './observe.js';

interface Of<Kind extends string> extends Operation {
  readonly kind: Kind;
}
interface TagOperation extends Of<'tag-image'> {
  readonly imageId: string;
  readonly reference: string;
}
interface RemoveOperation extends Of<'remove-image'> {
  readonly imageId: string;
}
interface CommitOperation extends Of<'commit'> {
  /** The image that loses its name, and gets it back if the run is interrupted. */
  readonly replaces: string | undefined;
}
export type BuildOperation =
  | TagOperation | RemoveOperation | CommitOperation
  | Of<'get-base'> | Of<'build-builder'> | Of<'build-stage'> | Of<'compile'> | Of<'download'> | Of<'assemble'>;

const GROUPS = {
  prepare: 'prepare-build',
  compile: 'compile-sources',
  download: 'download-releases',
  assemble: 'assemble-image',
  tidy: 'tidy-up',
} as const;

/** Empty when the image is there under its name already. */
export function planBuild(inputs: BuildInputs, snapshot: BuildSnapshot): Plan<BuildOperation> {
  const { force } = inputs.request;
  const { named, sameContent } = snapshot;
  if (sameContent !== undefined && !force) {
    return named?.id === sameContent.id ? { groups: [], operations: [] } : planOfTag(inputs, sameContent.id);
  }
  return planOfBuild(inputs, snapshot);
}

function planOfTag({ request: { reference } }: BuildInputs, imageId: string): Plan<BuildOperation> {
  return {
    groups: [{ id: GROUPS.assemble, title: 'Naming an image of the same content' }],
    operations: [{
      id: operationId('tag-image', reference), kind: 'tag-image', group: GROUPS.assemble,
      title: `Naming it ${reference}`, needs: [], imageId, reference,
    }],
  };
}

function planOfBuild(inputs: BuildInputs, snapshot: BuildSnapshot): Plan<BuildOperation> {
  const { base, kubernetesVersion, reference, force, from } = inputs.request;
  const operations: BuildOperation[] = [];
  const add = (operation: BuildOperation): string => {
    operations.push(operation);
    return operation.id;
  };
  const stageNeeded = force || !snapshot.hasStage;
  const builderNeeded = force || !snapshot.hasBuilder;
  const baseOf = snapshot.hasBase || !(stageNeeded || builderNeeded) ? [] : [add({
    id: operationId('get-base', base), kind: 'get-base', group: GROUPS.prepare, title: `Getting the base image ${base}`, needs: [],
  })];
  const builder = builderNeeded ? [add({
    id: operationId('build-builder', 'image'), kind: 'build-builder', group: GROUPS.prepare, needs: baseOf,
    title: from === 'source' ? 'Building the image that compiles' : 'Building the image that downloads',
  })] : [];
  const stage = stageNeeded ? [add({
    id: operationId('build-stage', 'image'), kind: 'build-stage', group: GROUPS.prepare, title: 'Building the operating system of a node', needs: baseOf,
  })] : [];
  const made = add(from === 'source' ? {
    id: operationId('compile', kubernetesVersion), kind: 'compile', group: GROUPS.compile, title: 'Running the compilers in a container', needs: builder,
  } : {
    id: operationId('download', kubernetesVersion), kind: 'download', group: GROUPS.download, title: 'Downloading in a container', needs: builder,
  });
  const assembled = add({
    id: operationId('assemble', kubernetesVersion), kind: 'assemble', group: GROUPS.assemble, title: 'Installing it and preloading the pod images', needs: [made, ...stage],
  });
  const committed = add({
    id: operationId('commit', reference), kind: 'commit', group: GROUPS.assemble, title: `Saving ${reference}`, needs: [assembled],
    replaces: snapshot.named?.id,
  });
  for (const imageId of superseded(snapshot)) {
    add({
      id: operationId('remove-image', imageId), kind: 'remove-image', group: GROUPS.tidy,
      title: `Removing the outdated image ${shortId(imageId)}`, needs: [committed], imageId,
    });
  }
  const titles: Record<string, string> = {
    [GROUPS.prepare]: 'Preparing the build', [GROUPS.compile]: `Compiling Kubernetes ${kubernetesVersion} and what it needs`,
    [GROUPS.download]: `Downloading Kubernetes ${kubernetesVersion} and what it needs`,
    [GROUPS.assemble]: 'Making the node image', [GROUPS.tidy]: 'Tidying up',
  };
  const used = new Set(operations.map(({ group }) => group));
  return { groups: [...used].map((id) => ({ id, title: titles[id] ?? id })), operations };
}

/** The image that loses its name to the new one, unless it has another or is not ours; and caches out of use. */
function superseded({ named, outdated }: BuildSnapshot): string[] {
  const nameless = named !== undefined && named.references.length <= 1 && named.labels[IMAGE_LABELS.contentHash] !== undefined;
  return [...new Set([...(nameless ? [named.id] : []), ...outdated.map(({ id }) => id)])];
}

function shortId(id: string): string {
  return id.replace(/^sha256:/, '').slice(0, 12);
}
