/** Where the cast lives; the names of its Services end in it. */
export const CAST_NAMESPACE = 'mcx';
/** Where the recorders live: privileged, so apart from the cast. */
export const LAB_NAMESPACE = 'mcx-lab';
/** On every object of the lab; what does not carry it is not the lab's and is never touched. */
export const OURS = { 'app.kubernetes.io/managed-by': 'mcx-lab' } as const;
export const OURS_SELECTOR = 'app.kubernetes.io/managed-by=mcx-lab';
/** Which place a pod plays. */
export const PLACE_LABEL = 'mcx-lab/place';
/** Which deployable brought a pod; the lab's own pods do not have it. */
export const DEPLOYABLE_LABEL = 'mcx-lab/deployable';
