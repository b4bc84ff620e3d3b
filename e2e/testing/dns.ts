import { kubectl } from './kubectl.ts';

const DEADLINE_MS = 120_000;

/**
 * Has the cluster's DNS begin anew, for who had the API server go: a replica may take half a minute longer than the API server to hear of new Services again, and says that there are none.
 * Whoever asks next in another test must not meet that.
 */
export async function renewDns(): Promise<void> {
  const dns = ['--namespace=kube-system', 'rollout'];
  await kubectl([...dns, 'restart', 'deployment/coredns']);
  await kubectl([...dns, 'status', 'deployment/coredns', `--timeout=${DEADLINE_MS / 1000}s`], {
    deadlineMs: DEADLINE_MS + 10_000,
  });
}
