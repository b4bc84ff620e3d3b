import { runCommand } from '../command.ts';

/** The node, which ends by SIGKILL at a step of checkout: `DIE_AT=<step>:<occurrence>`. */
const [step = '', occurrence = '1'] = (process.env['DIE_AT'] ?? '').split(':');
let left = Number(occurrence);

await runCommand(undefined, {
  checkoutStep: (reached) => {
    if (reached !== step) return;
    left -= 1;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
  },
});
