import { isDeepStrictEqual } from 'node:util';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeRecord } from '../actor/record.ts';
import { LmdbJournal } from '../journal/lmdb.ts';
import { CartNode } from './cart-node.ts';
import { HttpClient } from './http-client.ts';
import { keepHistory } from './kills.ts';
import { resultOf } from './row.ts';
import type { Mutation } from '../domain/mutation.ts';
import type { Finding } from './history-checker.ts';
import type { Answer, Call } from './http-client.ts';
import type { Row, RowContext, RowResult } from './row.ts';

/** When the node dies: `before` or `after` the journal has the record, or once the merge was answered. */
interface Moment {
  readonly when: 'before' | 'after' | 'answered';
  readonly at: 'Merging' | 'Merge' | 'Merged' | 'MergeRefused' | 'MergeCanceled';
  /** The target changes behind `Merging`, so that it can't take the source. */
  readonly refused: boolean;
}

const moments: readonly Moment[] = [
  ...(['Merging', 'Merge', 'Merged'] as const).flatMap((at): Moment[] => [
    { when: 'before', at, refused: false },
    { when: 'after', at, refused: false },
  ]),
  { when: 'answered', at: 'Merged', refused: false },
  ...(['MergeRefused', 'MergeCanceled'] as const).flatMap((at): Moment[] => [
    { when: 'before', at, refused: true },
    { when: 'after', at, refused: true },
  ]),
];

/** Who comes by in the next life. */
const visitors = [
  'the same request',
  'a read of the source',
  'a change of the source',
  'a read of the target',
] as const;
type Visitor = (typeof visitors)[number];

/** One merge, one death, one visitor. */
interface Run {
  readonly moment: Moment;
  readonly visitor: Visitor;
  readonly source: string;
  readonly target: string;
}

const SKU = 'TEST-SKU-123';
const OTHER_SKU = 'TEST-SKU-456';
const PIECES = { source: 2, target: 3, full: 998 } as const;
const SETTLED_MS = 60_000;
const preload = fileURLToPath(new URL('crash-at-write.ts', import.meta.url));

export const mergeKills: Row = {
  name: 'merge-kills',
  claim:
    'SIGKILL between every two steps of a merge: nothing lost, nothing doubled, and who comes by next finishes it',
  run,
};

/** Before the target has decided it knows nothing of the merge: who reads it then comes by nothing. */
function comesBy({ at, when }: Moment, visitor: Visitor): boolean {
  if (visitor !== 'a read of the target') return true;
  return (
    at === 'Merged' ||
    at === 'MergeCanceled' ||
    (when === 'after' && (at === 'Merge' || at === 'MergeRefused'))
  );
}

async function run(context: RowContext): Promise<RowResult> {
  const runs = moments
    .flatMap((moment) =>
      visitors.filter((visitor) => comesBy(moment, visitor)).map((visitor) => ({ moment, visitor })),
    )
    .map((what, index): Run => ({ ...what, source: `source-${index}`, target: `target-${index}` }));
  const path = join(context.directory, 'journal');
  const fatal = (error: Error): void => {
    throw error;
  };
  const findings: Finding[] = [];
  const figures: Record<string, string> = {};
  const note = (one: Run, problem: string | null): void => {
    const name = nameOf(one.moment);
    if (problem !== null)
      findings.push({ kind: 'state', count: 1, text: `${name}, by ${one.visitor}: ${problem}` });
    figures[name] = [...(figures[name]?.split(', ') ?? []), problem === null ? 'ok' : 'FAILED'].join(', ');
  };
  // Shared with the nodes: seen from here, a cart is not come by.
  const journal = new LmdbJournal({ path }, Date.now, fatal);
  try {
    for (const [index, one] of [...runs, null].entries()) {
      await using node = await CartNode.start({
        journalPath: path,
        env: { ...keepHistory, LEASE_MS: '300', ...(one === null ? {} : crashOf(one)) },
        nodeOptions: ['--import', preload],
      });
      using client = new HttpClient({ port: node.httpPort, connections: 4, timeoutMs: SETTLED_MS });
      // Each life comes by the merge that the one before it died of.
      const last = runs[index - 1];
      if (last !== undefined) note(last, await finish(node, client, journal, last));
      if (one === null) await node.process.stop();
      else await die(node, client, one);
      if (index % 5 === 0) context.say(`${index} of ${runs.length} deaths`);
    }
    // What came later has changed nothing of it.
    for (const one of runs) {
      const problem = await wrongSteps(journal, one);
      if (problem !== null)
        findings.push({
          kind: 'doubled',
          count: 1,
          text: `${nameOf(one.moment)}, by ${one.visitor}: ${problem}`,
        });
    }
  } finally {
    await journal.close();
  }
  return resultOf({ deaths: runs.length, 'found by, in turn': visitors.join(', '), ...figures }, findings);
}

function nameOf({ when, at }: Moment): string {
  return when === 'answered' ? 'after the answer' : `${when} ${at}`;
}

function crashOf({ moment, source, target }: Run): Record<string, string> {
  const meanwhile = { method: 'PUT', path: `/cart/byid/${target}`, body: { id: 1, quantity: PIECES.full } };
  return {
    CRASH_WHEN: moment.when,
    CRASH_AT: moment.at,
    CRASH_CARTS: `${source},${target}`,
    ...(moment.refused && { CRASH_MEANWHILE: JSON.stringify(meanwhile) }),
  };
}

const cart = (id: string): string => `/cart/byid/${id}`;
const adding = (id: string, sku: string, quantity: number): Call => {
  return { method: 'POST', path: cart(id), body: { sku, quantity } };
};
const merging = ({ source, target }: Run): Call => {
  return { method: 'POST', path: `${cart(target)}/merge`, body: { source, strategy: 'sum' } };
};

