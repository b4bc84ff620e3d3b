import { fileURLToPath } from 'node:url';
import { Child } from '../proof/child.ts';
import { CartNode } from '../proof/cart-node.ts';
import type { Cores } from './cores.ts';
import type { Figure } from './figure.ts';

/** One part of the bench: some figures that are measured together. */
export interface BenchRow {
  readonly name: string;
  run(bench: Bench): Promise<readonly Figure[]>;
}

export interface Bench {
  readonly cores: Cores;
  /** A directory of this run's own, removed afterwards. */
  readonly directory: string;
  /** The catalog file of every node: the articles that the load asks for. */
  readonly catalog: string;
  /** A few requests only: shows that the bench works, its figures mean nothing. */
  readonly quick: boolean;
  readonly say: (text: string) => void;
  /** Requests a second that a node reached at most in this run; null before it was measured. */
  maxPerSecond: number | null;
}

/** Options of the node binary for every server here, rivals included, as in the Makefile: a large young generation suits them all, and V8's guesses none. */
export const NODE_OPTIONS = ['--max-semi-space-size=64', '--no-allocation-site-pretenuring'];

export function startNode(
  bench: Bench,
  journalPath: string,
  env: Readonly<Record<string, string>> = {},
): Promise<CartNode> {
  return CartNode.start(nodeOptionsOf(bench, journalPath, env));
}

export function nodeOptionsOf(
  bench: Bench,
  journalPath: string,
  env: Readonly<Record<string, string>> = {},
): Parameters<typeof CartNode.start>[0] {
  return {
    journalPath,
    launcher: bench.cores.server,
    nodeOptions: NODE_OPTIONS,
    env: { CATALOG_FILE: bench.catalog, ...env },
  };
}

/** A rival server on the servers' core. */
export class Rival implements AsyncDisposable {
  readonly process: Child;
  readonly port: number;

  private constructor(process: Child, port: number) {
    this.process = process;
    this.port = port;
  }

  static async start(bench: Bench, file: string, args: readonly string[]): Promise<Rival> {
    const path = fileURLToPath(new URL(`./rivals/${file}`, import.meta.url));
    const child = startChild(bench, process.execPath, [...NODE_OPTIONS, path, ...args]);
    try {
      const port = await child.until('a port', 15_000, () =>
        Promise.resolve(/^port (\d+)$/m.exec(child.output)?.[1] ?? null),
      );
      return new Rival(child, Number(port));
    } catch (error) {
      await child.kill();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.process.kill();
  }
}

/** A process on the servers' core. */
export function startChild(bench: Bench, command: string, args: readonly string[]): Child {
  const [first, ...rest] = [...bench.cores.server, command];
  return new Child(first, [...rest, ...args]);
}
