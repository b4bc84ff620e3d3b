import { randomBytes } from 'node:crypto';
import { serviceAccounts } from '../../operator/kube/resources.ts';
import { eventually } from './eventually.ts';
import { api } from './api.ts';
import { kubectl } from './kubectl.ts';
import type { Resource } from '../../operator/kube/object.ts';
import type { CallOptions } from './kubectl.ts';

const READY_DEADLINE_MS = 120_000;

/** What an object is at least. Tests that read more say what in a type of their own. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly uid?: string };
}

/** A namespace of one test's own, in which only pods of the restricted level are let in. */
export class Namespace {
  readonly name: string;

  private constructor(name: string) {
    this.name = name;
  }

  static async create(purpose: string): Promise<Namespace> {
    const name = `e2e-${purpose}-${randomBytes(3).toString('hex')}`;
    const level = 'restricted';
    const labels = {
      'pod-security.kubernetes.io/enforce': level,
      'pod-security.kubernetes.io/enforce-version': 'latest',
    };
    const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
    await kubectl(['create', '-f', '-'], { input: JSON.stringify(object) });
    const namespace = new Namespace(name);
    // Pods are refused until their default account is there.
    await eventually('default service account', READY_DEADLINE_MS, () =>
      namespace.find(serviceAccounts, 'default'),
    );
    return namespace;
  }

  kubectl(args: readonly string[], options?: CallOptions): Promise<string> {
    return kubectl(['--namespace', this.name, ...args], options);
  }

  /** Objects, or YAML as users write it. */
  async apply(what: string | readonly object[]): Promise<void> {
    const list = { apiVersion: 'v1', kind: 'List', items: what };
    const input = typeof what === 'string' ? what : JSON.stringify(list);
    await this.kubectl(['apply', '-f', '-'], { input });
  }

  /** Null when it is not there. */
  find<T extends KubeObject = KubeObject>(resource: Resource, name: string): Promise<T | null> {
    return api().find<T>(resource, { namespace: this.name, name });
  }

  async list<T extends KubeObject = KubeObject>(
    resource: Resource,
    labelSelector?: string,
  ): Promise<readonly T[]> {
    return (await api().listAll<T>(resource, { namespace: this.name, labelSelector })).items;
  }

  /** Waits until that holds of the object, like `condition=Ready` of `pod/shop-0`. */
  async until(what: string, condition: string, deadlineMs = READY_DEADLINE_MS): Promise<void> {
    const timeout = `--timeout=${Math.ceil(deadlineMs / 1000)}s`;
    await this.kubectl(['wait', what, `--for=${condition}`, timeout], { deadlineMs: deadlineMs + 10_000 });
  }

  /** Has it removed, and does not wait: no other test meets it. */
  async delete(): Promise<void> {
    await kubectl(['delete', 'namespace', this.name, '--ignore-not-found', '--wait=false']);
  }
}

/** Gives each test of the suite, or all of them together, a namespace that goes with it. */
export function useNamespace(purpose: string, per: 'test' | 'suite' = 'test'): () => Namespace {
  let current: Namespace | null = null;
  const [make, remove] = per === 'test' ? [beforeEach, afterEach] : [before, after];
  make(async () => {
    current = await Namespace.create(purpose);
  });
  remove(async () => {
    await current?.delete();
    current = null;
  });
  return () => {
    if (current === null) throw new Error('there is a namespace only while a test runs');
    return current;
  };
}
