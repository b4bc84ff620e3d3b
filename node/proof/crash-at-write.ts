import { decodeRecord } from '../actor/record.ts';
import { Merger } from '../actor/merger.ts';
import { LmdbJournal } from '../journal/lmdb.ts';
import type { CreateEntry } from '../journal/port.ts';

/**
 * Loaded into a node by `--import`: has it killed by SIGKILL right before or right after the journal has a certain record. Nothing of the node is changed but
 * the moment of its death.
 *
 * CRASH_WHEN `before` or `after`, CRASH_AT the mutation, CRASH_CARTS in one of these carts. CRASH_MEANWHILE: a request to this node, as JSON
 * `{method, path, body}`, that is answered when the source is frozen and before the target takes it.
 */
const { CRASH_WHEN, CRASH_AT, CRASH_CARTS = '', CRASH_MEANWHILE, HTTP_PORT = '' } = process.env;
const carts = new Set(CRASH_CARTS.split(','));

function has(batch: readonly CreateEntry[], type: string | undefined): boolean {
  return batch.some(
    ({ cart, record }) =>
      carts.has(cart) && decodeRecord(record).applied.some(({ mutation }) => mutation.type === type),
  );
}

async function meanwhile(): Promise<void> {
  if (CRASH_MEANWHILE === undefined) return;
  const { method, path, body } = JSON.parse(CRASH_MEANWHILE) as {
    method: string;
    path: string;
    body: object;
  };
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`http://127.0.0.1:${HTTP_PORT}${path}`, {
    method,
    headers,
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(60_000),
  });
  if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.status}`);
}

/** The record is on disk once `write` resolved. */
async function at<T>(batch: readonly CreateEntry[], write: () => Promise<T>): Promise<T> {
  const here = has(batch, CRASH_AT);
  if (here && CRASH_WHEN === 'before') process.kill(process.pid, 'SIGKILL');
  const outcome = await write();
  if (here && CRASH_WHEN === 'after') process.kill(process.pid, 'SIGKILL');
  return outcome;
}

/* eslint-disable @typescript-eslint/unbound-method -- each is called with what it belongs to */
const { create, append } = LmdbJournal.prototype;
const { freeze } = Merger.prototype;
LmdbJournal.prototype.create = function (session, batch) {
  return at(batch, () => create.call(this, session, batch));
};
LmdbJournal.prototype.append = function (session, batch) {
  return at(batch, () => append.call(this, session, batch));
};
Merger.prototype.freeze = async function (wish, target, span) {
  const merge = await freeze.call(this, wish, target, span);
  if (carts.has(target.id)) await meanwhile();
  return merge;
};
