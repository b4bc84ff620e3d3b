import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Shell } from '../process/shell.ts';
import { kubectl } from './kubectl.ts';

/** The release whose CRDs are taken; as a Go module it has them as they are, whatever registry of images can be reached. */
const MODULE = 'github.com/prometheus-operator/prometheus-operator@v0.85.0';
const KINDS = ['podmonitors', 'servicemonitors', 'prometheusrules'];
const DOWNLOAD_DEADLINE_MS = 120_000;
const APPLY_DEADLINE_MS = 60_000;

/** Makes the CRDs of the Prometheus operator, without the operator. Resolves with what removes them. Needs Go. */
export async function installMonitoringCrds(): Promise<() => Promise<void>> {
  const answer = await new Shell(process.env).run('go', ['mod', 'download', '-json', MODULE], {
    cwd: tmpdir(),
    deadlineMs: DOWNLOAD_DEADLINE_MS,
  });
  const { Dir } = JSON.parse(answer) as { Dir: string };
  const files = KINDS.map((kind) =>
    join(Dir, 'example/prometheus-operator-crd', `monitoring.coreos.com_${kind}.yaml`),
  );
  const crds = KINDS.map((kind) => `crd/${kind}.monitoring.coreos.com`);
  const options = { deadlineMs: APPLY_DEADLINE_MS };
  await kubectl(['apply', '--server-side', ...files.map((file) => `--filename=${file}`)], options);
  await kubectl(['wait', ...crds, '--for=condition=Established', '--timeout=30s'], options);
  return async () => {
    await kubectl(['delete', ...crds, '--ignore-not-found'], options);
  };
}
