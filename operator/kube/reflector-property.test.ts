import fc from 'fast-check';
import { cut, doneBut, hang, refuse } from './testing/faults.ts';
import { inProcess, seeded, widget, widgets } from './testing/fixtures.ts';
import { Follower, ref } from './testing/follower.ts';
import { settled } from './testing/manual-clock.ts';
import type { InProcess } from './testing/fixtures.ts';

/** What may happen at any time. */
type Happening = (kube: InProcess) => unknown;

const put =
  (name: string, size: number): Happening =>
  ({ server }) => {
    if (server.get(widgets, ref(name)) === undefined) server.create(widgets, widget(name, { size }));
    else server.edit(widgets, ref(name), (draft) => (draft['spec'] = { size }));
  };

const faults: Readonly<Record<string, Happening>> = {
  cut: ({ server }) => server.watches[0]?.cut(),
  end: ({ server }) => server.watches[0]?.end(),
  freeze: ({ server }) => server.watches[0]?.freeze(),
  thaw: ({ server }) => server.watches[0]?.thaw(),
  bookmark: ({ server }) => server.watches[0]?.bookmark(),
  garbage: ({ server }) => server.watches[0]?.sendRaw('}\n'),
  gone: ({ server }) => server.watches[0]?.error(410, 'Expired', 'too old'),
  error: ({ server }) => server.watches[0]?.error(500, 'InternalError', 'etcd is away'),
  compact: ({ server }) => server.compact(),
  away: ({ server }) => server.goAway(),
  back: ({ server }) => server.comeBack(),
  stale: ({ server }) => server.staleLists(widgets, { times: 2 }),
  partition: ({ transport }) => transport.partition(),
  heal: ({ transport }) => transport.heal(),
};

const effects = {
  hang,
  cut,
  lost: doneBut(cut),
  failed: refuse(500),
  gone: refuse(410),
  slower: refuse(429, { retryAfterSeconds: 2 }),
};

const name = fc.constantFrom('a', 'b', 'c', 'd');

/** With its name, so that a failing run can be read. */
const happening = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.constant('put'), name, fc.nat(9)) },
  { weight: 3, arbitrary: fc.tuple(fc.constant('remove'), name) },
  { weight: 3, arbitrary: fc.tuple(fc.constant('advance'), fc.constantFrom(100, 1000, 20_000, 200_000)) },
  { weight: 4, arbitrary: fc.tuple(fc.constantFrom(...Object.keys(faults))) },
  {
    weight: 2,
    arbitrary: fc.tuple(
      fc.constant('inject'),
      fc.constantFrom(...Object.keys(effects)),
      fc.integer({ min: 1, max: 3 }),
    ),
  },
);

async function happen(kube: InProcess, [what, first, second]: readonly (string | number)[]): Promise<void> {
  const { server, clock } = kube;
  if (what === 'put') put(String(first), Number(second))(kube);
  else if (what === 'remove') server.remove(widgets, ref(String(first)));
  else if (what === 'advance') await clock.advance(Number(first));
  else if (what === 'inject')
    server.inject({ times: Number(second) }, effects[first as keyof typeof effects]);
  else faults[String(what)]?.(kube);
}

describe('reflector, whatever happens', () => {
  it('ends up with what is there, has told every step, and leaves nothing behind', async function () {
    this.timeout(60_000);
    const run = async (
      steps: readonly (readonly (string | number)[])[],
      seed: number,
      pageSize: number,
    ): Promise<void> => {
      const kube = inProcess();
      const follower = await new Follower(kube, { random: seeded(seed), pageSize }).start();
      for (const step of steps) {
        await happen(kube, step);
        if (seed % 2 === 0) await settled();
      }
      kube.server.removeFaults();
      kube.server.comeBack();
      kube.transport.heal();
      await kube.clock.advance(400_000);
      follower.assertSame();
      follower.assertToldAll();
      await follower.stop();
    };
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { maxLength: 60 }), fc.nat(), fc.constantFrom(2, 500), run),
      { numRuns: 300 },
    );
  });
});
