import { randomBytes } from 'node:crypto';
import type { BuildRequest } from './options.js';
import { hashOf, subtree, withoutSubtree, type SourceEntry } from './source-tree.js';

/** Changes when the pipeline itself makes another image of the same inputs. */
const PIPELINE = '1';

export const CACHE_VOLUME = 'kindbox-build-cache';
export const BUILDER_REPOSITORY = 'kindbox/builder';
export const STAGE_REPOSITORY = 'kindbox/node-stage';

/** Labels of what a build makes besides the node image. */
export const BUILD_LABELS = {
  /** `cache` is kept for the next build; `output` and `container` are gone when the build ends. */
  role: 'dev.kindbox.build.role',
  run: 'dev.kindbox.build.run',
  /** The base of an intermediate image: those of another base are not outdated, they serve other builds. */
  base: 'dev.kindbox.build.base',
  /** Likewise. */
  variant: 'dev.kindbox.build.variant',
} as const;

/** All that a build's outcome follows from, and the names that follow from it. */
export interface BuildInputs {
  readonly request: BuildRequest;
  /** As in OCI images. */
  readonly architecture: string;
  readonly contentHash: string;
  readonly builderFiles: readonly SourceEntry[];
  readonly builderHash: string;
  readonly builderReference: string;
  readonly stageFiles: readonly SourceEntry[];
  readonly stageHash: string;
  readonly stageReference: string;
  readonly sourceFiles: readonly SourceEntry[];
  readonly run: string;
  /** Of this run only: two builds at once must not write into each other's. */
  readonly outputVolume: string;
}

export function inputsOf(files: readonly SourceEntry[], request: BuildRequest, architecture: string): BuildInputs {
  const { kubernetesVersion, base, from } = request;
  const sourceFiles = subtree(files, 'source');
  const builderFiles = sourceFiles.filter(({ path }) => path === 'Dockerfile');
  const stageFiles = withoutSubtree(files, 'source').filter(({ path }) => !path.endsWith('.md'));
  const common = { pipeline: PIPELINE, architecture, base };
  const builderHash = hashOf(builderFiles, common);
  const stageHash = hashOf(stageFiles, common);
  const run = randomBytes(6).toString('hex');
  return {
    request, architecture, builderFiles, builderHash, stageFiles, stageHash, sourceFiles, run,
    contentHash: hashOf(files, { ...common, kubernetesVersion, from }),
    builderReference: `${BUILDER_REPOSITORY}:${builderHash.slice(0, 12)}`,
    stageReference: `${STAGE_REPOSITORY}:${stageHash.slice(0, 12)}`,
    outputVolume: `kindbox-build-output-${run}`,
  };
}
