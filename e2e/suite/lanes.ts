/**
 * Does every piece of work, the first ones first, one at a time in each lane, once it is open; a lane that is done takes the next. After a failure no other piece is begun, and those under way
 * are waited for.
 */
export async function inLanes<Lane, Work, Result>(
  lanes: readonly Lane[],
  works: readonly Work[],
  run: (work: Work, lane: Lane) => Promise<Result>,
  open: (lane: Lane) => Promise<void> = () => Promise.resolve(),
): Promise<readonly Result[]> {
  const waiting = [...works];
  const results: Result[] = [];
  const ends = await Promise.allSettled(
    lanes.map(async (lane) => {
      try {
        await open(lane);
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
