import { readFileSync, writeFileSync } from 'node:fs';
import type { Step } from './step.ts';

/** A machine of a cluster takes about a dozen of these, and the kernel's 128 are for all of a user's. A fourth cluster's machines would die as they start. */
const WATCHERS = '/proc/sys/fs/inotify/max_user_instances';
const WATCHERS_MIN = 1024;

/** Raises what the kernel allows, until it starts anew. */
export const limitsStep: Step = {
  name: 'limits',
  key: '',
  isDone: () => Promise.resolve(Number(readFileSync(WATCHERS, 'utf8')) >= WATCHERS_MIN),
  run: () => {
    writeFileSync(WATCHERS, String(WATCHERS_MIN));
    return Promise.resolve();
  },
};
