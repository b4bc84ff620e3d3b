import { isDeepStrictEqual } from 'node:util';
import { decodeRecord } from '../actor/record.ts';
import { LmdbJournal } from '../journal/lmdb.ts';
import { checkHistory } from './history-checker.ts';
import { linesAfter } from './model.ts';
import { cartPath } from './operations.ts';
import { viewOf } from './judge.ts';
import { entriesOf } from './signature.ts';
import type { CartBook, CartView } from './cart-book.ts';
import type { Finding } from './history-checker.ts';
import type { HttpClient } from './http-client.ts';
import type { JournalRecord } from '../actor/record.ts';

const READERS = 8;

/** Every cart as the running node shows it. */
export async function readAll(
  client: HttpClient,
  books: readonly CartBook[],
): Promise<ReadonlyMap<string, CartView>> {
  const views = new Map<string, CartView>();
  const queue = books.values();
  const reader = async (): Promise<void> => {
    // The readers share one iterator: each takes the next book.
    for (const { id } of queue) {
      const answer = await client.call({ method: 'GET', path: cartPath(id) });
      if (answer.kind === 'lost') throw new Error(`cart ${id} can't be read`, { cause: answer.error });
      if (answer.status !== 200)
        throw new Error(`reading cart ${id}: ${answer.status} ${answer.text.slice(0, 300)}`);
      views.set(id, viewOf(answer.text));
    }
  };
  await Promise.all(Array.from({ length: READERS }, reader));
  return views;
}

export interface Verdict {
  readonly carts: number;
  readonly versions: number;
  readonly findings: readonly Finding[];
}

/**
 * Judges every cart by its history in the journal, which no node may have open for writing, and compares what the node showed
 * with what the history makes.
 */
export async function verify(
  journalPath: string,
  books: readonly CartBook[],
  views: ReadonlyMap<string, CartView>,
): Promise<Verdict> {
  const fatal = (error: Error): void => {
    throw error;
  };
  const journal = new LmdbJournal({ path: journalPath }, Date.now, fatal);
  const findings: Finding[] = [];
  let versions = 0;
  try {
    for (const book of books) {
      const records = await recordsOf(journal, book.id);
      const entries = records.flatMap(entriesOf);
      versions += entries.length;
      const found = [
        ...checkHistory(book.sent, entries),
        ...checkView(views.get(book.id), records, entries.at(-1)?.version ?? 0),
      ];
      for (const finding of found) findings.push({ ...finding, text: `cart ${book.id}: ${finding.text}` });
    }
  } finally {
    await journal.close();
  }
  return { carts: books.length, versions, findings };
}

async function recordsOf(journal: LmdbJournal, cart: string): Promise<JournalRecord[]> {
  const history = await journal.history(cart, 1);
  switch (history.status) {
    case 'ok':
      return history.records.map(({ record }) => decodeRecord(record));
    case 'absent':
      return [];
    case 'refused':
    case 'damaged':
      throw new Error(`the history of cart ${cart} can't be read`, { cause: history.error });
  }
}

function checkView(
  view: CartView | undefined,
  records: readonly JournalRecord[],
  version: number,
): Finding[] {
  if (view === undefined) return [];
  if (view.version !== version) {
    const text = `the node shows version ${view.version}, the history ends at ${version}`;
    return [{ kind: 'state', count: 1, text }];
  }
  const mutations = records.flatMap(({ applied }) => applied.map(({ mutation }) => mutation));
  const expected = linesAfter(mutations);
  const shown = view.items.map(({ id, sku, quantity }) => ({ id, sku, quantity }));
  if (isDeepStrictEqual(shown, expected)) return [];
  const text = `the node shows lines ${JSON.stringify(shown)}, the history makes ${JSON.stringify(expected)}`;
  return [{ kind: 'state', count: 1, text }];
}
