import { execFile, spawnSync } from 'node:child_process';
import { mkdir, open, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { randomBytes } from 'node:crypto';
import { CartNode } from './cart-node.ts';
import { pause } from './child.ts';
import { countOf } from './history-checker.ts';
import { HttpClient } from './http-client.ts';
import { judge } from './judge.ts';
import { keepHistory } from './kills.ts';
import { addOf, cartPath } from './operations.ts';
import { Random } from './random.ts';
import { resultOf } from './row.ts';
import { Gate, Shoppers } from './shoppers.ts';
import { readAll, verify } from './verify.ts';
import type { Answer } from './http-client.ts';
import type { Row, RowContext, RowResult } from './row.ts';

const DISK_MIB = 64;
const LOAD_MS = 3000;
/** How long the disk stays full. */
const FULL_MS = 5000;
/** By when the load must have used up the room that the journal keeps for itself, and by when mutations go on after room came back. */
const USED_UP_MS = 120_000;
const NOTICE_MS = 30_000;

const load = {
  shoppers: 8,
  hotCarts: 2,
  carts: 50,
  mutationsPerCart: 60,
  mutationsPerHotCart: 1500,
  thinkMs: 0,
} as const;

const command = promisify(execFile);

/** A journal whose disk fills up under load, and gets room again. */
export const fullDisk: Row = {
  name: 'full-disk',
  claim:
    'a full disk: mutations 503 with Retry-After, reads go on, recovery without a restart, nothing acknowledged lost',
  run,
};

async function run(context: RowContext): Promise<RowResult> {
  if (process.getuid?.() !== 0) {
    const problem = 'needs root, to mount a small file system';
    return { outcome: 'not run', figures: {}, problems: [problem] };
  }
  await using disk = await SmallDisk.mount(context.directory);
  const journalPath = join(disk.path, 'journal');
  const gate = new Gate();
  const shoppers = new Shoppers(gate, new Random(context.seed), load);
  const problems: string[] = [];
  const figures: Record<string, number | string> = {};
  let views;
  {
    await using node = await CartNode.start({ journalPath, env: keepHistory });
    using client = new HttpClient({
      port: node.httpPort,
      connections: load.shoppers + 2,
      timeoutMs: 15_000,
    });
    gate.open(client);
    shoppers.start();
    await pause(LOAD_MS);
    const stages = new Stages(node, client, disk, problems, figures);
    await stages.fill(context);
    await stages.whileFull();
    await stages.recover(context);
    await pause(LOAD_MS);
    await shoppers.stop();
    views = await readAll(client, shoppers.books);
    const end = await node.process.stop();
    if (end !== 'exit code 0') problems.push(`the node ended with ${end}`);
  }
  const verdict = await verify(journalPath, shoppers.books, views);
  const findings = [...shoppers.staleReads, ...verdict.findings];
  const counts = {
    acknowledged: shoppers.acknowledged,
    carts: verdict.carts,
    lost: countOf(findings, 'lost'),
    doubled: countOf(findings, 'doubled'),
    gaps: countOf(findings, 'gap'),
    answers: JSON.stringify(shoppers.tally),
  };
  return resultOf({ ...figures, ...counts }, findings, problems);
}

class Stages {
  readonly #node: CartNode;
  readonly #client: HttpClient;
  readonly #disk: SmallDisk;
  readonly #problems: string[];
  readonly #figures: Record<string, number | string>;
  /** A cart that was changed while there was room. */
  readonly #kept = newCart();

  constructor(
    node: CartNode,
    client: HttpClient,
    disk: SmallDisk,
    problems: string[],
    figures: Record<string, number | string>,
  ) {
    this.#node = node;
    this.#client = client;
    this.#disk = disk;
    this.#problems = problems;
    this.#figures = figures;
  }

  async fill({ say }: RowContext): Promise<void> {
    const { kind } = await this.#client.call(addOf(this.#kept, 'TEST-SKU-123', 1).call);
    if (kind === 'lost') this.#problems.push('no answer before the disk was full');
    await this.#disk.fill();
    say('the disk is full');
    const startedMs = performance.now();
    // The journal keeps some room for itself: the load uses it up.
    const refusal = await this.#node.process.until('a refused mutation', USED_UP_MS, async () => {
      const answer = await this.#add();
      return answer.kind === 'answer' && isRefusal(answer) ? answer : null;
    });
    this.#figures['full to first 503, ms'] = Math.round(performance.now() - startedMs);
    if (!/^\d+$/.test(refusal.headers['retry-after'] ?? ''))
      this.#problems.push('the 503 of a full disk has no Retry-After');
  }

  async whileFull(): Promise<void> {
    const untilMs = performance.now() + FULL_MS;
    let refused = 0;
    let reads = 0;
    while (performance.now() < untilMs) {
      const mutation = await this.#add();
      // A batch that is small enough may still fit; what must not come is any other error, or none at all.
      if (mutation.kind === 'lost') this.#problems.push(`no answer while full: ${mutation.error.message}`);
      else if (isRefusal(mutation)) refused += 1;
      else if (mutation.status >= 400) this.#problems.push(`a mutation while full: ${judge(mutation).label}`);
      reads += await this.#read(this.#kept, 1);
      reads += await this.#read(newCart(), 0);
    }
    this.#figures['mutations refused while full'] = refused;
    this.#figures['reads answered while full'] = reads;
    if (refused === 0) this.#problems.push('no mutation was refused while the disk was full');
  }

  async recover({ say }: RowContext): Promise<void> {
    await this.#disk.empty();
    const startedMs = performance.now();
    await this.#node.process.until('a mutation after room came back', NOTICE_MS, async () => {
      const answer = await this.#add();
      return answer.kind === 'answer' && answer.status === 200 ? answer : null;
    });
    this.#figures['room to first 200, ms'] = Math.round(performance.now() - startedMs);
    await this.#node.ready();
    say('room came back, mutations go on');
  }

  /** A mutation of the row's own, to a new cart each time. */
  #add(): Promise<Answer> {
    return this.#client.call(addOf(newCart(), 'TEST-SKU-123', 1).call);
  }

  /** How many carts were read: 1 when the answer is that cart at that version. */
  async #read(cart: string, version: number): Promise<number> {
    const answer = await this.#client.call({ method: 'GET', path: cartPath(cart) });
    const { label, view } = judge(answer);
    if (view?.version === version) return 1;
    this.#problems.push(`a read while full: ${label}, version ${view?.version ?? 'unknown'}`);
    return 0;
  }
}