/** Fills both carts and merges them; the node dies of it. */
async function die(node: CartNode, client: HttpClient, one: Run): Promise<void> {
  await acknowledged(client, adding(one.source, SKU, PIECES.source));
  await acknowledged(client, adding(one.source, OTHER_SKU, 1));
  await acknowledged(client, adding(one.target, SKU, PIECES.target));
  const answer = await client.call(merging(one));
  if (one.moment.when === 'answered') {
    if (statusOf(answer) !== 200) throw new Error(`the merge was answered ${statusOf(answer)}`);
    await node.process.kill();
  }
  const death = (): Promise<true | null> => Promise.resolve(node.process.running ? null : true);
  await node.process.until(`death ${nameOf(one.moment)}`, SETTLED_MS, death);
  if ((await node.process.exited) !== 'signal SIGKILL')
    throw new Error(`${nameOf(one.moment)}: the node ended by ${await node.process.exited}`);
}

async function acknowledged(client: HttpClient, call: Call): Promise<void> {
  const status = statusOf(await client.call(call));
  if (status !== 200) throw new Error(`${call.method} ${call.path}: ${status}`);
}

function statusOf(answer: Answer): number {
  return answer.kind === 'answer' ? answer.status : 0;
}

interface Shown {
  readonly items: readonly { readonly sku: string; readonly quantity: number }[];
}

/**
 * Comes by once, waits until the journal has the steps that are to come, without coming by again, and compares what the node shows. Null where all is as
 * it should be.
 */
async function finish(
  node: CartNode,
  client: HttpClient,
  journal: LmdbJournal,
  one: Run,
): Promise<string | null> {
  const { source, target, visitor } = one;
  const read = async (id: string): Promise<Record<string, number>> => {
    const answer = await client.call({ method: 'GET', path: cart(id) });
    if (answer.kind === 'lost') throw answer.error;
    if (answer.status !== 200) throw new Error(`reading ${id}: ${answer.status} ${answer.text}`);
    return quantitiesOf(JSON.parse(answer.text) as Shown);
  };
  if (visitor === 'the same request') await client.call(merging(one));
  else if (visitor === 'a change of the source')
    await client.call({ method: 'POST', path: `${cart(source)}/clear` });
  else await read(visitor === 'a read of the source' ? source : target);
  try {
    await node.process.until('the steps that are to come', SETTLED_MS, async () =>
      (await wrongSteps(journal, one)) === null ? true : null,
    );
  } catch {
    return await wrongSteps(journal, one);
  }
  const shown = { source: await read(source), target: await read(target) };
  const expected = expectedOf(one);
  return isDeepStrictEqual(shown, expected)
    ? null
    : `${JSON.stringify(shown)} instead of ${JSON.stringify(expected)}`;
}

function quantitiesOf({ items }: Shown): Record<string, number> {
  return Object.fromEntries(items.map(({ sku, quantity }) => [sku, quantity]));
}

/** What shoppers were promised. */
function expectedOf({ moment, visitor }: Run): {
  source: Record<string, number>;
  target: Record<string, number>;
} {
  const whole = visitor === 'a change of the source' ? {} : { [SKU]: PIECES.source, [OTHER_SKU]: 1 };
  if (moment.refused) {
    // The visitor came before the source was let go, or after.
    const kept =
      moment.at === 'MergeCanceled' && moment.when === 'after'
        ? whole
        : { [SKU]: PIECES.source, [OTHER_SKU]: 1 };
    return { source: kept, target: { [SKU]: PIECES.full } };
  }
  const begun = !(moment.at === 'Merging' && moment.when === 'before') || visitor === 'the same request';
  return begun
    ? { source: {}, target: { [SKU]: PIECES.source + PIECES.target, [OTHER_SKU]: 1 } }
    : { source: whole, target: { [SKU]: PIECES.target } };
}

/** Both carts' steps as the journal has them: each once at most, in order, and the versions without gaps. Null where they are as they should be. */
async function wrongSteps(journal: LmdbJournal, one: Run): Promise<string | null> {
  for (const [id, expected] of Object.entries(stepsOf(one))) {
    const steps = (await changesOf(journal, id)).map(({ type }) => type).filter((type) => STEPS.has(type));
    if (!isDeepStrictEqual(steps, expected))
      return `${id} has the steps ${steps.join(', ') || 'none'} instead of ${expected.join(', ') || 'none'}`;
  }
  return null;
}

const STEPS = new Set(['Merging', 'Merge', 'Merged', 'MergeRefused', 'MergeCanceled']);

function stepsOf({ moment, visitor, source, target }: Run): Record<string, string[]> {
  if (moment.refused) return { [source]: ['Merging', 'MergeCanceled'], [target]: ['MergeRefused'] };
  const begun = !(moment.at === 'Merging' && moment.when === 'before') || visitor === 'the same request';
  return begun ? { [source]: ['Merging', 'Merged'], [target]: ['Merge'] } : { [source]: [], [target]: [] };
}

async function changesOf(journal: LmdbJournal, id: string): Promise<Mutation[]> {
  const history = await journal.history(id, 1);
  if (history.status !== 'ok') throw new Error(`the history of ${id}: ${history.status}`);
  const records = history.records.map(({ record }) => decodeRecord(record));
  let version = 1;
  for (const { firstVersion, applied } of records) {
    if (firstVersion !== version)
      throw new Error(`${id}: version ${firstVersion} where ${version} was to come`);
    version += applied.length;
  }
  return records.flatMap(({ applied }) => applied.map(({ mutation }) => mutation));
}
