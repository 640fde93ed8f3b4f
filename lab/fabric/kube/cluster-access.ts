/** How a cluster is reached: a context of the user's kubeconfig, or of a file of its own. */
export interface Access {
  /** The lab's name of the cluster: `a`, `b`, … */
  readonly name: string;
  readonly context: string;
  readonly kubeconfig?: string;
}

/** Where an error is: which cluster, as the lab and as the user call it. */
export function whereOf({ name, context }: Access): string {
  return `cluster ${name}, context ${context}`;
}
