import { Child } from '../../node/proof/child.ts';
import type { Namespace } from './namespace.ts';

const READY_DEADLINE_MS = 20_000;

/** A way from this process to one pod: quick, for many requests. It goes past Services, and ends with the pod. */
export class PortForward implements AsyncDisposable {
  readonly url: string;
  readonly #process: Child;

  private constructor(url: string, process: Child) {
    this.url = url;
    this.#process = process;
  }

  /** `target` is like `pod/shop-0`. */
  static async open(namespace: Namespace, target: string, port: number): Promise<PortForward> {
    const args = ['--namespace', namespace.name, 'port-forward', '--address=127.0.0.1', target, `:${port}`];
    const child = new Child('kubectl', args);
    try {
      const url = await child.until(`port ${port} of ${target}`, READY_DEADLINE_MS, () => {
        const [, address] = /Forwarding from (127\.0\.0\.1:\d+)/.exec(child.output) ?? [];
        return Promise.resolve(address === undefined ? null : `http://${address}`);
      });
      return new PortForward(url, child);
    } catch (error) {
      await child.kill();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.kill();
  }
}
