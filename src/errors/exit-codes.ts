/** The one table of exit codes. Documented in the README; scripts depend on it. */
export const EXIT_CODES = {
  success: 0,
  /** A bug in kindbox, or an error that nobody classified yet. */
  unexpected: 1,
  /** The command line, a name, a number, a CIDR or a file is not valid; nothing was contacted. */
  usage: 2,
  /** The container engine cannot be reached, refuses us, or lacks the runtime that was asked for. */
  host: 3,
  /** The node image is absent, of another architecture, or not a node image. */
  image: 4,
  /** Something that is not ours stands in the way: a container, network or port. */
  conflict: 5,
  /** The named cluster or node does not exist. */
  notFound: 6,
  /** A node, kubeadm or Kubernetes failed while it was being set up. */
  cluster: 7,
  /** A wait ran out of time. */
  timeout: 8,
  /** The work was done, but not all of it (a worker failed, the kubeconfig could not be written). */
  partial: 9,
  /** 128 + SIGHUP. */
  hangup: 129,
  /** 128 + SIGINT. */
  interrupted: 130,
  /** 128 + SIGTERM. */
  terminated: 143,
} as const;

export type ExitReason = keyof typeof EXIT_CODES;
