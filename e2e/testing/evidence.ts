import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const CALL_DEADLINE_MS = 20_000;
const OUTPUT_MAX = 64 * 1024 * 1024;
/** Enough for whatever tests start; a bound for what runs wild. */
const CONTAINERS_MAX = 100;

/**
 * Writes down what the cluster looks like: events, CartClusters, pods and their logs, those of crashed containers too. Synchronously, since a test's own clean-up would
 * take it all away.
 */
export function gatherEvidence(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const write = (file: string, ...args: readonly string[]): void =>
    writeFileSync(join(folder, file), kubectl(...args));
  write('cartclusters.yaml', 'get', 'cartclusters', '--all-namespaces', '--output=yaml');
  write('events.txt', 'get', 'events', '--all-namespaces', '--sort-by=.metadata.creationTimestamp');
  write('objects.txt', 'get', 'nodes,all,pvc,pv,configmaps,leases', '--all-namespaces', '--output=wide');
  write(
    'statefulsets.yaml',
    'get',
    'statefulsets',
    '--all-namespaces',
    '--output=yaml',
    '--show-managed-fields',
  );
  for (const { namespace, pod, container } of containers()) {
    const prefix = `${namespace}_${pod}`;
    const of = ['--namespace', namespace];
    write(`${prefix}.txt`, 'describe', 'pod', pod, ...of);
    write(`${prefix}_${container}.log`, 'logs', pod, '--container', container, '--timestamps', ...of);
    write(`${prefix}_${container}.previous.log`, 'logs', pod, '--previous', '--container', container, ...of);
  }
}

interface Container {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

function containers(): readonly Container[] {
  const list = kubectl(
    'get',
    'pods',
    '--all-namespaces',
    '--output=jsonpath={range .items[*]}{.metadata.namespace}{" "}{.metadata.name}{range .spec.containers[*]}{" "}{.name}{end}{"\\n"}{end}',
  );
  return list
    .trim()
    .split('\n')
    .flatMap((line) => {
      const [namespace = '', pod = '', ...names] = line.split(' ');
      return names.map((container) => ({ namespace, pod, container }));
    })
    .filter(({ namespace }) => !namespace.startsWith('kube-'))
    .slice(0, CONTAINERS_MAX);
}

/** What it says, errors included: they are evidence as well. */
function kubectl(...args: readonly string[]): string {
  const options = { encoding: 'utf8', timeout: CALL_DEADLINE_MS, maxBuffer: OUTPUT_MAX } as const;
  const { stdout, stderr, error } = spawnSync('kubectl', args, options);
  return `${stdout}${stderr}${error === undefined ? '' : error.message}`;
}
