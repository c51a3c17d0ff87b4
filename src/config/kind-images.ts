import { defaultImageFor } from '../images/references.js';
import type { Tell } from './kind.js';
import type { KindNode } from './kind-schema.js';
import type { Path } from './problems.js';

type Node = KindNode & { readonly index: number };

/** kind's own node images (`kindest/node:v1.31.0@sha256:...`) tell the version; kindbox has images of its own. */
const KINDS_OWN = /^(?:docker\.io\/)?kindest\/node:(v\d+\.\d+\.\d+)(?:@sha256:[0-9a-f]{64})?$/;

/** The images of kind's nodes, the control plane's first. */
export class KindImages {
  readonly #version: string | undefined;

  constructor([first, ...others]: readonly Node[], tell: Tell) {
    this.#version = versionOf(first?.image);
    for (const node of [first, ...others]) {
      const path: Path = ['nodes', node?.index ?? 0, 'image'];
      const version = versionOf(node?.image);
      if (version !== undefined) tell('warning', path, `this image is for kind; kindbox's own with Kubernetes ${version} is used`);
    }
  }

  ofCluster(): { kubernetesVersion?: string } {
    return this.#version === undefined ? {} : { kubernetesVersion: this.#version };
  }

  ofNode(node: Node | undefined): { image?: string } {
    const { image = '' } = node ?? {};
    const version = versionOf(image);
    if (image === '' || (version !== undefined && version === this.#version)) return {};
    return { image: version === undefined ? image : defaultImageFor(version) };
  }
}

function versionOf(image: string | undefined): string | undefined {
  return KINDS_OWN.exec(image ?? '')?.[1];
}
