import { throwIfCancelled } from '../../errors/index.js';
import { IMAGE_LABELS } from '../../nodes/labels.js';
import type { Handlers, OperationRun } from '../../plan/execute.js';
import type { Operation } from '../../plan/operation.js';
import type { BuildContainerSpec, CommitSpec } from '../../provider/image-builder.js';
import type { NodeImage } from '../../provider/types.js';
import { getBaseImage } from './base-image.js';
import { ContainerSteps } from './container-steps.js';
import { scriptFailure } from './failures.js';
import { proxyVariables } from '../../host/proxy.js';
import { certificateAuthorities, goVariables } from './host-environment.js';
import { BUILD_LABELS, CACHE_VOLUME, type BuildInputs } from './names.js';
import { NODE_CONFIGURATION, SCRIPTS } from './node-image.js';
import type { BuildContext } from './options.js';
import type { BuildOperation } from './plan.js';
import { releaseFiles } from './release/files.js';
import { releaseFailure } from './release/failures.js';
import { tarOf, type SourceEntry } from './source-tree.js';
import { commitUndoably } from './undoable-commit.js';
import { variantName } from './variants.js';
import type { Workshop } from './workshop.js';

export interface BuildProduct {
  image?: NodeImage;
}

/** Carries out the operations of a plan; `product` is where the node image is put. */
export function buildHandlers(
  context: BuildContext, inputs: BuildInputs, workshop: Workshop, product: BuildProduct,
): Handlers<BuildOperation> {
  const { builder, environment, emit } = context;
  const { request, outputVolume } = inputs;
  let assembled: string | undefined;

  const buildIntermediate = async (
    operation: Operation, run: OperationRun, reference: string, hash: string, files: readonly SourceEntry[],
  ): Promise<void> => {
    const steps = new ContainerSteps(operation, run, emit);
    await builder.buildImage({
      context: await tarOf(files),
      reference,
      buildArgs: { ...proxyVariables(environment), BASE: request.base },
      labels: { [IMAGE_LABELS.contentHash]: hash, [BUILD_LABELS.base]: request.base, [BUILD_LABELS.variant]: variantName(request) },
      onLine: steps.onLine,
    }, run.signal);
  };

  /** Runs a script to its end and keeps the container. */
  const runScript = async (
    operation: Operation, run: OperationRun, failure: (exitCode: number, logTail: string) => Error, spec: Omit<BuildContainerSpec, 'labels' | 'onLine'>,
  ): Promise<string> => {
    const steps = new ContainerSteps(operation, run, emit);
    try {
      const labels = { [BUILD_LABELS.role]: 'container', [BUILD_LABELS.run]: inputs.run };
      const { containerId, exitCode } = await builder.runToEnd({ ...spec, labels, onLine: steps.onLine }, run.signal);
      workshop.holdContainer(containerId);
      throwIfCancelled(run.signal);
      if (exitCode !== 0) throw failure(exitCode, steps.logTail);
      steps.end('done');
      return containerId;
    } catch (error) {
      steps.end(run.signal.aborted ? 'cancelled' : 'failed');
      throw error;
    }
  };

  /** Compiles or downloads into the output volume. */
  const makePrograms = async (
    operation: Operation, run: OperationRun, failure: (exitCode: number, logTail: string) => Error,
    script: { readonly argv: readonly string[]; readonly files: readonly SourceEntry[]; readonly environment: Readonly<Record<string, string>> },
  ): Promise<void> => {
    const authorities = await certificateAuthorities(environment);
    await builder.ensureVolume(CACHE_VOLUME, { [BUILD_LABELS.role]: 'cache' }, run.signal);
    // Held first: an engine that is interrupted may have made it all the same.
    workshop.holdVolume(outputVolume);
    await builder.ensureVolume(outputVolume, { [BUILD_LABELS.role]: 'output', [BUILD_LABELS.run]: inputs.run }, run.signal);
    const container = await runScript(operation, run, failure, {
      image: inputs.builderReference,
      argv: script.argv,
      environment: {
        ...proxyVariables(environment), ...authorities?.variables, ...script.environment,
        KUBERNETES_VERSION: request.kubernetesVersion,
      },
      volumes: [{ name: CACHE_VOLUME, path: '/cache' }, { name: outputVolume, path: '/out' }],
      files: [
        { path: '/src', tar: await tarOf(script.files) },
        ...(authorities === undefined ? [] : [{ path: '/', tar: await tarOf([authorities.file]) }]),
      ],
      nodePrivileges: false,
    });
    await workshop.dropContainer(container);
  };

  return {
    'tag-image': async ({ imageId, reference }, { signal }) => {
      await builder.tagImage(imageId, reference, signal);
    },
    'get-base': async (_operation, { signal, progress }) => {
      await getBaseImage({
        builder, environment, progress,
        reference: request.base,
        architecture: inputs.architecture,
        bootstrap: context.bootstrap,
        note: (message) => emit({ type: 'note', level: 'info', message, at: Date.now() }),
      }, signal);
    },
    'build-builder': async (operation, run) => {
      await buildIntermediate(operation, run, inputs.builderReference, inputs.builderHash, inputs.builderFiles);
    },
    'build-stage': async (operation, run) => {
      await buildIntermediate(operation, run, inputs.stageReference, inputs.stageHash, inputs.stageFiles);
    },
    compile: async (operation, run) => {
      const failure = failureOf(`Compiling Kubernetes ${request.kubernetesVersion}`);
      await makePrograms(operation, run, failure, { argv: [SCRIPTS.compile], files: inputs.sourceFiles, environment: goVariables(environment) });
    },
    download: async (operation, run) => {
      await makePrograms(operation, run, (exitCode, log) => releaseFailure(request, exitCode, log), {
        argv: [SCRIPTS.download],
        files: [...inputs.sourceFiles, ...releaseFiles(inputs)],
        environment: { ARCHITECTURE: inputs.architecture },
      });
    },
    assemble: async (operation, run) => {
      assembled = await runScript(operation, run, failureOf('Assembling the node image'), {
        image: inputs.stageReference,
        argv: [SCRIPTS.assemble],
        // Nothing of the host's environment: it would be committed into the image.
        environment: {},
        volumes: [{ name: outputVolume, path: '/out', readOnly: true }],
        files: [],
        nodePrivileges: true,
      });
    },
    commit: async ({ replaces }, { signal }) => {
      if (assembled === undefined) throw new Error('there is nothing to commit: the plan is wrong');
      product.image = await commitUndoably(builder, assembled, commitSpec(inputs), replaces, signal);
    },
    'remove-image': async ({ imageId }, { progress }) => {
      try {
        await builder.removeImage(imageId);
      } catch {
        progress('still in use, so it stays');
      }
    },
  };
}

function failureOf(what: string): (exitCode: number, logTail: string) => Error {
  return (exitCode, logTail) => scriptFailure(what, exitCode, logTail);
}

function commitSpec({ request, contentHash }: BuildInputs): CommitSpec {
  return {
    ...NODE_CONFIGURATION,
    reference: request.reference,
    labels: {
      [IMAGE_LABELS.kubernetesVersion]: request.kubernetesVersion,
      [IMAGE_LABELS.cri]: request.cri,
      [IMAGE_LABELS.layout]: request.layout,
      [IMAGE_LABELS.target]: request.target,
      [IMAGE_LABELS.contentHash]: contentHash,
      // Those of the container are handed down to the image, and by it to every node: they must say nothing there.
      [BUILD_LABELS.role]: '',
      [BUILD_LABELS.run]: '',
    },
  };
}
