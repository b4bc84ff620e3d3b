import { kubectl } from './kubectl.ts';

const READ_DEADLINE_MS = 60_000;

/** One request as the API server wrote it down. The cluster's own parts are not in there. */
export interface AuditedRequest {
  readonly stage: 'ResponseStarted' | 'ResponseComplete' | 'Panic';
  readonly verb: string;
  readonly requestURI: string;
  readonly user: { readonly username: string };
  readonly userAgent?: string;
  readonly objectRef?: {
    readonly resource: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
    readonly apiGroup?: string;
  };
  readonly responseStatus?: { readonly code: number };
  readonly requestReceivedTimestamp: string;
}

/** Who a pod with this service account is to the API server. */
export function serviceAccount(namespace: string, name: string): string {
  return `system:serviceaccount:${namespace}:${name}`;
}

/** The requests that one user made since a moment and that have been answered, oldest first. */
export async function requestsOf(username: string, since: Date): Promise<readonly AuditedRequest[]> {
  const log = await auditLog();
  return log.filter(
    ({ stage, user, requestReceivedTimestamp }) =>
      stage === 'ResponseComplete' &&
      user.username === username &&
      new Date(requestReceivedTimestamp) >= since,
  );
}

/** Those that change something; renewing a lease is one of them. */
export function writes(requests: readonly AuditedRequest[]): readonly AuditedRequest[] {
  return requests.filter(({ verb }) => !['get', 'list', 'watch'].includes(verb));
}

/** The kubelet of the control plane's machine serves its log folder. */
async function auditLog(): Promise<readonly AuditedRequest[]> {
  const selector = '--selector=node-role.kubernetes.io/control-plane';
  const machine = (
    await kubectl(['get', 'nodes', selector, '--output=jsonpath={.items[0].metadata.name}'])
  ).trim();
  const path = `/api/v1/nodes/${machine}/proxy/logs/kubernetes/audit.log`;
  const text = await kubectl(['get', '--raw', path], { deadlineMs: READ_DEADLINE_MS });
  // The last line may be half written.
  const lines = text.slice(0, text.lastIndexOf('\n')).split('\n');
  return lines.map((line) => JSON.parse(line) as AuditedRequest);
}
