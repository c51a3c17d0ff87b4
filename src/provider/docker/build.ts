import { KindboxError, throwIfCancelled } from '../../errors/index.js';
import type { BuildSpec, ImageBuilder } from '../image-builder.js';
import { abortable, type DockerClient } from './client.js';
import { runContainerToEnd, startBuildContainer } from './build-container.js';
import { commitContainer } from './commit.js';
import { follow, presentImage } from './images.js';
import type { PrivilegesOf } from './privilege-negotiation.js';
import { removeContainer } from './container-removal.js';
import { LineSplitter } from './streams/line-splitter.js';

/** Lines of a failed build's output that its error shows. */
const TAIL_LINES = 40;
const STEP_FAILED = /returned a non-zero code|executor failed running|failed to solve/i;

type BuildCalls = Pick<ImageBuilder, 'buildImage' | 'runToEnd' | 'startContainer' | 'commit' | 'removeContainer'>;

export function buildCalls(client: DockerClient, privilegesOf: PrivilegesOf): BuildCalls {
  return {
    buildImage: (spec, signal) => build(client, spec, signal),
    runToEnd: (spec, signal) => runContainerToEnd(client, spec, privilegesOf, signal),
    startContainer: (spec, signal) => startBuildContainer(client, spec, privilegesOf, signal),
    commit: (containerId, spec, signal) => commitContainer(client, containerId, spec, signal),
    removeContainer: (containerId) => removeContainer(client, containerId),
  };
}

async function build(client: DockerClient, spec: BuildSpec, signal: AbortSignal): Promise<Awaited<ReturnType<ImageBuilder['buildImage']>>> {
  const failing = `Cannot build the image ${spec.reference}`;
  const tail: string[] = [];
  const lines = new LineSplitter((line) => {
    if (tail.push(line) > TAIL_LINES) tail.shift();
    spec.onLine(line);
  });
  const options = {
    t: spec.reference,
    ...(spec.dockerfile !== undefined && { dockerfile: spec.dockerfile }),
    buildargs: { ...spec.buildArgs },
    labels: { ...spec.labels },
    rm: true,
    forcerm: true,
  };
  try {
    await follow(client, failing, signal, (line) => line.stream && lines.push(Buffer.from(line.stream)), (abortSignal) =>
      client.api.buildImage(spec.context, { ...options, ...abortable(abortSignal) }),
    );
  } catch (error) {
    lines.end();
    throwIfCancelled(signal);
    throw error instanceof KindboxError ? withOutput(error, failing, tail) : error;
  } finally {
    spec.context.destroy();
  }
  lines.end();
  return presentImage(client, spec.reference, signal);
}

function withOutput(error: KindboxError, failing: string, tail: readonly string[]): KindboxError {
  const logTail = tail.length > 0 ? tail.join('\n') : undefined;
  if (!STEP_FAILED.test(error.message)) {
    return new KindboxError(error.message, { reason: error.reason, because: error.because, next: error.next, logTail, cause: error.cause });
  }
  return new KindboxError(`${failing}: a step of its Dockerfile failed`, {
    reason: 'image',
    because: error.message.slice(failing.length + 2),
    next: ['Read the output above the error', 'docker system df'],
    logTail,
  });
}

