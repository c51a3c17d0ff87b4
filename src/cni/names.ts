export const CNI_NAMES = ['flannel', 'calico', 'weave', 'none'] as const;
export type CniName = (typeof CNI_NAMES)[number];
/** What a cluster whose manifest was the user's own is labelled with. */
export const OWN_MANIFEST = 'file';
