/**
 * Does every piece of work, the first ones first, one at a time in each lane; a lane that is done takes the next. Lanes are opened one after the other, as long as there is work that waits.
 * After a failure nothing else is begun, and what is under way is waited for.
 */
export async function inLanes<Lane, Work, Result>(
  lanes: readonly Lane[],
  works: readonly Work[],
  run: (work: Work, lane: Lane) => Promise<Result>,
  open: (lane: Lane) => Promise<void> = () => Promise.resolve(),
): Promise<readonly Result[]> {
  const waiting = [...works];
  const results: Result[] = [];
  let former: Promise<void> = Promise.resolve();
  const ends = await Promise.allSettled(
    lanes.map(async (lane) => {
      try {
        former = former.then(() => (waiting.length > 0 ? open(lane) : undefined));
        await former;
        for (let work = waiting.shift(); work !== undefined; work = waiting.shift())
          results.push(await run(work, lane));
      } catch (error) {
        waiting.length = 0;
        throw error;
      }
    }),
  );
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return results;
}
