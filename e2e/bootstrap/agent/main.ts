import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as after } from 'node:timers/promises';
import { Api } from './api.ts';
import { cniConfiguration, routesToOthers } from './network.ts';
import { volumesToMake, volumesToRemove } from './volumes.ts';
import type { Machine } from './network.ts';
import type { Claim, StorageClass, Volume } from './volumes.ts';

/**
 * Runs on each machine of a bootstrapped cluster and does what kind's own images bring a network daemon and a volume provisioner for: routes between pods, and local
 * volumes. It looks whenever something changes, and now and then, and sets right what it finds, so it needs no memory of what it did.
 */
const BETWEEN_ROUNDS_MS = 250;
const AFTER_ERROR_MS = 1000;
const CNI_FILE = '/etc/cni/net.d/10-pods.conflist';

const machine = process.env['NODE_NAME'] ?? '';
const api = new Api(process.env);

async function arrangeNetwork(): Promise<void> {
  const machines = await api.list<Machine>('/api/v1/nodes');
  for (const { range, via } of routesToOthers(machines.items, machine))
    execFileSync('ip', ['route', 'replace', range, 'via', via]);
  const own = machines.items.find(({ metadata }) => metadata.name === machine)?.spec.podCIDR;
  if (own !== undefined) writeCniFile(own);
  await api.change(machines);
}

function writeCniFile(podRange: string): void {
  const configuration = cniConfiguration(podRange);
  if (existsSync(CNI_FILE) && readFileSync(CNI_FILE, 'utf8') === configuration) return;
  writeFileSync(`${CNI_FILE}.new`, configuration);
  renameSync(`${CNI_FILE}.new`, CNI_FILE);
}

async function arrangeVolumes(): Promise<void> {
  const claims = await api.list<Claim>('/api/v1/persistentvolumeclaims');
  if (claims.items.some(({ status }) => status.phase === 'Pending')) {
    const classes = await api.list<StorageClass>('/apis/storage.k8s.io/v1/storageclasses');
    for (const volume of volumesToMake(claims.items, classes.items, machine)) {
      // Root's own folder: a pod of another user gets at it by its fsGroup, as with volumes of a real provider.
      mkdirSync(volume.spec.local.path, { recursive: true, mode: 0o755 });
      await api.create('/api/v1/persistentvolumes', volume);
    }
  }
  const volumes = await api.list<Volume>('/api/v1/persistentvolumes');
  for (const { metadata, spec } of volumesToRemove(volumes.items, machine)) {
    if (spec.local !== undefined) rmSync(spec.local.path, { recursive: true, force: true });
    await api.delete(`/api/v1/persistentvolumes/${metadata.name}`);
  }
  await api.change(claims, volumes);
}

async function forever(arrange: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      await arrange();
      await after(BETWEEN_ROUNDS_MS);
    } catch (error) {
      process.stderr.write(`${String(error)}\n`);
      await after(AFTER_ERROR_MS);
    }
  }
}

process.once('SIGTERM', () => process.exit(0));
await Promise.all([forever(arrangeNetwork), forever(arrangeVolumes)]);
