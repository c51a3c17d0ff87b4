export type NodeRole = 'control-plane' | 'worker';