function newCart(): string {
  return randomBytes(16).toString('base64url');
}

/** The answer that a full disk asks for: 503 alone may have other reasons. */
function isRefusal(answer: Answer): boolean {
  return judge(answer).label === '503 journal-full';
}

/** A file system of its own in memory, small enough to fill. */
class SmallDisk implements AsyncDisposable {
  readonly path: string;
  /** A run that is interrupted leaves no file system behind. */
  readonly #unmountAtExit = (): void => {
    spawnSync('umount', ['--lazy', this.path]);
  };

  private constructor(path: string) {
    this.path = path;
    process.once('exit', this.#unmountAtExit);
  }

  static async mount(directory: string): Promise<SmallDisk> {
    const path = join(directory, 'disk');
    await mkdir(path);
    await command('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MIB}m`, 'cartwright-proof', path]);
    return new SmallDisk(path);
  }

  /** Takes every free byte. */
  async fill(): Promise<void> {
    const file = await open(this.#ballast, 'a');
    try {
      const block = Buffer.alloc(1 << 20);
      for (;;) {
        const { bavail, bsize } = await statfs(this.path);
        if (bavail === 0) return;
        try {
          await file.write(block, 0, Math.min(block.length, bavail * bsize));
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return;
          throw error;
        }
      }
    } finally {
      await file.close();
    }
  }

  async empty(): Promise<void> {
    await rm(this.#ballast);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    process.off('exit', this.#unmountAtExit);
    await command('umount', ['--lazy', this.path]);
  }

  get #ballast(): string {
    return join(this.path, 'ballast');
  }
}
