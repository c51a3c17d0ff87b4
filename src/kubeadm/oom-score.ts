/** What the kubelet and kube-proxy want for themselves: the kernel is to kill others first where memory is short. */
export const PROTECTED = -999;
/** What every process of a node has. */
export const UNPROTECTED = 0;

/** A command that succeeds, with `PROTECTED` on its stdin, where processes of a node may protect themselves. */
export const TRY_OOM_SCORE = ['dd', 'of=/proc/self/oom_score_adj', 'status=none'];
