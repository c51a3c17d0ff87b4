import { CancelledError } from '../errors/index.js';
import { removeKubeconfig } from '../kubeconfig/remove.js';
import { bundleBeforeRollback, withBundle } from '../logs/failure-bundle.js';
import { letControllersGo } from '../kubernetes/held-controllers.js';
import { CLEAN_UP_MS, cleanUpThroughApi } from './clean-up.js';
import { hostCauses, withHostCauses } from './host-causes.js';
import type { CreateLock } from './lock/create-lock.js';
import type { CreateOptions } from './options.js';
import type { ClusterSession } from './session.js';

/** Why a create failed, as far as the nodes can tell: they are asked before they are removed. */
export class FailedCreate {
  #destroyed = false;
  #causes: Awaited<ReturnType<typeof hostCauses>> = [];
  #logs: string | undefined;

  constructor(private readonly lock: CreateLock, private readonly wish: CreateOptions, private readonly session: ClusterSession) {}

  /** What somebody else destroys is not kept. */
  readonly retain = async (): Promise<boolean> => this.wish.retain && !await this.lock.isLost();

  /** What is kept is to work as far as it came. */
  readonly letControllersGo = async (): Promise<void> => {
    if (!this.session.controllersHeld) return;
    try {
      await cleanUpThroughApi(this.session, letControllersGo);
    } catch {
      this.lock.context.emit({
        type: 'note', level: 'warning', at: Date.now(),
        message: 'The controllers of what is kept may not start. Let them: docker exec '
          + `${this.session.settings.master} kubectl --kubeconfig ${this.session.operator.path} delete flowschemas,prioritylevelconfigurations kindbox-controllers`,
      });
    }
  };

  readonly lookBeforeRollback = async (): Promise<void> => {
    this.#destroyed = await this.lock.isLost();
    if (this.#destroyed) return;
    await this.#lookForCauses();
    this.#logs = await bundleBeforeRollback(this.lock.context, this.wish.name, this.lock.run, [this.session.token.value], this.wish.waitMs);
  };

  /** To be called when all is removed, or kept. @returns the error to be told. */
  async explain(error: unknown): Promise<unknown> {
    const kept = this.wish.retain && !this.#destroyed;
    if (kept) await this.#lookForCauses();
    else if (this.session.kubeconfig !== undefined) await removeKubeconfig(this.wish.name, this.lock.context.environment, AbortSignal.timeout(CLEAN_UP_MS));
    if (this.#destroyed && !(error instanceof CancelledError)) return this.lock.destroyed;
    return withBundle(withHostCauses(error, this.#causes), this.#logs);
  }

  /** Of a cluster that stays, though not all of it came about. */
  async explainPartial(error: unknown): Promise<unknown> {
    await this.#lookForCauses();
    return withHostCauses(error, this.#causes);
  }

  async #lookForCauses(): Promise<void> {
    this.#causes = await hostCauses(this.lock.context, this.wish.name, this.lock.run);
  }
}
