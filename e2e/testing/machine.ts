import { eventually } from './eventually.ts';
import { docker, kubectl } from './kubectl.ts';
import type { CallOptions } from './kubectl.ts';

const FREEZE_DEADLINE_MS = 60_000;
const ATTEMPT_DEADLINE_MS = 15_000;

/** A machine of the cluster, which is a container: it can be frozen, lose its power, and be reached into. Needs the engine that it runs on. */
export class Machine {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  static async ofPod(namespace: string, pod: string): Promise<Machine> {
    const get = ['get', 'pod', pod, '--namespace', namespace, '--output=jsonpath={.spec.nodeName}'];
    return new Machine((await kubectl(get)).trim());
  }

  /** From now on nothing on it runs; it comes back believing that no time has passed. */
  async freeze(): Promise<void> {
    try {
      // With the first version of cgroups a freeze fails when processes are begun all the time; runc has thawed what it had, then.
      await eventually(`${this.name} is frozen`, FREEZE_DEADLINE_MS, async () => {
        if (!(await this.#isFrozen()))
          await docker(['pause', this.name], { deadlineMs: ATTEMPT_DEADLINE_MS });
        return true;
      });
    } catch (error) {
      // Others come to this machine after the test.
      await this.thaw().catch(() => undefined);
      throw error;
    }
  }

  async thaw(): Promise<void> {
    await docker(['unpause', this.name]);
  }

  async powerOff(): Promise<void> {
    await docker(['kill', this.name]);
  }

  async powerOn(): Promise<void> {
    await docker(['start', this.name]);
  }

  /** Runs a command on the machine itself, like `iptables`. */
  run(command: readonly string[], options?: CallOptions): Promise<string> {
    return docker(['exec', this.name, ...command], options);
  }

  async #isFrozen(): Promise<boolean> {
    return (await docker(['inspect', '--format={{.State.Paused}}', this.name])).trim() === 'true';
  }
}
