import { join } from 'node:path';
import { checkoutSteps } from '../checkout/context.ts';
import { startStandIn } from '../checkout/stand-in/start.ts';
import { CheckoutStory } from './checkout-story.ts';
import { resultOf } from './row.ts';
import type { StandInProcess } from '../checkout/stand-in/start.ts';
import type { CheckoutStep } from '../checkout/context.ts';
import type { Death, Ending } from './checkout-story.ts';
import type { Row, RowContext, RowResult } from './row.ts';

/** Steps that are reached twice: for the first order, and when it is brought up to date. */
const TWICE: ReadonlySet<CheckoutStep> = new Set(['opening', 'asking', 'answered', 'storing', 'stored']);
/** Until the provider has answered the cart must be byte-equal. */
const UNTOUCHED: ReadonlySet<string> = new Set([
  'opening',
  'asking',
  'answered',
  'create',
  'update',
  'validating',
  'placing',
  'order-read',
]);

const deaths: readonly Death[] = [
  ...checkoutSteps.flatMap((step): Death[] =>
    TWICE.has(step)
      ? [
          { step, occurrence: 1 },
          { step, occurrence: 2 },
        ]
      : [{ step, occurrence: 1 }],
  ),
  ...['create', 'update', 'placed', 'acknowledge'].map((call): Death => ({ call, occurrence: 1 })),
];

/** A node killed at every step of checkout, one run each. */
export const checkoutKills: Row = {
  name: 'checkout',
  claim:
    'after SIGKILL at each step of checkout: OrderCreated once, every acknowledged add in the order or in the next cart',
  run,
};

async function run({ directory, say }: RowContext): Promise<RowResult> {
  // The story pushes by itself, so that each push is seen.
  const standIn = await startStandIn(['--push-delays-ms=86400000']);
  const figures: Record<string, string> = {};
  const problems: string[] = [];
  try {
    for (const [index, death] of deaths.entries()) {
      const name = nameOf(death);
      const ending = await told(join(directory, `${index}`), standIn, death);
      figures[name] =
        `cart ${ending.afterDeath}; provider’s orders ${ending.orders}; order ${ending.ordered}; next cart ${ending.successor}`;
      problems.push(...ending.problems.map((problem) => `${name}: ${problem}`));
      say(`${index + 1} of ${deaths.length}: ${name}: ${figures[name]}`);
    }
  } finally {
    await standIn.stop();
  }
  return resultOf({ runs: deaths.length, ...figures }, [], problems);
}

async function told(directory: string, standIn: StandInProcess, death: Death): Promise<Ending> {
  await using story = new CheckoutStory(directory, standIn, death);
  const ending = await story.tell();
  const untouched = UNTOUCHED.has('step' in death ? death.step : death.call);
  if (!untouched || ending.afterDeath === 'as before') return ending;
  return { ...ending, problems: [...ending.problems, 'the cart was changed before the provider answered'] };
}

function nameOf(death: Death): string {
  const what = 'step' in death ? death.step : `${death.call} carried out, not answered`;
  return death.occurrence === 1 ? what : `${what} (update)`;
}
